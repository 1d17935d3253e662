import type { Affine, ColourFit } from '#domain/edit.ts'
import type { Area } from './area.ts'
import { toTables } from './colour.ts'
import type { Cells } from './membrane.ts'
import type { Pixels, Plane } from './raster.ts'

/** The answer in the source's colours: red, green, blue. */
export interface CorrectedAnswer {
  data: Uint8ClampedArray
  width: number
  height: number
}

export function correctAnswer({ data, width, height }: Pixels, fit: ColourFit): CorrectedAnswer {
  const corrected = new Uint8ClampedArray(width * height * 3)
  const [reds, greens, blues] = toTables(fit)
  const m = Float64Array.from(fit.matrix)
  for (let from = 0, to = 0; to < corrected.length; from += 4, to += 3) {
    const red = reds?.[data[from] ?? 0] ?? 0
    const green = greens?.[data[from + 1] ?? 0] ?? 0
    const blue = blues?.[data[from + 2] ?? 0] ?? 0
    corrected[to] = (m[0] ?? 0) * red + (m[1] ?? 0) * green + (m[2] ?? 0) * blue + (m[3] ?? 0)
    corrected[to + 1] = (m[4] ?? 0) * red + (m[5] ?? 0) * green + (m[6] ?? 0) * blue + (m[7] ?? 0)
    corrected[to + 2] = (m[8] ?? 0) * red + (m[9] ?? 0) * green + (m[10] ?? 0) * blue + (m[11] ?? 0)
  }
  return { data: corrected, width, height }
}

export interface Paint {
  answer: CorrectedAnswer
  /** From pixels of the source to pixels of the answer. */
  map: Affine
  area: Area
  /** Added to the answer's colours, on a grid over `grid` pixels of the source. */
  membrane?: Cells
  /** Additional alpha on the same grid, 0–1: shows only what changed. */
  only?: Plane
  /** From pixels of the source to fractions of the grid, 0–1 across and down. */
  toGrid: Affine
}

/**
 * Lays the answer into the source, in place. Where the area's alpha is 0, and where the answer has no pixels, no byte
 * changes.
 */
export function paintArea(source: Pixels, paint: Paint): void {
  const { area } = paint
  for (let row = 0; row < area.height; row += 1) paintRow(source, paint, row)
}

function paintRow(source: Pixels, { answer, map, area, membrane, only, toGrid }: Paint, row: number): void {
  const [a, b, c, d, e, f] = map
  const y = area.top + row + 0.5
  const gridY = toGrid[3] * y + toGrid[5]
  const added = membrane && blendRows(membrane, gridY * membrane.height)
  const colour = new Float32Array(3)
  for (let column = 0; column < area.width; column += 1) {
    const level = area.alpha[row * area.width + column] ?? 0
    if (level === 0) continue
    const x = area.left + column + 0.5
    const gridX = toGrid[0] * x + toGrid[4]
    const alpha = only ? (level / 255) * samplePlane(only, gridX * only.width, gridY * only.height) : level / 255
    if (alpha <= 0.001) continue
    if (!sampleAnswer(answer, a * x + c * y + e - 0.5, b * x + d * y + f - 0.5, colour)) continue
    if (added) addFromRow(added, gridX * (added.length / 3), colour)
    blend(source.data, ((area.top + row) * source.width + area.left + column) * 4, colour, alpha)
  }
}

/** One line through a grid of cells, between two of its rows. */
function blendRows({ data, width, height }: Cells, y: number): Float32Array {
  const place = Math.max(0, Math.min(height - 1, y - 0.5))
  const upper = Math.floor(place)
  const lower = Math.min(height - 1, upper + 1)
  const share = place - upper
  const line = new Float32Array(width * 3)
  for (let at = 0; at < line.length; at += 1) {
    line[at] = (data[upper * width * 3 + at] ?? 0) * (1 - share) + (data[lower * width * 3 + at] ?? 0) * share
  }
  return line
}

function addFromRow(line: Float32Array, x: number, colour: Float32Array): void {
  const last = line.length / 3 - 1
  const place = Math.max(0, Math.min(last, x - 0.5))
  const left = Math.floor(place)
  const share = place - left
  const from = left * 3
  const to = left < last ? from + 3 : from
  for (let channel = 0; channel < 3; channel += 1) {
    colour[channel] =
      (colour[channel] ?? 0) + (line[from + channel] ?? 0) * (1 - share) + (line[to + channel] ?? 0) * share
  }
}

