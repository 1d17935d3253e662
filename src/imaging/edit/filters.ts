import type { Affine } from '#domain/edit.ts'
import { makePlane, type Plane } from './raster.ts'

/** Gaussian blur by three box blurs; the edge is repeated. A new plane. */
export function blur(plane: Plane, sigma: number): Plane {
  const [from, to] = [{ ...plane, data: plane.data.slice() }, makePlane(plane.width, plane.height)]
  for (const radius of boxRadii(sigma)) {
    blurRows(from, to, radius)
    blurColumns(to, from, radius)
  }
  return from
}

/** Three box widths that together have the deviation `sigma`. */
function boxRadii(sigma: number): number[] {
  const ideal = Math.sqrt(4 * sigma * sigma + 1)
  const low = Math.floor((ideal - 1) / 2)
  const width = 2 * low + 1
  const lows = Math.round((12 * sigma * sigma - 3 * width * width - 12 * width - 9) / (-4 * width - 4))
  return [0, 1, 2].map((pass) => (pass < lows ? low : low + 1))
}

function blurRows({ data, width, height }: Plane, to: Plane, radius: number): void {
  const scale = 1 / (2 * radius + 1)
  for (let y = 0; y < height; y += 1) {
    const start = y * width
    const last = start + width - 1
    let sum = (data[start] ?? 0) * (radius + 1)
    for (let step = 1; step <= radius; step += 1) sum += data[Math.min(start + step, last)] ?? 0
    for (let at = start; at <= last; at += 1) {
      to.data[at] = sum * scale
      const entering = at + radius + 1
      const leaving = at - radius
      sum += (data[entering > last ? last : entering] ?? 0) - (data[leaving < start ? start : leaving] ?? 0)
    }
  }
}

function blurColumns({ data, width, height }: Plane, to: Plane, radius: number): void {
  const scale = 1 / (2 * radius + 1)
  const sums = new Float64Array(width)
  const rowAt = (y: number) => Math.max(0, Math.min(height - 1, y)) * width
  for (let y = -radius; y <= radius; y += 1) {
    const row = rowAt(y)
    for (let x = 0; x < width; x += 1) sums[x] = (sums[x] ?? 0) + (data[row + x] ?? 0)
  }
  for (let y = 0; y < height; y += 1) {
    const [out, entering, leaving] = [y * width, rowAt(y + radius + 1), rowAt(y - radius)]
    for (let x = 0; x < width; x += 1) {
      const sum = sums[x] ?? 0
      to.data[out + x] = sum * scale
      sums[x] = sum + (data[entering + x] ?? 0) - (data[leaving + x] ?? 0)
    }
  }
}

/** A plane without its slow changes, and its local deviation. */
export function splitDetail(plane: Plane, sigma: number): { detail: Plane; deviation: Plane } {
  const detail = blur(plane, sigma)
  const squares = makePlane(plane.width, plane.height)
  for (let at = 0; at < detail.data.length; at += 1) {
    const difference = (plane.data[at] ?? 0) - (detail.data[at] ?? 0)
    detail.data[at] = difference
    squares.data[at] = difference * difference
  }
  const deviation = blur(squares, sigma)
  for (let at = 0; at < deviation.data.length; at += 1)
    deviation.data[at] = Math.sqrt(Math.max(0, deviation.data[at] ?? 0))
  return { detail, deviation }
}

/** Each pixel of the smaller plane is the mean of the pixels it covers. */
export function shrinkByArea(plane: Plane, width: number, height: number): Plane {
  const narrow = makePlane(width, plane.height)
  const across = sharesFor(plane.width, width)
  for (let y = 0; y < plane.height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const { from, shares } = across[x] ?? none
      let sum = 0
      for (let tap = 0; tap < shares.length; tap += 1)
        sum += (shares[tap] ?? 0) * (plane.data[y * plane.width + from + tap] ?? 0)
      narrow.data[y * width + x] = sum
    }
  }
  const small = makePlane(width, height)
  sharesFor(plane.height, height).forEach(({ from, shares }, y) => {
    shares.forEach((share, tap) => {
      const row = (from + tap) * width
      for (let x = 0; x < width; x += 1)
        small.data[y * width + x] = (small.data[y * width + x] ?? 0) + share * (narrow.data[row + x] ?? 0)
    })
  })
  return small
}

const none = { from: 0, shares: [] as number[] }

function sharesFor(length: number, count: number): { from: number; shares: number[] }[] {
  const step = length / count
  return Array.from({ length: count }, (_, index) => {
    const [start, end] = [index * step, (index + 1) * step]
    const from = Math.min(Math.floor(start), length - 1)
    const to = Math.max(from + 1, Math.min(length, Math.ceil(end - 1e-9)))
    const shares = Array.from({ length: to - from }, (_, tap) => {
      return Math.max(0, Math.min(end, from + tap + 1) - Math.max(start, from + tap)) / step
    })
    return { from, shares }
  })
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
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const px = a * x + c * y + e
      const py = b * x + d * y + f
      const inside = px >= 1 && py >= 1 && px < width - 2 && py < height - 2
      warped.data[y * width + x] = inside ? sampleCubic(answer, px, py) : 0
    }
  }
  return warped
}
