import type { Affine, ColourFit } from '#domain/edit.ts'
import type { Area } from './area.ts'
import { noColourChange, toTables } from './colour.ts'
import type { Cells } from './membrane.ts'
import type { Pixels, Plane } from './raster.ts'
import { type CorrectedAnswer, type RowSampler, sampleRows } from './row-sampler.ts'

export function correctAnswer({ data, width, height }: Pixels, fit: ColourFit): CorrectedAnswer {
  const corrected = new Uint8ClampedArray(width * height * 3)
  if (fit === noColourChange) {
    for (let from = 0, to = 0; to < corrected.length; from += 4, to += 3) {
      corrected[to] = data[from] ?? 0
      corrected[to + 1] = data[from + 1] ?? 0
      corrected[to + 2] = data[from + 2] ?? 0
    }
    return { data: corrected, width, height }
  }
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
  const sampler = sampleRows(paint.answer, paint.map)
  for (let row = 0; row < area.height; row += 1) paintRow(source, paint, sampler, row)
}

function paintRow(source: Pixels, { area, membrane, only, toGrid }: Paint, sampler: RowSampler, row: number): void {
  const y = area.top + row + 0.5
  const gridY = toGrid[3] * y + toGrid[5]
  const added = membrane && blendRows(membrane, gridY * membrane.height)
  const colour = new Float32Array(3)
  sampler.start(y, area.left + 0.5, area.left + area.width - 0.5)
  for (let column = 0; column < area.width; column += 1) {
    const level = area.alpha[row * area.width + column] ?? 0
    if (level === 0) continue
    const x = area.left + column + 0.5
    const gridX = toGrid[0] * x + toGrid[4]
    const alpha = only ? (level / 255) * samplePlane(only, gridX * only.width, gridY * only.height) : level / 255
    if (alpha <= 0.001) continue
    if (!sampler.sample(x, colour)) continue
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
