import type { Affine } from '#domain/edit.ts'
import type { Pixels } from './raster.ts'

/** One row of the source. */
export interface SampledRow {
  /** Red, green and blue of each pixel; unchanged where the answer has no pixels. */
  colours: Float32Array
  /** 1 where the answer has pixels, otherwise 0. */
  seen: Uint8Array
}

/** Samples the answer, whose transparency is ignored, at the pixel centres of a row at `y`, of which the first is at `fromX` (Catmull-Rom). */
export type RowSampler = (y: number, fromX: number, into: SampledRow) => void

/** Turn per pixel up to which an answer's columns count as upright: the error stays below 0.02 of its pixels. */
const upright = 0.01

/** `map`: from pixels of the source to pixels of the answer. */
export function sampleRows(answer: Pixels, map: Affine): RowSampler {
  const [a, b] = map
  return a > 0 && Math.abs(b) <= upright * a ? uprightRows(answer, map) : anyRows(answer, map)
}

function anyRows(answer: Pixels, [a, b, c, d, e, f]: Affine): RowSampler {
  return (y, fromX, { colours, seen }) => {
    const offsetX = c * y + e - 0.5
    const offsetY = d * y + f - 0.5
    for (let at = 0; at < seen.length; at += 1) {
      const x = fromX + at
      seen[at] = sampleAnswer(answer, a * x + offsetX, b * x + offsetY, colours, at * 3) ? 1 : 0
    }
  }
}

/** Each of the answer's columns is interpolated once per row; a pixel then needs 4 of these values instead of 16. */
function uprightRows(answer: Pixels, [a, b, c, d, e, f]: Affine): RowSampler {
  const { width, height } = answer
  const line = new Float32Array((width + 8) * 3)
  const [right, bottom] = [width - 1 + overhang, height - 1 + overhang]
  return (y, fromX, { colours, seen }) => {
    const offsetX = c * y + e - 0.5
    const offsetY = d * y + f - 0.5
    const first = Math.max(-3, Math.floor(a * fromX + offsetX) - 1)
    const last = Math.min(width + 3, Math.floor(a * (fromX + seen.length - 1) + offsetX) + 2)
    const slope = b / a
    for (let column = first, at = 0; column <= last; column += 1, at += 3)
      interpolateColumn(answer, column, offsetY + slope * (column - offsetX), line, at)
    for (let at = 0, to = 0; at < seen.length; at += 1, to += 3) {
      const px = a * (fromX + at) + offsetX
      const py = b * (fromX + at) + offsetY
      seen[at] = px < -overhang || py < -overhang || px > right || py > bottom ? 0 : 1
      if (!seen[at]) continue
      const column = Math.floor(px)
      const t = px - column
      const w0 = 0.5 * t * (t * (2 - t) - 1)
      const w1 = 0.5 * (t * t * (3 * t - 5) + 2)
      const w2 = 0.5 * t * (t * (4 - 3 * t) + 1)
      const w3 = 0.5 * t * t * (t - 1)
      const from = (column - 1 - first) * 3
      colours[to] =
        w0 * (line[from] ?? 0) + w1 * (line[from + 3] ?? 0) + w2 * (line[from + 6] ?? 0) + w3 * (line[from + 9] ?? 0)
      colours[to + 1] =
        w0 * (line[from + 1] ?? 0) +
        w1 * (line[from + 4] ?? 0) +
        w2 * (line[from + 7] ?? 0) +
        w3 * (line[from + 10] ?? 0)
      colours[to + 2] =
        w0 * (line[from + 2] ?? 0) +
        w1 * (line[from + 5] ?? 0) +
        w2 * (line[from + 8] ?? 0) +
        w3 * (line[from + 11] ?? 0)
    }
  }
}

/** Interpolates one column between four rows; beyond the edge the nearest pixel is repeated. */
function interpolateColumn(
  { data, width, height }: Pixels,
  column: number,
  y: number,
  into: Float32Array,
  at: number,
): void {
  const row = Math.floor(y)
  const u = y - row
  const v0 = 0.5 * u * (u * (2 - u) - 1)
  const v1 = 0.5 * (u * u * (3 * u - 5) + 2)
  const v2 = 0.5 * u * (u * (4 - 3 * u) + 1)
  const v3 = 0.5 * u * u * (u - 1)
  const stride = width * 4
  const left = limit(column, width) * 4
  const r0 = limit(row - 1, height) * stride + left
  const r1 = limit(row, height) * stride + left
  const r2 = limit(row + 1, height) * stride + left
  const r3 = limit(row + 2, height) * stride + left
  into[at] = v0 * (data[r0] ?? 0) + v1 * (data[r1] ?? 0) + v2 * (data[r2] ?? 0) + v3 * (data[r3] ?? 0)
  into[at + 1] =
    v0 * (data[r0 + 1] ?? 0) + v1 * (data[r1 + 1] ?? 0) + v2 * (data[r2 + 1] ?? 0) + v3 * (data[r3 + 1] ?? 0)
  into[at + 2] =
    v0 * (data[r0 + 2] ?? 0) + v1 * (data[r1 + 2] ?? 0) + v2 * (data[r2 + 2] ?? 0) + v3 * (data[r3 + 2] ?? 0)
}

/** How far outside the answer its edge is repeated, in pixels of the answer. */
const overhang = 1.5

/** Catmull-Rom. False where the answer has no pixels. Written out, because it runs for every pixel that is laid in. */
function sampleAnswer({ data, width, height }: Pixels, x: number, y: number, into: Float32Array, to: number): boolean {
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
  const stride = width * 4
  const inside = column >= 1 && row >= 1 && column < width - 2 && row < height - 2
  const c1 = (inside ? column : limit(column, width)) * 4
  const c0 = inside ? c1 - 4 : limit(column - 1, width) * 4
  const c2 = inside ? c1 + 4 : limit(column + 1, width) * 4
  const c3 = inside ? c1 + 8 : limit(column + 2, width) * 4
  const r1 = (inside ? row : limit(row, height)) * stride
  const r0 = inside ? r1 - stride : limit(row - 1, height) * stride
  const r2 = inside ? r1 + stride : limit(row + 1, height) * stride
  const r3 = inside ? r2 + stride : limit(row + 2, height) * stride
  for (let channel = 0; channel < 3; channel += 1) {
    const d0 = c0 + channel
    const d1 = c1 + channel
    const d2 = c2 + channel
    const d3 = c3 + channel
    into[to + channel] =
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
