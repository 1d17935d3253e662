import type { Affine } from '#domain/edit.ts'
import { makePlane, type PixelSize, type Plane } from './raster.ts'

/** Gaussian blur by three box blurs; the edge is repeated. A new plane, or `blurred`, which may be the plane itself. */
export function blur(plane: Plane, sigma: number, blurred: Plane = makePlane(plane.width, plane.height)): Plane {
  let from = plane
  for (const radius of boxRadii(sigma)) {
    if (radius === 0) continue
    blurByBox(from, blurred.data, radius)
    from = blurred
  }
  if (from !== blurred) blurred.data.set(plane.data)
  return blurred
}

/** Three box widths that together have the deviation `sigma`. */
function boxRadii(sigma: number): number[] {
  const ideal = Math.sqrt(4 * sigma * sigma + 1)
  const low = Math.floor((ideal - 1) / 2)
  const width = 2 * low + 1
  const lows = Math.round((12 * sigma * sigma - 3 * width * width - 12 * width - 9) / (-4 * width - 4))
  return [0, 1, 2].map((pass) => (pass < lows ? low : low + 1))
}

/** `to` may be the plane's own data: a row is read before it is written, and not again after that. */
function blurByBox(plane: Plane, to: Float32Array, radius: number): void {
  const { width, height } = plane
  const scale = 1 / (2 * radius + 1)
  // The rows that the columns' sums consist of, blurred along the row; four are made at a time.
  const held = 2 * radius + 5
  const rows = new Float32Array(held * width)
  let made = 0
  const rowAt = (y: number) => {
    const row = Math.max(0, Math.min(height - 1, y))
    for (; made <= row; made += 4) blurFourRows(plane, made, radius, rows, held)
    return (row % held) * width
  }
  const sums = new Float64Array(width)
  for (let y = -radius; y <= radius; y += 1) {
    const row = rowAt(y)
    for (let x = 0; x < width; x += 1) sums[x] = (sums[x] ?? 0) + (rows[row + x] ?? 0)
  }
  for (let y = 0; y < height; y += 1) {
    const out = y * width
    const entering = rowAt(y + radius + 1)
    const leaving = rowAt(y - radius)
    for (let x = 0; x < width; x += 1) {
      const sum = sums[x] ?? 0
      to[out + x] = sum * scale
      sums[x] = sum + (rows[entering + x] ?? 0) - (rows[leaving + x] ?? 0)
    }
  }
}

/** Four rows from `top` on, whose sums do not wait for each other. Row y goes to place y % held of `rows`. */
function blurFourRows(
  { data, width, height }: Plane,
  top: number,
  radius: number,
  rows: Float32Array,
  held: number,
): void {
  const [scale, last] = [1 / (2 * radius + 1), width - 1]
  const [y0, y1, y2, y3] = [
    top,
    Math.min(top + 1, height - 1),
    Math.min(top + 2, height - 1),
    Math.min(top + 3, height - 1),
  ]
  const [from0, from1, from2, from3] = [y0 * width, y1 * width, y2 * width, y3 * width]
  const [to0, to1, to2, to3] = [(y0 % held) * width, (y1 % held) * width, (y2 % held) * width, (y3 % held) * width]
  let sum0 = startSum(data, from0, last, radius)
  let sum1 = startSum(data, from1, last, radius)
  let sum2 = startSum(data, from2, last, radius)
  let sum3 = startSum(data, from3, last, radius)
  for (let x = 0; x < width; x += 1) {
    const entering = x + radius + 1 > last ? last : x + radius + 1
    const leaving = x < radius ? 0 : x - radius
    rows[to0 + x] = sum0 * scale
    rows[to1 + x] = sum1 * scale
    rows[to2 + x] = sum2 * scale
    rows[to3 + x] = sum3 * scale
    sum0 += (data[from0 + entering] ?? 0) - (data[from0 + leaving] ?? 0)
    sum1 += (data[from1 + entering] ?? 0) - (data[from1 + leaving] ?? 0)
    sum2 += (data[from2 + entering] ?? 0) - (data[from2 + leaving] ?? 0)
    sum3 += (data[from3 + entering] ?? 0) - (data[from3 + leaving] ?? 0)
  }
}

/** The sum of the pixels around the first one of a row. */
function startSum(data: Float32Array, start: number, last: number, radius: number): number {
  let sum = (data[start] ?? 0) * (radius + 1)
  for (let step = 1; step <= radius; step += 1) sum += data[start + Math.min(step, last)] ?? 0
  return sum
}

