import type { Affine } from '#domain/edit.ts'
import { seededRandom } from '../../scripts/bench/report.ts'

/** Red, green, blue, alpha. */
interface Raster {
  data: Uint8Array | Uint8ClampedArray
  width: number
  height: number
}

/** Changes that a model without masks makes to the whole image. Lengths in pixels of the answer. */
export interface Faults {
  shift?: readonly [number, number]
  zoom?: readonly [number, number]
  /** Degrees. */
  turn?: number
  /** Largest local shift, smooth over the image. */
  bend?: number
  /** Levels added per channel at mid grey, and a gain around it. */
  tint?: readonly [number, number, number]
  gain?: number
  /** Difference of the tint between the two sides, in levels. */
  uneven?: number
  /** Standard deviation of new grain; the old grain is removed by blurring first. */
  grain?: number
}

/** Where each pixel of the sent image is in the answer, both at the answer's size. */
export function faultMap({ shift = [0, 0], zoom = [1, 1], turn = 0 }: Faults, width: number, height: number): Affine {
  const angle = (turn * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const [a, b, c, d] = [zoom[0] * cos, zoom[0] * sin, -zoom[1] * sin, zoom[1] * cos]
  const [x, y] = [width / 2, height / 2]
  return [a, b, c, d, x + shift[0] - a * x - c * y, y + shift[1] - b * x - d * y]
}

/** An answer of the same size with these faults, the same for the same seed. */
export function withFaults(image: Raster, faults: Faults, seed: number): Raster {
  const { width, height } = image
  const map = faultMap(faults, width, height)
  const base = faults.grain ? soften(image) : image
  const random = seededRandom(seed)
  const result = { data: new Uint8ClampedArray(image.data.length), width, height }
  const phase = [random() * 6, random() * 6, random() * 6] as const
  const colour = new Float64Array(4)
  const det = map[0] * map[3] - map[1] * map[2]
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [u, v] = [x + 0.5 - map[4], y + 0.5 - map[5]]
      let fromX = (map[3] * u - map[2] * v) / det - 0.5
      let fromY = (map[0] * v - map[1] * u) / det - 0.5
      if (faults.bend) {
        fromX += faults.bend * Math.sin((y / height) * 5 + phase[0])
        fromY += faults.bend * Math.sin((x / width) * 6 + phase[1])
      }
      sample(base, fromX, fromY, colour)
      const slope = (faults.uneven ?? 0) * Math.sin((x / width) * 2.5 + (y / height) * 2 + phase[2])
      const noise = faults.grain ? faults.grain * gaussian(random) : 0
      for (let channel = 0; channel < 3; channel += 1) {
        const level = 128 + ((colour[channel] ?? 0) - 128) * (faults.gain ?? 1) + (faults.tint?.[channel] ?? 0)
        result.data[(y * width + x) * 4 + channel] = level + slope * (channel === 1 ? 1 : 0.6) + noise
      }
      result.data[(y * width + x) * 4 + 3] = 255
    }
  }
  return result
}

/** New content in a box: a plain plate with bars, in colours that the image does not have. */
export function repaint(image: Raster, box: readonly [number, number, number, number], seed: number): void {
  const random = seededRandom(seed)
  const [ground, bars] = [0, 1].map(() => [random() * 255, random() * 255, random() * 255])
  const [left, top, across, down] = box.map(Math.round) as [number, number, number, number]
  for (let y = Math.max(0, top); y < Math.min(image.height, top + down); y += 1) {
    for (let x = Math.max(0, left); x < Math.min(image.width, left + across); x += 1) {
      const colour = Math.floor((x + y / 2) / 9) % 3 === 0 ? bars : ground
      for (let channel = 0; channel < 3; channel += 1) {
        image.data[(y * image.width + x) * 4 + channel] = (colour?.[channel] ?? 0) + 6 * (random() - 0.5)
      }
    }
  }
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random())
}

function soften(image: Raster): Raster {
  const { width, height, data } = image
  const soft = { data: new Uint8ClampedArray(data), width, height }
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 0
        for (let dy = -1; dy <= 1; dy += 1) {
          for (let dx = -1; dx <= 1; dx += 1) {
            sum += (2 - Math.abs(dx)) * (2 - Math.abs(dy)) * (data[((y + dy) * width + x + dx) * 4 + channel] ?? 0)
          }
        }
        soft.data[(y * width + x) * 4 + channel] = sum / 16
      }
    }
  }
  return soft
}

/** Cubic interpolation; beyond the edge the nearest pixel is repeated. */
function sample({ data, width, height }: Raster, x: number, y: number, into: Float64Array): void {
  const [column, row] = [Math.floor(x), Math.floor(y)]
  const weights = (t: number) => [
    0.5 * t * (t * (2 - t) - 1),
    0.5 * (t * t * (3 * t - 5) + 2),
    0.5 * t * (t * (4 - 3 * t) + 1),
    0.5 * t * t * (t - 1),
  ]
  const [across, down] = [weights(x - column), weights(y - row)]
  into.fill(0)
  for (let j = 0; j < 4; j += 1) {
    const line = Math.max(0, Math.min(height - 1, row - 1 + j)) * width
    for (let i = 0; i < 4; i += 1) {
      const at = (line + Math.max(0, Math.min(width - 1, column - 1 + i))) * 4
      const weight = (across[i] ?? 0) * (down[j] ?? 0)
      for (let channel = 0; channel < 3; channel += 1)
        into[channel] = (into[channel] ?? 0) + weight * (data[at + channel] ?? 0)
    }
  }
}
