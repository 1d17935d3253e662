import type { Affine } from '#domain/edit.ts'
import { compose, invert, mapPoint } from './affine.ts'
import { registration } from './constants.ts'
import { sampleCubic } from './filters.ts'
import type { Plane } from './raster.ts'

/** The degrees of freedom of a map: shift; shift and zoom; shift, zoom and turn; any affine map. */
export type Freedom = 2 | 3 | 4 | 6

/** Positions of strong edges in the source, with the values that the refinement needs. */
export interface Points {
  x: Float32Array
  y: Float32Array
  value: Float32Array
  gx: Float32Array
  gy: Float32Array
  count: number
}

const inset = 2

/** The strongest gradients of each cell of `cell` pixels, where `free` is not zero. */
export function pickPoints({ data, width, height }: Plane, free: Uint8Array, cell: number): Points {
  const perCell = registration.pointsPerCell
  const most = Math.ceil(width / cell) * Math.ceil(height / cell) * perCell
  const [x, y, value] = [new Float32Array(most), new Float32Array(most), new Float32Array(most)]
  const points: Points = { x, y, value, gx: new Float32Array(most), gy: new Float32Array(most), count: 0 }
  const best = { at: new Int32Array(perCell), strength: new Float32Array(perCell) }
  for (let top = 0; top < height; top += cell) {
    for (let left = 0; left < width; left += cell) {
      best.strength.fill(0.01)
      best.at.fill(-1)
      const [endX, endY] = [Math.min(left + cell, width - inset), Math.min(top + cell, height - inset)]
      for (let row = Math.max(inset, top); row < endY; row += 1) {
        for (let column = Math.max(inset, left); column < endX; column += 1) {
          const at = row * width + column
          if (!free[at]) continue
          const gx = (data[at + 1] ?? 0) - (data[at - 1] ?? 0)
          const gy = (data[at + width] ?? 0) - (data[at - width] ?? 0)
          keep(best, at, gx * gx + gy * gy)
        }
      }
      for (const at of best.at) if (at >= 0) addPoint(points, data, width, at)
    }
  }
  return points
}

/** Keeps the strongest, weakest last. */
function keep({ at, strength }: { at: Int32Array; strength: Float32Array }, place: number, value: number): void {
  let slot = at.length - 1
  if (value <= (strength[slot] ?? 0)) return
  for (; slot > 0 && value > (strength[slot - 1] ?? 0); slot -= 1) {
    strength[slot] = strength[slot - 1] ?? 0
    at[slot] = at[slot - 1] ?? -1
  }
  strength[slot] = value
  at[slot] = place
}

function addPoint(points: Points, data: Float32Array, width: number, at: number): void {
  const index = points.count
  points.x[index] = at % width
  points.y[index] = Math.floor(at / width)
  points.value[index] = data[at] ?? 0
  points.gx[index] = ((data[at + 1] ?? 0) - (data[at - 1] ?? 0)) / 2
  points.gy[index] = ((data[at + width] ?? 0) - (data[at - width] ?? 0)) / 2
  points.count += 1
}

/**
 * Improves a map (pixel indices of the source to those of `answer`) until the answer matches best at the points:
 * Gauss–Newton, inverse compositional, with Tukey's weights, so that what the model changed has no influence.
 */
export function refineMap(points: Points, answer: Plane, start: Affine, freedom: Freedom, rounds = 20): Affine {
  let map = start
  const centre = [answer.width / 2, answer.height / 2] as const
  const radius = Math.max(answer.width, answer.height) / 2
  const residuals = new Float32Array(points.count)
  for (let round = 0; round < rounds; round += 1) {
    const met = measure(points, answer, map, residuals)
    if (met < 12) return map
    const step = solveStep(points, residuals, freedom, centre, radius)
    if (!step) return map
    const change = toAffine(step, freedom, centre, radius)
    map = compose(invert(change), map)
    if (largestMove(change, answer) < 0.004) return map
  }
  return map
}

/**
 * The standard error, in pixels, that a refined map may have at any of these places, as far as the points tell: it grows
 * with the distance from them, and with each degree of freedom. Infinite where they do not determine the map.
 */