/** Values that change slowly, at a fraction of the size: each is the mean of `factor` × `factor` pixels. */
export interface Coarse extends Plane {
  factor: number
  /** For each column of full pixels: the cell whose centre is to the left of it, and how far it is towards the next. */
  cells: Int32Array
  shares: Float32Array
}

/** A plane without its slow changes, and its local deviation. */
export function splitDetail(plane: Plane, sigma: number): { detail: Plane; deviation: Coarse } {
  const detail = makePlane(plane.width, plane.height)
  return { detail, deviation: findDeviation(plane, sigma, detail.data) }
}

/** The local deviation of a plane. Its detail is written to `detail`, of which one row is enough if it is not needed. */
export function findDeviation(
  plane: Plane,
  sigma: number,
  detail: Float32Array = new Float32Array(plane.width),
): Coarse {
  const { data: levels, width, height } = plane
  const mean = blurCoarsely(toMeans(plane, factorFor(sigma)), sigma)
  const squares = makeCoarse(plane, mean.factor)
  const isKept = detail.length === levels.length
  const [line, sums] = [new Float32Array(width), new Float32Array(width)]
  for (let y = 0, at = 0; y < height; y += 1) {
    sampleRow(mean, y, line)
    for (let x = 0, to = isKept ? at : 0; x < width; x += 1, at += 1, to += 1) {
      const difference = (levels[at] ?? 0) - (line[x] ?? 0)
      detail[to] = difference
      sums[x] = (sums[x] ?? 0) + difference * difference
    }
    endRow(squares, y, height, sums)
  }
  const deviation = blurCoarsely(squares, sigma)
  for (let at = 0; at < deviation.data.length; at += 1)
    deviation.data[at] = Math.sqrt(Math.max(0, deviation.data[at] ?? 0))
  return deviation
}

/** One row of what a coarse plane describes, in full pixels, interpolated linearly. */
export function sampleRow({ data, width, height, factor, cells, shares }: Coarse, y: number, into: Float32Array): void {
  const row = Math.max(0, Math.min(height - 1, (y + 0.5) / factor - 0.5))
  const upper = Math.floor(row) * width
  const lower = Math.min(height - 1, Math.floor(row) + 1) * width
  const share = row - Math.floor(row)
  // The last value is repeated, so that every cell has a next one.
  const line = new Float32Array(width + 1)
  for (let column = 0; column < width; column += 1) {
    const value = data[upper + column] ?? 0
    line[column] = value + share * ((data[lower + column] ?? 0) - value)
  }
  line[width] = line[width - 1] ?? 0
  for (let x = 0; x < into.length; x += 1) {
    const cell = cells[x] ?? 0
    const value = line[cell] ?? 0
    into[x] = value + (shares[x] ?? 0) * ((line[cell + 1] ?? 0) - value)
  }
}

/** The side of the cells at which a blur is as good as at full size, and much faster: 2 or 4 pixels, or more. */
function factorFor(sigma: number): number {
  return Math.max(2, 2 ** Math.floor(Math.log2(sigma / 2)))
}

export function makeCoarse({ width, height }: PixelSize, factor: number): Coarse {
  const small = makePlane(Math.ceil(width / factor), Math.ceil(height / factor))
  const [cells, shares] = [new Int32Array(width), new Float32Array(width)]
  for (let x = 0; x < width; x += 1) {
    const place = Math.max(0, (x + 0.5) / factor - 0.5)
    cells[x] = Math.floor(place)
    shares[x] = place - Math.floor(place)
  }
  return { ...small, factor, cells, shares }
}

function toMeans(plane: Plane, factor: number): Coarse {
  const { data, width, height } = plane
  const means = makeCoarse(plane, factor)
  const sums = new Float32Array(width)
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 1) sums[x] = (sums[x] ?? 0) + (data[at] ?? 0)
    endRow(means, y, height, sums)
  }
  return means
}

/** After the last row of a row of cells: writes their means of the columns' sums, and sets these back to zero. */
function endRow({ data, width, factor }: Coarse, y: number, height: number, sums: Float32Array): void {
  if ((y + 1) % factor !== 0 && y !== height - 1) return
  const row = Math.floor(y / factor)
  const rows = y - row * factor + 1
  for (let column = 0, x = 0; column < width; column += 1) {
    const end = Math.min(sums.length, x + factor)
    const count = rows * (end - x)
    let sum = 0
    for (; x < end; x += 1) sum += sums[x] ?? 0
    data[row * width + column] = sum / count
  }
  sums.fill(0)
}

