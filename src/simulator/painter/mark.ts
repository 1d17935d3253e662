import type { Size } from './painter.ts'
import { round } from './scene-canvas.ts'

/** Letters as strokes, because a machine may have no fonts: path, and width in sixths of the x-height. */
const letters: Readonly<Record<string, readonly [path: string, width: number]>> = {
  s: ['M4 1.1C3.4 .3 2.8 0 2 0C1 0 .2 .5 .2 1.5C.2 3.6 4 2.4 4 4.5C4 5.5 3.1 6 2.1 6C1.2 6 .5 5.6 0 4.8', 4],
  i: ['M.5 0V6M.5 -2.6V-2.5', 1],
  m: ['M0 6V0M0 2C.4 .8 1.2 0 2.2 0C3.4 0 3.8 .8 3.8 2V6M3.8 2C4.2 .8 5 0 6 0C7.2 0 7.6 .8 7.6 2V6', 7.6],
  u: ['M0 0V4C0 5.3 .8 6 2 6C3.2 6 4.2 5.2 4.2 4M4.2 0V6', 4.2],
  l: ['M.5 -3V6', 1],
  a: ['M4.2 0V6M4.2 3C4.2 1.3 3.4 0 2 0C.7 0 0 1.3 0 3C0 4.7 .7 6 2 6C3.4 6 4.2 4.7 4.2 3', 4.2],
  t: ['M1.2 -2V4.6C1.2 5.6 1.8 6 2.8 6M0 0H2.8', 2.8],
  e: ['M.1 3H4.1C4.1 1.2 3.3 0 2.1 0C.8 0 0 1.3 0 3C0 4.8 .9 6 2.2 6C3 6 3.6 5.6 4 5', 4.1],
  d: ['M4.2 -3V6M4.2 3C4.2 1.3 3.4 0 2 0C.7 0 0 1.3 0 3C0 4.7 .7 6 2 6C3.4 6 4.2 4.7 4.2 3', 4.2],
}

const word = 'simulated'
const gap = 1.9

/** The small label for an image's corner: an SVG document and its position. `undefined` if it does not fit. */
export function drawMark({ width, height }: Size): { svg: string; left: number; top: number } | undefined {
  const unit = Math.max(1.1, Math.min(width, height) / 560)
  let pen = 0
  const strokes = [...word].map((letter) => {
    const [path, advance] = letters[letter] ?? ['', 0]
    const stroke = `<path transform="translate(${round(pen)} 0)" d="${path}"/>`
    pen += advance + gap
    return stroke
  })
  const across = Math.ceil((pen - gap + 12) * unit)
  const down = Math.ceil(17 * unit)
  const margin = Math.round(10 * unit)
  const left = width - across - margin
  const top = height - down - margin
  if (left < 0 || top < 0) return undefined
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${across}" height="${down}" viewBox="0 0 ${across / unit} ${down / unit}">` +
    `<rect width="100%" height="100%" rx="${down / unit / 2}" fill="#0c0c10" fill-opacity=".36"/>` +
    `<g transform="translate(6 7)" fill="none" stroke="#fff" stroke-opacity=".9" stroke-width="1.1" stroke-linecap="round" stroke-linejoin="round">${strokes.join('')}</g></svg>`
  return { svg, left, top }
}
