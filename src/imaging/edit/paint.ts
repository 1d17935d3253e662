import type { Affine, ColourFit } from '#domain/edit.ts'
import type { Area } from './area.ts'
import { toTables } from './colour.ts'
import { type Cells, sampleCells } from './membrane.ts'
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
  /** What is added to the answer's colours, on a grid over `grid` pixels of the source. */
  membrane?: Cells
  /** Further alpha on the same grid, 0–1: shows only what changed. */
  only?: Plane
  /** From pixels of the source to shares of the grid, 0–1 across and down. */
  toGrid: Affine
}

/** Lays the answer into the source, in place. Where the area's alpha is 0, and where the answer does not reach, no byte changes. */
export function paintArea(source: Pixels, paint: Paint): void {
  const { area } = paint
  for (let row = 0; row < area.height; row += 1) paintRow(source, paint, row)
}

function paintRow(source: Pixels, { answer, map, area, membrane, only, toGrid }: Paint, row: number): void {
  const [a, b, c, d, e, f] = map
  const y = area.top + row + 0.5
  const added = [0, 0, 0]
  const colour = new Float32Array(3)
  const gridY = toGrid[3] * y + toGrid[5]
  for (let column = 0; column < area.width; column += 1) {
    const level = area.alpha[row * area.width + column] ?? 0
    if (level === 0) continue
    const x = area.left + column + 0.5
    const gridX = toGrid[0] * x + toGrid[4]
    const alpha = only ? (level / 255) * samplePlane(only, gridX * only.width, gridY * only.height) : level / 255
    if (alpha <= 0.001) continue
    if (!sampleAnswer(answer, a * x + c * y + e - 0.5, b * x + d * y + f - 0.5, colour)) continue
    if (membrane) {
      sampleCells(membrane, gridX * membrane.width, gridY * membrane.height, added)
      for (let channel = 0; channel < 3; channel += 1) colour[channel] = (colour[channel] ?? 0) + (added[channel] ?? 0)
    }
    blend(source.data, ((area.top + row) * source.width + area.left + column) * 4, colour, alpha)
  }
}

/** The answer has no transparency; the source may. */
function blend(data: Pixels['data'], at: number, colour: Float32Array, alpha: number): void {
  const under = (data[at + 3] ?? 0) / 255
  const result = alpha + under * (1 - alpha)
  for (let channel = 0; channel < 3; channel += 1) {
    const mixed = (alpha * (colour[channel] ?? 0) + under * (1 - alpha) * (data[at + channel] ?? 0)) / result
    data[at + channel] = mixed <= 0 ? 0 : mixed >= 255 ? 255 : Math.round(mixed)
  }
  data[at + 3] = Math.round(result * 255)
}

/** How far outside of the answer its edge is still repeated, in its pixels. */
const overhang = 1.5

/** Catmull-Rom. False where the answer does not reach. */
export function sampleAnswer(
  { data, width, height }: CorrectedAnswer,
  x: number,
  y: number,
  into: Float32Array,
): boolean {
  if (x < -overhang || y < -overhang || x > width - 1 + overhang || y > height - 1 + overhang) return false
  const column = Math.floor(x)
  const row = Math.floor(y)
  const fx = x - column
  const fy = y - row
  const stride = width * 3
  const inside = column >= 1 && row >= 1 && column < width - 2 && row < height - 2
  const w0 = 0.5 * fx * (fx * (2 - fx) - 1)
  const w1 = 0.5 * (fx * fx * (3 * fx - 5) + 2)
  const w2 = 0.5 * fx * (fx * (4 - 3 * fx) + 1)
  const w3 = 0.5 * fx * fx * (fx - 1)
  const c0 = (inside ? column - 1 : limit(column - 1, width)) * 3
  const c1 = (inside ? column : limit(column, width)) * 3
  const c2 = (inside ? column + 1 : limit(column + 1, width)) * 3
  const c3 = (inside ? column + 2 : limit(column + 2, width)) * 3
  let red = 0
  let green = 0
  let blue = 0
  for (let tap = 0; tap < 4; tap += 1) {
    const v =
      tap === 0
        ? 0.5 * fy * (fy * (2 - fy) - 1)
        : tap === 1
          ? 0.5 * (fy * fy * (3 * fy - 5) + 2)
          : tap === 2
            ? 0.5 * fy * (fy * (4 - 3 * fy) + 1)
            : 0.5 * fy * fy * (fy - 1)
    const line = (inside ? row - 1 + tap : limit(row - 1 + tap, height)) * stride
    const [p0, p1, p2, p3] = [line + c0, line + c1, line + c2, line + c3]
    red += v * (w0 * (data[p0] ?? 0) + w1 * (data[p1] ?? 0) + w2 * (data[p2] ?? 0) + w3 * (data[p3] ?? 0))
    green +=
      v * (w0 * (data[p0 + 1] ?? 0) + w1 * (data[p1 + 1] ?? 0) + w2 * (data[p2 + 1] ?? 0) + w3 * (data[p3 + 1] ?? 0))
    blue +=
      v * (w0 * (data[p0 + 2] ?? 0) + w1 * (data[p1 + 2] ?? 0) + w2 * (data[p2 + 2] ?? 0) + w3 * (data[p3 + 2] ?? 0))
  }
  into[0] = red
  into[1] = green
  into[2] = blue
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