/** Blurs, in place, by what is left of `sigma` (full pixels) after the means and the interpolation, which blur as well. */
function blurCoarsely(coarse: Coarse, sigma: number): Coarse {
  const { factor } = coarse
  const rest = sigma * sigma - (factor * factor - 1) / 12 - (factor * factor) / 6
  blur(coarse, Math.sqrt(Math.max(0, rest)) / factor, coarse)
  return coarse
}

/** Each pixel of the smaller plane is the mean of the pixels it covers. */
export function shrinkByArea(plane: Plane, width: number, height: number): Plane {
  const [across, down] = [sharesFor(plane.width, width), sharesFor(plane.height, height)]
  const small = makePlane(width, height)
  const { data } = small
  const line = new Float64Array(plane.width)
  for (let y = 0, to = 0; y < height; y += 1) {
    addRows(plane.data, down, y, line)
    for (let x = 0; x < width; x += 1, to += 1) {
      const from = across.from[x] ?? 0
      let sum = 0
      for (let tap = 0, share = x * across.most; tap < across.most; tap += 1, share += 1)
        sum += (across.shares[share] ?? 0) * (line[from + tap] ?? 0)
      data[to] = sum
    }
  }
  return small
}

/** The mean of the rows that row `y` of the result covers. */
function addRows(data: Float32Array, { from, shares, most }: Shares, y: number, line: Float64Array): void {
  line.fill(0)
  for (let tap = 0; tap < most; tap += 1) {
    const share = shares[y * most + tap] ?? 0
    if (share === 0) continue
    const row = ((from[y] ?? 0) + tap) * line.length
    for (let x = 0; x < line.length; x += 1) line[x] = (line[x] ?? 0) + share * (data[row + x] ?? 0)
  }
}

/** The pixels that each pixel of the result covers. */
interface Shares {
  /** The first of them. */
  from: Int32Array
  /** `most` shares for each pixel of the result; their sum is 1, and the last may be 0. */
  shares: Float64Array
  most: number
}

function sharesFor(length: number, count: number): Shares {
  const step = length / count
  const most = Math.min(length, Number.isInteger(step) ? step : Math.ceil(step) + 1)
  const { from, shares }: Shares = { from: new Int32Array(count), shares: new Float64Array(count * most), most }
  for (let index = 0; index < count; index += 1) {
    const [start, end] = [index * step, (index + 1) * step]
    const first = Math.min(Math.floor(start), length - 1)
    const last = Math.max(first + 1, Math.min(length, Math.ceil(end - 1e-9)))
    from[index] = Math.min(first, length - most)
    for (let at = first; at < last; at += 1)
      shares[index * most + at - (from[index] ?? 0)] = Math.max(0, Math.min(end, at + 1) - Math.max(start, at)) / step
  }
  return { from, shares, most }
}

/** The value between pixels; pixel centres are at whole numbers. The caller keeps x and y one pixel inside. */
export function sampleCubic({ data, width }: Plane, x: number, y: number): number {
  const column = Math.floor(x)
  const row = Math.floor(y)
  const t = x - column
  const at = (row - 1) * width + column - 1
  return cubic(
    cubic(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0, data[at + 3] ?? 0, t),
    cubic(data[at + width] ?? 0, data[at + width + 1] ?? 0, data[at + width + 2] ?? 0, data[at + width + 3] ?? 0, t),
    cubic(
      data[at + 2 * width] ?? 0,
      data[at + 2 * width + 1] ?? 0,
      data[at + 2 * width + 2] ?? 0,
      data[at + 2 * width + 3] ?? 0,
      t,
    ),
    cubic(
      data[at + 3 * width] ?? 0,
      data[at + 3 * width + 1] ?? 0,
      data[at + 3 * width + 2] ?? 0,
      data[at + 3 * width + 3] ?? 0,
      t,
    ),
    y - row,
  )
}

/** Catmull-Rom between b and c. */
function cubic(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
}

/** The answer resampled to the source with a map of pixel indices; zero outside the answer. */
export function warp(answer: Plane, [a, b, c, d, e, f]: Affine): Plane {
  const { width, height } = answer
  const warped = makePlane(width, height)
  const { data } = warped
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 1) {
      const px = a * x + c * y + e
      const py = b * x + d * y + f
      if (px >= 1 && py >= 1 && px < width - 2 && py < height - 2) data[at] = sampleCubic(answer, px, py)
    }
  }
  return warped
}