export function errorAt(
  places: readonly (readonly [x: number, y: number])[],
  points: Points,
  answer: Plane,
  map: Affine,
  freedom: Freedom,
): number {
  const [cx, cy] = [answer.width / 2, answer.height / 2]
  const radius = Math.max(answer.width, answer.height) / 2
  const residuals = new Float32Array(points.count)
  measure(points, answer, map, residuals)
  const deviation = robustDeviation(residuals)
  const { normal } = toEquations(points, residuals, freedom, [cx, cy], radius)
  const variances = places.flatMap(([x, y]) =>
    movesOf(freedom, (x - cx) / radius, (y - cy) / radius).map((move) => {
      const spread = solve(normal, Float64Array.from(move))
      return spread ? spread.reduce((sum, value, at) => sum + value * (move[at] ?? 0), 0) : Number.POSITIVE_INFINITY
    }),
  )
  return deviation * Math.sqrt(Math.max(0, ...variances))
}

/** How far each degree of freedom moves a place across and down. `u` and `v`: from the centre, in radii. */
function movesOf(freedom: Freedom, u: number, v: number): [across: number[], down: number[]] {
  const across = [1, 0, u, freedom === 4 ? -v : v, 0, 0]
  const down = freedom === 6 ? [0, 1, 0, 0, u, v] : [0, 1, v, u, 0, 0]
  return [across.slice(0, freedom), down.slice(0, freedom)]
}

/** Answer minus source at each point; NaN outside the answer. Gives the number of points inside. */
function measure(points: Points, answer: Plane, [a, b, c, d, e, f]: Affine, residuals: Float32Array): number {
  let met = 0
  const { x: xs, y: ys, value: values, count } = points
  const [right, bottom] = [answer.width - 1 - inset, answer.height - 1 - inset]
  for (let index = 0; index < count; index += 1) {
    const px = xs[index] ?? 0
    const py = ys[index] ?? 0
    const x = a * px + c * py + e
    const y = b * px + d * py + f
    const inside = x >= inset && y >= inset && x < right && y < bottom
    residuals[index] = inside ? sampleCubic(answer, x, y) - (values[index] ?? 0) : Number.NaN
    if (inside) met += 1
  }
  return met
}

function solveStep(
  points: Points,
  residuals: Float32Array,
  freedom: Freedom,
  centre: readonly [number, number],
  radius: number,
): number[] | undefined {
  const { normal, right } = toEquations(points, residuals, freedom, centre, radius)
  return solve(normal, right)
}

/** The equations of one step, with Tukey's weights. */
function toEquations(
  points: Points,
  residuals: Float32Array,
  freedom: Freedom,
  [cx, cy]: readonly [number, number],
  radius: number,
): { normal: Float64Array; right: Float64Array } {
  const reach = registration.tukey * robustDeviation(residuals)
  const normal = new Float64Array(freedom * freedom)
  const right = new Float64Array(freedom)
  const descent = new Float64Array(freedom)
  const { x: xs, y: ys, gx: across, gy: down, count } = points
  for (let index = 0; index < count; index += 1) {
    const residual = residuals[index] ?? 0
    const scaled = residual / reach
    if (!(Math.abs(scaled) < 1)) continue
    const rest = 1 - scaled * scaled
    const weight = rest * rest
    const gx = across[index] ?? 0
    const gy = down[index] ?? 0
    const u = ((xs[index] ?? 0) - cx) / radius
    const v = ((ys[index] ?? 0) - cy) / radius
    descent[0] = gx
    descent[1] = gy
    if (freedom === 6) {
      descent[2] = gx * u
      descent[3] = gx * v
      descent[4] = gy * u
      descent[5] = gy * v
    } else if (freedom >= 3) {
      descent[2] = gx * u + gy * v
      if (freedom === 4) descent[3] = gy * u - gx * v
    }
    for (let i = 0; i < freedom; i += 1) {
      const weighted = weight * (descent[i] ?? 0)
      right[i] = (right[i] ?? 0) + weighted * residual
      for (let j = 0; j <= i; j += 1)
        normal[i * freedom + j] = (normal[i * freedom + j] ?? 0) + weighted * (descent[j] ?? 0)
    }
  }
  for (let i = 0; i < freedom; i += 1) {
    for (let j = 0; j < i; j += 1) normal[j * freedom + i] = normal[i * freedom + j] ?? 0
  }
  return { normal, right }
}

