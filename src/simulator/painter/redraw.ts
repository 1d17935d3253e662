import type { Deviations } from './deviations.ts'
import type { Pixels } from './pixels.ts'
import { between, type Random } from './random.ts'

/** Maps a pixel of the answer to its position in the input, in pixels. */
type Source = (x: number, y: number) => readonly [x: number, y: number]

const mostSlightPx = 3
const lostZoom = 1.34

/** The image as a model redraws it: shifted, enlarged, distorted and tinted. A new image of the same size. */
export function redraw(pixels: Pixels, deviations: Deviations, random: Random): Pixels {
  const shift =
    deviations.shift === 'slight'
      ? ([between(random, -mostSlightPx, mostSlightPx), between(random, -mostSlightPx, mostSlightPx)] as const)
      : deviations.shift
  const moved = isStill(shift, deviations)
    ? pixels
    : warp(pixels, sourceOf(pixels, shift, deviations, random), deviations.bend > 0)
  return tint(moved, deviations.drift, random)
}

function isStill([right, down]: readonly [number, number], { zoom, bend, lost }: Deviations): boolean {
  return right === 0 && down === 0 && zoom === 1 && bend === 0 && !lost
}

function sourceOf(
  { width, height }: Pixels,
  [right, down]: readonly [number, number],
  { zoom, bend, lost }: Deviations,
  random: Random,
): Source {
  const scale = lost ? zoom * lostZoom : zoom
  // A lost framing shows another part of the scene.
  const centreX = width * (lost ? 0.5 + between(random, 0.12, 0.18) : 0.5)
  const centreY = height * (lost ? 0.5 - between(random, 0.1, 0.16) : 0.5)
  const phase = random() * Math.PI * 2
  return (x, y) => {
    const waveX = bend * Math.sin((y / height) * Math.PI * 2.6 + phase)
    const waveY = bend * Math.sin((x / width) * Math.PI * 2.2 + phase * 1.7)
    return [
      centreX + (x - width / 2 - right) / scale + waveX,
      centreY + (y - height / 2 - down) / scale + waveY,
    ] as const
  }
}

/**
 * Resamples the input at a position for each pixel, with Catmull-Rom interpolation over 4 × 4 pixels. The edge repeats.
 */
function warp(pixels: Pixels, source: Source, isBent: boolean): Pixels {
  const { width, height } = pixels
  // Without distortion a column's position does not depend on the row: two passes along one axis each are much faster.
  if (isBent) return warpFreely(pixels, source)
  const columns = Float64Array.from({ length: width }, (_, x) => source(x + 0.5, 0)[0] - 0.5)
  const rows = Float64Array.from({ length: height }, (_, y) => source(0, y + 0.5)[1] - 0.5)
  const across = resample(pixels.data, { lines: height, length: width, line: width * 3, step: 3 }, columns)
  return { width, height, data: resample(across, { lines: width, length: height, line: 3, step: width * 3 }, rows) }
}

/** How the values of an image are laid out along one axis: offsets in bytes. */
interface Axis {
  lines: number
  length: number
  line: number
  step: number
}

function resample(data: Uint8Array, axis: Axis, places: Float64Array): Uint8Array {
  const { lines, length, line, step } = axis
  const result = new Uint8Array(data.length)
  const taps = places.length * 4
  const offsets = new Int32Array(taps)
  const weights = new Float32Array(taps)
  for (let index = 0; index < places.length; index++) {
    const place = places[index] ?? 0
    const first = Math.floor(place)
    const shares = curve(place - first)
    for (let tap = 0; tap < 4; tap++) {
      offsets[index * 4 + tap] = Math.min(length - 1, Math.max(0, first - 1 + tap)) * step
      weights[index * 4 + tap] = shares[tap] ?? 0
    }
  }
  for (let number = 0; number < lines; number++) {
    const start = number * line
    for (let index = 0; index < places.length; index++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0.5
        for (let tap = index * 4; tap < index * 4 + 4; tap++) {
          sum += (data[start + (offsets[tap] ?? 0) + channel] ?? 0) * (weights[tap] ?? 0)
        }
        result[start + index * step + channel] = sum < 0 ? 0 : sum > 255 ? 255 : sum
      }
    }
  }
  return result
}

function warpFreely({ data, width, height }: Pixels, source: Source): Pixels {
  const result = new Uint8Array(data.length)
  const clamp = (value: number, most: number) => (value < 0 ? 0 : value > most ? most : value)
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [fromX, fromY] = source(x + 0.5, y + 0.5)
      const left = Math.floor(fromX - 0.5)
      const top = Math.floor(fromY - 0.5)
      const across = curve(fromX - 0.5 - left)
      const down = curve(fromY - 0.5 - top)
      for (let channel = 0; channel < 3; channel++, at++) {
        let sum = 0.5
        for (let row = 0; row < 4; row++) {
          const start = clamp(top - 1 + row, height - 1) * width
          let line = 0
          for (let column = 0; column < 4; column++) {
            const from = (start + clamp(left - 1 + column, width - 1)) * 3 + channel
            line += (data[from] ?? 0) * (across[column] ?? 0)
          }
          sum += line * (down[row] ?? 0)
        }
        result[at] = clamp(sum, 255)
      }
    }
  }
  return { data: result, width, height }
}

/** The weights of four neighbours for a position between the middle two; `share` 0 to 1. */
function curve(share: number): readonly [number, number, number, number] {
  const square = share * share
  const cube = square * share
  return [
    -0.5 * cube + square - 0.5 * share,
    1.5 * cube - 2.5 * square + 1,
    -1.5 * cube + 2 * square + 0.5 * share,
    0.5 * cube - 0.5 * square,
  ]
}

/** The largest factor for a channel, and the largest number of levels added to it. */
const tints = { none: [0, 0], slight: [0.012, 1.5], even: [0.05, 6], uneven: [0.05, 6] } as const

function tint(pixels: Pixels, drift: Deviations['drift'], random: Random): Pixels {
  const [gain, lift] = tints[drift]
  if (gain === 0) return pixels
  const { data, width, height } = pixels
  const channels = [0, 1, 2].map(() => ({
    gain: 1 + between(random, gain / 2, gain) * (random() < 0.5 ? -1 : 1),
    lift: between(random, -lift, lift),
  }))
  const angle = random() * Math.PI * 2
  const result = new Uint8Array(data.length)
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      // Even: the same everywhere. Uneven: none at one side, twice as much at the other.
      const along = (x / width - 0.5) * Math.cos(angle) + (y / height - 0.5) * Math.sin(angle)
      const amount = drift === 'uneven' ? 1 + along * 2 : 1
      for (const { gain: factor, lift: raised } of channels) {
        const value = (data[at] ?? 0) * (1 + (factor - 1) * amount) + raised * amount
        result[at] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5
        at += 1
      }
    }
  }
  return { data: result, width, height }
}
