import { shapeBox } from '#domain/area-box.ts'
import type { AreaStep, Box, Shape } from '#domain/edit.ts'
import type { PixelSize } from './raster.ts'

/** The area that may change, in whole pixels of the source; everything outside its box is protected. */
export interface Area {
  left: number
  top: number
  width: number
  height: number
  /** 255: painted; 1–254: the soft rim around the painted part; 0: protected. Row by row within the box. */
  alpha: Uint8Array
  /** Painted share of the image, without the rim: 0–1. */
  painted: number
}

export const widestRim = 200

/** Called for each run of pixels of a shape: row, first column, column after the last. */
type Fill = (y: number, from: number, to: number) => void

/**
 * Rasterises the steps of an area. A pixel belongs to a shape if its centre does. The rim of `rim` pixels runs
 * outwards. Memory: two bytes for each pixel of the area's box. Without steps: the whole image.
 */
export function rasteriseArea(steps: readonly AreaStep[], size: PixelSize, rim: number): Area {
  const inner = boundsOf(steps, size)
  const soft = Math.max(0, Math.min(widestRim, rim))
  // An empty area has no rim.
  const reach = inner.right > inner.left ? Math.ceil(soft) : 0
  const left = Math.max(0, inner.left - reach)
  const top = Math.max(0, inner.top - reach)
  const width = Math.max(0, Math.min(size.width, inner.right + reach) - left)
  const height = Math.max(0, Math.min(size.height, inner.bottom + reach) - top)
  const alpha = new Uint8Array(width * height)
  if (steps.length === 0) alpha.fill(255)
  for (const step of steps) {
    if (step.op === 'invert') for (let at = 0; at < alpha.length; at += 1) alpha[at] = 255 - (alpha[at] ?? 0)
    else paintShape(step.shape, { left, top, width, height }, alpha, step.op === 'add' ? 255 : 0)
  }
  let painted = 0
  for (let at = 0; at < alpha.length; at += 1) if (alpha[at] === 255) painted += 1
  if (soft > 0 && painted > 0) addRim(alpha, width, height, soft)
  return { left, top, width, height, alpha, painted: painted / (size.width * size.height) }
}

/** "82": the share of the image that keeps its pixels, in percent. 100 and 0 are only given if exact. */
export function protectedPercent({ painted }: Area): number {
  const percent = Math.round((1 - painted) * 100)
  if (percent === 100 && painted > 0) return 99
  return percent === 0 && painted < 1 ? 1 : percent
}

interface Bounds {
  left: number
  top: number
  right: number
  bottom: number
}

/** The bounds of everything the steps may select, in whole pixels within the image. */
function boundsOf(steps: readonly AreaStep[], { width, height }: PixelSize): Bounds {
  const whole = { left: 0, top: 0, right: width, bottom: height }
  if (steps.length === 0 || steps.some(({ op }) => op === 'invert')) return whole
  const boxes = steps.flatMap((step) => (step.op === 'add' ? [shapeBox(step.shape)] : []))
  const within = (value: number, most: number) => Math.max(0, Math.min(most, value))
  const bounds = {
    left: within(Math.floor(Math.min(...boxes.map(([x]) => x))), width),
    top: within(Math.floor(Math.min(...boxes.map(([, y]) => y))), height),
    right: within(Math.ceil(Math.max(...boxes.map(([x, , w]) => x + w))), width),
    bottom: within(Math.ceil(Math.max(...boxes.map(([, y, , h]) => y + h))), height),
  }
  const empty = !(bounds.right > bounds.left && bounds.bottom > bounds.top)
  return empty ? { left: 0, top: 0, right: 0, bottom: 0 } : bounds
}

function paintShape(shape: Shape, box: Omit<Area, 'alpha' | 'painted'>, alpha: Uint8Array, value: number): void {
  const fill: Fill = (y, from, to) => {
    const row = y - box.top
    if (row < 0 || row >= box.height) return
    // A centre at x + 0.5 is inside if from ≤ x + 0.5 < to.
    const first = Math.max(0, Math.ceil(from - 0.5) - box.left)
    const end = Math.min(box.width, Math.ceil(to - 0.5) - box.left)
    if (end > first) alpha.fill(value, row * box.width + first, row * box.width + end)
  }
  const rows = rowsOf(shapeBox(shape), box.top, box.top + box.height)
  if (shape.kind === 'lasso') fillOutline(shape.points, rows, fill)
  else if (shape.kind === 'brush') fillStroke(shape.points, shape.radius, box, fill)
  else if (shape.kind === 'ellipse') fillEllipse(shapeBox(shape), rows, fill)
  else {
    const [x, , width] = shapeBox(shape)
    for (let y = rows.from; y < rows.to; y += 1) fill(y, x, x + width)
  }
}

interface Rows {
  from: number
  to: number
}

/** Rows whose centres are within a box. */
function rowsOf([, y, , height]: Box, least: number, most: number): Rows {
  return { from: Math.max(least, Math.ceil(y - 0.5)), to: Math.min(most, Math.ceil(y + height - 0.5)) }
}

function fillEllipse([x, y, width, height]: Box, rows: Rows, fill: Fill): void {
  for (let row = rows.from; row < rows.to; row += 1) {
    const across = (row + 0.5 - y - height / 2) / (height / 2)
    const half = (width / 2) * Math.sqrt(Math.max(0, 1 - across * across))
    fill(row, x + width / 2 - half, x + width / 2 + half)
  }
}