/** 1.48 × the median of the valid residuals, from at most about 4,000 of them. */
function robustDeviation(residuals: Float32Array): number {
  const step = Math.max(1, Math.floor(residuals.length / 4000))
  const sizes = new Float32Array(Math.ceil(residuals.length / step))
  let count = 0
  for (let index = 0; index < residuals.length; index += step) {
    const value = residuals[index] ?? 0
    if (Number.isNaN(value)) continue
    sizes[count] = Math.abs(value)
    count += 1
  }
  return Math.max(1e-3, 1.4826 * select(sizes.subarray(0, count), count >> 1))
}

/**
 * The value that would be at `place` if `values` were sorted; 0 if there is none. Changes their order: before `place` no
 * value is larger, after it none is smaller.
 */
export function select(values: Float32Array, place: number): number {
  let [from, to] = [0, values.length - 1]
  while (from < to) {
    const pivot = values[(from + to) >> 1] ?? 0
    let [low, high] = [from, to]
    while (low <= high) {
      while ((values[low] ?? 0) < pivot) low += 1
      while ((values[high] ?? 0) > pivot) high -= 1
      if (low > high) break
      const kept = values[low] ?? 0
      values[low] = values[high] ?? 0
      values[high] = kept
      low += 1
      high -= 1
    }
    if (place <= high) to = high
    else if (place >= low) from = low
    else break
  }
  return values[place] ?? 0
}

function toAffine(
  step: readonly number[],
  freedom: Freedom,
  [cx, cy]: readonly [number, number],
  radius: number,
): Affine {
  const [p0 = 0, p1 = 0, p2 = 0, p3 = 0, p4 = 0, p5 = 0] = step
  const [xu, xv, yu, yv] =
    freedom === 6 ? [p2, p3, p4, p5] : freedom === 4 ? [p2, -p3, p3, p2] : freedom === 3 ? [p2, 0, 0, p2] : [0, 0, 0, 0]
  const [a, c, b, d] = [1 + xu / radius, xv / radius, yu / radius, 1 + yv / radius]
  return [a, b, c, d, p0 + cx - a * cx - c * cy, p1 + cy - b * cx - d * cy]
}

/** The largest distance by which a small map moves a corner. */
export function largestMove(map: Affine, { width, height }: { width: number; height: number }): number {
  const corners = [
    [0, 0],
    [width, 0],
    [0, height],
    [width, height],
  ] as const
  return Math.max(
    ...corners.map(([x, y]) => {
      const [toX, toY] = mapPoint(map, x, y)
      return Math.hypot(toX - x, toY - y)
    }),
  )
}

/** Solves a symmetric system by elimination; `undefined` if it is singular. */
export function solve(matrix: Float64Array, right: Float64Array): number[] | undefined {
  const size = right.length
  const rows = Array.from({ length: size }, (_, i) => [...matrix.subarray(i * size, (i + 1) * size), right[i] ?? 0])
  for (let pivot = 0; pivot < size; pivot += 1) {
    const below = rows.slice(pivot)
    const best = below.reduce((one, other) => (Math.abs(other[pivot] ?? 0) > Math.abs(one[pivot] ?? 0) ? other : one))
    const place = rows.indexOf(best)
    rows[place] = rows[pivot] ?? []
    rows[pivot] = best
    const head = best[pivot] ?? 0
    if (Math.abs(head) < 1e-9) return undefined
    for (const row of rows) {
      if (row === best) continue
      const factor = (row[pivot] ?? 0) / head
      for (let column = pivot; column <= size; column += 1)
        row[column] = (row[column] ?? 0) - factor * (best[column] ?? 0)
    }
  }
  return rows.map((row, i) => (row[size] ?? 0) / (row[i] ?? 1))
}
