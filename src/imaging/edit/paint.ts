import type { Affine, ColourFit } from '#domain/edit.ts'
import type { Area } from './area.ts'
import { toTables } from './colour.ts'
import type { Cells } from './membrane.ts'
import { makePixels, type Pixels, type Plane } from './raster.ts'
import { type RowSampler, type SampledRow, sampleRows } from './row-sampler.ts'

/** The answer in the source's colours. Only these rows of it, the rest stays empty. */
export function correctRows({ data, width, height }: Pixels, fit: ColourFit, from = 0, end = height): Pixels {
  const corrected = makePixels(width, height)
  const [reds, greens, blues] = toTables(fit)
  const m = Float64Array.from(fit.matrix)
  const into = corrected.data
  for (let at = from * width * 4; at < end * width * 4; at += 4) {
    const red = reds?.[data[at] ?? 0] ?? 0
    const green = greens?.[data[at + 1] ?? 0] ?? 0
    const blue = blues?.[data[at + 2] ?? 0] ?? 0
    into[at] = (m[0] ?? 0) * red + (m[1] ?? 0) * green + (m[2] ?? 0) * blue + (m[3] ?? 0)
    into[at + 1] = (m[4] ?? 0) * red + (m[5] ?? 0) * green + (m[6] ?? 0) * blue + (m[7] ?? 0)
    into[at + 2] = (m[8] ?? 0) * red + (m[9] ?? 0) * green + (m[10] ?? 0) * blue + (m[11] ?? 0)
  }
  return corrected
}

export interface Paint {
  /** In the source's colours. */
  answer: Pixels
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
  const sample = sampleRows(paint.answer, paint.map)
  const row = { colours: new Float32Array(area.width * 3), seen: new Uint8Array(area.width) }
  for (let y = 0; y < area.height; y += 1) paintRow(source, paint, sample, y, row)
}

/** The first column that is not protected, and the one after the last. Rows of an extension have many others. */
function paintedSpan(levels: Uint8Array): [from: number, to: number] {
  let [from, to] = [0, levels.length]
  while (from < to && levels[from] === 0) from += 1
  while (to > from && levels[to - 1] === 0) to -= 1
  return [from, to]
}

function paintRow(
  source: Pixels,
  { area, membrane, only, toGrid }: Paint,
  sample: RowSampler,
  row: number,
  whole: SampledRow,
): void {
  const levels = area.alpha.subarray(row * area.width, (row + 1) * area.width)
  const [from, to] = paintedSpan(levels)
  if (from >= to) return
  const y = area.top + row + 0.5
  const fromX = area.left + from + 0.5
  const sampled = { colours: whole.colours.subarray(0, (to - from) * 3), seen: whole.seen.subarray(0, to - from) }
  sample(y, fromX, sampled)
  const { colours, seen } = sampled
  const gridY = toGrid[3] * y + toGrid[5]
  if (membrane) addRow(colours, blendRows(membrane, gridY * membrane.height), toGrid, fromX)
  let at = ((area.top + row) * source.width + area.left + from) * 4
  for (let column = 0; column < seen.length; column += 1, at += 4) {
    const level = levels[from + column] ?? 0
    if (level === 0 || !seen[column]) continue
    let alpha = level / 255
    if (only) {
      const gridX = toGrid[0] * (fromX + column) + toGrid[4]
      alpha *= samplePlane(only, gridX * only.width, gridY * only.height)
      if (alpha <= 0.001) continue
    }
    blend(source.data, at, colours, column * 3, alpha)
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

/** Adds the values of a line through the grid to the colours of a row whose first pixel centre is at `fromX`. */
function addRow(colours: Float32Array, line: Float32Array, [a, , , , e]: Affine, fromX: number): void {
  const cells = line.length / 3
  // In cells, from the centre of the first; the values between two centres are on a line.
  const [step, start] = [a * cells, (a * fromX + e) * cells - 0.5]
  const pixels = colours.length / 3
  for (let pixel = 0; pixel < pixels; ) {
    const place = start + pixel * step
    const isBetween = place >= 0 && place < cells - 1
    const cell = isBetween ? Math.floor(place) : place < 0 ? 0 : cells - 1
    const next = place < 0 ? 0 : isBetween ? cell + 1 : Number.POSITIVE_INFINITY
    const end = Math.min(pixels, Math.max(pixel + 1, Math.ceil((next - start) / step)))
    const [from, to] = [cell * 3, (isBetween ? cell + 1 : cell) * 3]
    const share = isBetween ? place - cell : 0
    const [red, green, blue] = [line[from] ?? 0, line[from + 1] ?? 0, line[from + 2] ?? 0]
    const [moreRed, moreGreen, moreBlue] = [
      (line[to] ?? 0) - red,
      (line[to + 1] ?? 0) - green,
      (line[to + 2] ?? 0) - blue,
    ]
    for (let at = pixel * 3, part = share; at < end * 3; at += 3, part += step) {
      colours[at] = (colours[at] ?? 0) + red + part * moreRed
      colours[at + 1] = (colours[at + 1] ?? 0) + green + part * moreGreen
      colours[at + 2] = (colours[at + 2] ?? 0) + blue + part * moreBlue
    }
    pixel = end
  }
}

/** The answer has no transparency; the source may. */
function blend(data: Pixels['data'], at: number, colours: Float32Array, from: number, alpha: number): void {
  if (alpha === 1) {
    data[at] = toLevel(colours[from] ?? 0)
    data[at + 1] = toLevel(colours[from + 1] ?? 0)
    data[at + 2] = toLevel(colours[from + 2] ?? 0)
    data[at + 3] = 255
    return
  }
  if (data[at + 3] === 255) {
    for (let channel = 0; channel < 3; channel += 1) {
      const under = data[at + channel] ?? 0
      data[at + channel] = toLevel(under + alpha * ((colours[from + channel] ?? 0) - under))
    }
    return
  }
  const under = (data[at + 3] ?? 0) / 255
  const result = alpha + under * (1 - alpha)
  for (let channel = 0; channel < 3; channel += 1) {
    data[at + channel] = toLevel(
      (alpha * (colours[from + channel] ?? 0) + under * (1 - alpha) * (data[at + channel] ?? 0)) / result,
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