/** Uses the non-zero winding rule where an outline crosses itself. */
function fillOutline(points: readonly number[], rows: Rows, fill: Fill): void {
  if (points.length < 6) return
  const crossings: { x: number; turn: number }[][] = Array.from({ length: Math.max(0, rows.to - rows.from) }, () => [])
  for (let at = 0; at + 1 < points.length; at += 2) {
    const [x0, y0] = [points[at] ?? 0, points[at + 1] ?? 0]
    const next = at + 3 < points.length ? at + 2 : 0
    const [x1, y1] = [points[next] ?? 0, points[next + 1] ?? 0]
    const [low, high] = [Math.min(y0, y1), Math.max(y0, y1)]
    const from = Math.max(rows.from, Math.ceil(low - 0.5))
    for (let row = from; row < Math.min(rows.to, Math.ceil(high - 0.5)); row += 1) {
      const x = x0 + ((row + 0.5 - y0) / (y1 - y0)) * (x1 - x0)
      crossings[row - rows.from]?.push({ x, turn: y1 > y0 ? 1 : -1 })
    }
  }
  crossings.forEach((row, index) => {
    row.sort((one, other) => one.x - other.x)
    let winding = 0
    row.forEach(({ x, turn }, place) => {
      winding += turn
      const end = row[place + 1]
      if (winding !== 0 && end) fill(rows.from + index, x, end.x)
    })
  })
}

function fillStroke(points: readonly number[], radius: number, box: Omit<Area, 'alpha' | 'painted'>, fill: Fill): void {
  if (!(radius > 0)) return
  for (let at = 0; at + 1 < points.length; at += 2) {
    const next = at + 3 < points.length ? at + 2 : at
    const ends = [points[at] ?? 0, points[at + 1] ?? 0, points[next] ?? 0, points[next + 1] ?? 0] as const
    if (!ends.every(Number.isFinite)) continue
    if (next !== at || points.length === 2) fillCapsule(ends, radius, box, fill)
  }
}

/** Everything within `radius` of a line segment: one run per row, because the figure is convex. */
function fillCapsule(
  [x0, y0, x1, y1]: readonly [number, number, number, number],
  radius: number,
  box: { top: number; height: number },
  fill: Fill,
): void {
  const length = Math.hypot(x1 - x0, y1 - y0)
  const [nx, ny] = length > 0 ? [(-(y1 - y0) / length) * radius, ((x1 - x0) / length) * radius] : [0, 0]
  const sides = [
    [x0 + nx, y0 + ny, x1 + nx, y1 + ny],
    [x0 - nx, y0 - ny, x1 - nx, y1 - ny],
  ] as const
  const top = Math.min(y0, y1) - radius
  const rows = rowsOf([0, top, 0, Math.max(y0, y1) + radius - top], box.top, box.top + box.height)
  for (let row = rows.from; row < rows.to; row += 1) {
    const y = row + 0.5
    let [from, to] = [Infinity, -Infinity]
    const reach = (x: number) => {
      from = Math.min(from, x)
      to = Math.max(to, x)
    }
    for (const [x, centre] of [
      [x0, y0],
      [x1, y1],
    ] as const) {
      const half = Math.sqrt(radius * radius - (y - centre) ** 2)
      if (half >= 0) [x - half, x + half].forEach(reach)
    }
    for (const [ax, ay, bx, by] of sides) {
      if (y >= Math.min(ay, by) && y <= Math.max(ay, by) && ay !== by) reach(ax + ((y - ay) / (by - ay)) * (bx - ax))
    }
    if (to > from) fill(row, from, to)
  }
}

/** A soft edge around what is painted: a smooth function of the distance to the nearest painted pixel. */
function addRim(alpha: Uint8Array, width: number, height: number, rim: number): void {
  const far = Math.ceil(rim) + 1
  const down = new Uint8Array(alpha.length)
  for (let at = 0; at < down.length; at += 1)
    down[at] = alpha[at] === 255 ? 0 : at < width ? far : Math.min(far, (down[at - width] ?? far) + 1)
  for (let at = down.length - 1 - width; at >= 0; at -= 1)
    down[at] = Math.min(down[at] ?? far, (down[at + width] ?? far) + 1)
  const levels = rimLevels(rim, far)
  for (let y = 0; y < height; y += 1) softenRow(alpha, down, y * width, width, far, levels)
}

function softenRow(
  alpha: Uint8Array,
  down: Uint8Array,
  start: number,
  width: number,
  far: number,
  levels: Uint8Array,
): void {
  for (let x = 0; x < width; x += 1) {
    const away = down[start + x] ?? 0
    if (away === 0) continue
    let nearest = away >= far ? far * far : away * away
    for (let step = 1; step * step < nearest && step < far; step += 1) {
      const before = x >= step ? (down[start + x - step] ?? far) : far
      const after = x + step < width ? (down[start + x + step] ?? far) : far
      const other = Math.min(before, after)
      if (other < far) nearest = Math.min(nearest, other * other + step * step)
    }
    alpha[start + x] = levels[nearest] ?? 0
  }
}

/** The rim's level by squared distance in pixels. */
function rimLevels(rim: number, far: number): Uint8Array {
  return Uint8Array.from({ length: far * far + 1 }, (_, squared) => {
    const inwards = Math.max(0, 1 - Math.sqrt(squared) / (rim + 1))
    const level = Math.round(255 * inwards * inwards * (3 - 2 * inwards))
    // 255 is reserved for what was painted.
    return Math.min(254, level)
  })
}