/** The answer has no transparency; the source may. */
function blend(data: Pixels['data'], at: number, colour: Float32Array, alpha: number): void {
  if (data[at + 3] === 255) {
    for (let channel = 0; channel < 3; channel += 1) {
      const under = data[at + channel] ?? 0
      data[at + channel] = toLevel(under + alpha * ((colour[channel] ?? 0) - under))
    }
    return
  }
  const under = (data[at + 3] ?? 0) / 255
  const result = alpha + under * (1 - alpha)
  for (let channel = 0; channel < 3; channel += 1) {
    data[at + channel] = toLevel(
      (alpha * (colour[channel] ?? 0) + under * (1 - alpha) * (data[at + channel] ?? 0)) / result,
    )
  }
  data[at + 3] = Math.round(result * 255)
}

function toLevel(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0
}

/** How far outside the answer its edge is still repeated, in its pixels. */
const overhang = 1.5

/** Catmull-Rom. False where the answer has no pixels. Written out, because it runs for every pixel that is laid in. */
export function sampleAnswer(
  { data, width, height }: CorrectedAnswer,
  x: number,
  y: number,
  into: Float32Array,
): boolean {
  if (x < -overhang || y < -overhang || x > width - 1 + overhang || y > height - 1 + overhang) return false
  const column = Math.floor(x)
  const row = Math.floor(y)
  const t = x - column
  const u = y - row
  const w0 = 0.5 * t * (t * (2 - t) - 1)
  const w1 = 0.5 * (t * t * (3 * t - 5) + 2)
  const w2 = 0.5 * t * (t * (4 - 3 * t) + 1)
  const w3 = 0.5 * t * t * (t - 1)
  const v0 = 0.5 * u * (u * (2 - u) - 1)
  const v1 = 0.5 * (u * u * (3 * u - 5) + 2)
  const v2 = 0.5 * u * (u * (4 - 3 * u) + 1)
  const v3 = 0.5 * u * u * (u - 1)
  const stride = width * 3
  const inside = column >= 1 && row >= 1 && column < width - 2 && row < height - 2
  const c1 = (inside ? column : limit(column, width)) * 3
  const c0 = inside ? c1 - 3 : limit(column - 1, width) * 3
  const c2 = inside ? c1 + 3 : limit(column + 1, width) * 3
  const c3 = inside ? c1 + 6 : limit(column + 2, width) * 3
  const r1 = (inside ? row : limit(row, height)) * stride
  const r0 = inside ? r1 - stride : limit(row - 1, height) * stride
  const r2 = inside ? r1 + stride : limit(row + 1, height) * stride
  const r3 = inside ? r2 + stride : limit(row + 2, height) * stride
  for (let channel = 0; channel < 3; channel += 1) {
    const d0 = c0 + channel
    const d1 = c1 + channel
    const d2 = c2 + channel
    const d3 = c3 + channel
    into[channel] =
      v0 *
        (w0 * (data[r0 + d0] ?? 0) +
          w1 * (data[r0 + d1] ?? 0) +
          w2 * (data[r0 + d2] ?? 0) +
          w3 * (data[r0 + d3] ?? 0)) +
      v1 *
        (w0 * (data[r1 + d0] ?? 0) +
          w1 * (data[r1 + d1] ?? 0) +
          w2 * (data[r1 + d2] ?? 0) +
          w3 * (data[r1 + d3] ?? 0)) +
      v2 *
        (w0 * (data[r2 + d0] ?? 0) +
          w1 * (data[r2 + d1] ?? 0) +
          w2 * (data[r2 + d2] ?? 0) +
          w3 * (data[r2 + d3] ?? 0)) +
      v3 *
        (w0 * (data[r3 + d0] ?? 0) + w1 * (data[r3 + d1] ?? 0) + w2 * (data[r3 + d2] ?? 0) + w3 * (data[r3 + d3] ?? 0))
  }
  return true
}

function limit(index: number, length: number): number {
  return index < 0 ? 0 : index >= length ? length - 1 : index
}

function samplePlane({ data, width, height }: Plane, x: number, y: number): number {
  const px = Math.max(0, Math.min(width - 1.001, x - 0.5))
  const py = Math.max(0, Math.min(height - 1.001, y - 0.5))
  const column = Math.floor(px)
  const row = Math.floor(py)
  const fx = px - column
  const at = row * width + column
  const upper = (data[at] ?? 0) * (1 - fx) + (data[at + 1] ?? 0) * fx
  const lower = (data[at + width] ?? 0) * (1 - fx) + (data[at + width + 1] ?? 0) * fx
  return upper + (lower - upper) * (py - row)
}
