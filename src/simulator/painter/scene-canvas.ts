import { type Color, css } from './color.ts'
import type { Size } from './painter.ts'
import type { Palette } from './palette.ts'
import { between, type Random } from './random.ts'

type Stops = readonly (readonly [offset: number, color: Color, opacity?: number])[]

/** What a scene draws on: about 1000 by 1000 units whatever the pixels, wider or taller by the ratio. */
export interface SceneCanvas {
  width: number
  height: number
  random: Random
  palette: Palette
  /** Whether the prompt contains it. */
  has(words: RegExp): boolean
  between(least: number, most: number): number
  /** A gradient from the top down, or along the given line in fractions of the shape's box. */
  linear(stops: Stops, line?: readonly [x1: number, y1: number, x2: number, y2: number]): string
  /** A gradient outwards from the centre, or from the given point in fractions of the shape's box. */
  radial(stops: Stops, centre?: readonly [x: number, y: number, radius: number]): string
  /** Evenly spaced colours; a line as for `linear`. */
  blend(colors: readonly Color[], line?: readonly [x1: number, y1: number, x2: number, y2: number]): string
  /** One colour whose opacity changes; a line as for `linear`. */
  fade(color: Color, from: number, to: number, line?: readonly [x1: number, y1: number, x2: number, y2: number]): string
  /** One colour that fades to nothing outwards from the centre. */
  halo(color: Color, strength: number): string
  /** A reference to anything else that belongs in `<defs>`; `{id}` in the markup is replaced by its id. */
  define(markup: string): string
  /** The whole document. */
  document(body: string, pixels: Size): string
}

export function createSceneCanvas(size: Size, prompt: string, palette: Palette, random: Random): SceneCanvas {
  const scale = Math.sqrt((size.width * size.height) / 1e6)
  const width = size.width / scale
  const height = size.height / scale
  const defs: string[] = []
  const define = (markup: string) => {
    const id = `d${defs.length}`
    defs.push(markup.replaceAll('{id}', id))
    return `url(#${id})`
  }
  const stopsOf = (stops: Stops) =>
    stops.map(([offset, color, opacity = 1]) => {
      return `<stop offset="${offset}" stop-color="${css(color)}" stop-opacity="${opacity}"/>`
    })
  const linear: SceneCanvas['linear'] = (stops, [x1, y1, x2, y2] = [0, 0, 0, 1]) =>
    define(
      `<linearGradient id="{id}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}">${stopsOf(stops).join('')}</linearGradient>`,
    )
  const radial: SceneCanvas['radial'] = (stops, [x, y, radius] = [0.5, 0.5, 0.5]) =>
    define(`<radialGradient id="{id}" cx="${x}" cy="${y}" r="${radius}">${stopsOf(stops).join('')}</radialGradient>`)
  return {
    width,
    height,
    random,
    palette,
    has: (words) => words.test(prompt),
    between: (least, most) => between(random, least, most),
    define,
    linear,
    radial,
    blend: (colors, line) =>
      linear(
        colors.map((color, index) => [index / (colors.length - 1), color]),
        line,
      ),
    fade: (color, from, to, line) =>
      linear(
        [
          [0, color, from],
          [1, color, to],
        ],
        line,
      ),
    halo: (color, strength) =>
      radial([
        [0, color, strength],
        [1, color, 0],
      ]),
    document: (body, pixels) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="${pixels.width}" height="${pixels.height}" ` +
      `viewBox="0 0 ${round(width)} ${round(height)}" preserveAspectRatio="none">` +
      `<defs>${defs.join('')}</defs>${body}</svg>`,
  }
}

export type Point = readonly [x: number, y: number]

/** One decimal is precise enough, and keeps documents short. */
export function round(value: number): number {
  return Math.round(value * 10) / 10
}

export function rect(x: number, y: number, width: number, height: number, fill: string, more = ''): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${fill}" ${more}/>`
}

export function circle(x: number, y: number, radius: number, fill: string, more = ''): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius)}" fill="${fill}" ${more}/>`
}

export function ellipse(x: number, y: number, across: number, down: number, fill: string, more = ''): string {
  return `<ellipse cx="${round(x)}" cy="${round(y)}" rx="${round(across)}" ry="${round(down)}" fill="${fill}" ${more}/>`
}

export function path(data: string, fill: string, more = ''): string {
  return `<path d="${data}" fill="${fill}" ${more}/>`
}

export function polygon(points: readonly Point[], fill: string, more = ''): string {
  return path(`M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join('L')}Z`, fill, more)
}

/** A smooth line through all points (Catmull-Rom), as path data without its first move. */
export function curveThrough(points: readonly Point[]): string {
  const parts: string[] = []
  for (let index = 0; index < points.length - 1; index++) {
    const here = points[index] as Point
    const next = points[index + 1] as Point
    const before = points[index - 1] ?? here
    const after = points[index + 2] ?? next
    const leave = [here[0] + (next[0] - before[0]) / 6, here[1] + (next[1] - before[1]) / 6]
    const arrive = [next[0] - (after[0] - here[0]) / 6, next[1] - (after[1] - here[1]) / 6]
    parts.push(`C${[...leave, ...arrive, ...next].map(round).join(' ')}`)
  }
  return parts.join('')
}

/** Smooth noise along a line, from 0 to 1: `octaves` finer waves added to the first. */
export function createNoise(random: Random, octaves: number): (at: number) => number {
  const values = Array.from({ length: 256 }, random)
  const value = (cell: number) => values[((cell % 256) + 256) % 256] ?? 0
  const wave = (at: number) => {
    const cell = Math.floor(at)
    const share = at - cell
    const eased = share * share * (3 - 2 * share)
    return value(cell) * (1 - eased) + value(cell + 1) * eased
  }
  return (at) => {
    let sum = 0
    let total = 0
    for (let octave = 0; octave < octaves; octave++) {
      const weight = 0.5 ** octave
      sum += wave(at * 2 ** octave + octave * 31.7) * weight
      total += weight
    }
    return sum / total
  }
}

/** A soft disc of light around a point. */
export function glow(
  canvas: SceneCanvas,
  x: number,
  y: number,
  radius: number,
  color: Color,
  strength: number,
): string {
  const fill = canvas.radial([
    [0, color, strength],
    [0.25, color, strength * 0.55],
    [0.6, color, strength * 0.14],
    [1, color, 0],
  ])
  return circle(x, y, radius, fill)
}
