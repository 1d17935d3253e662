import type { Affine } from '#domain/edit.ts'
import { compose, invert, mapPoint } from './affine.ts'
import { judging } from './constants.ts'
import { shrinkByArea, warp } from './filters.ts'
import { halve, indexScale, type Shown } from './judge.ts'
import type { Plane } from './raster.ts'

/** Normalised planes of one size; `free` is 1 where the model should have changed nothing. */
interface Compared extends Shown {
  answer: Plane
}

/** At half the size, the answer where the map puts it. */
interface InPlace extends Shown {
  warped: Plane
}

/**
 * The smallest share of cells that are found where `map` (pixel indices) puts them, over the halves of the image: left,
 * right, top and bottom. Cells found inverted are subtracted: chance, or a repeating texture, finds as many of these. Only
 * cells with detail count, and only halves with enough of them. 1 if there is none.
 */
export function leastAgreement({ source, answer, free }: Compared, map: Affine): number {
  const half = halve(source, free)
  const { width, height } = half.source
  const toHalf = indexScale(width / source.width, height / source.height)
  const halfMap = compose(compose(invert(toHalf), map), toHalf)
  const cells = cellsOf({ ...half, warped: warp(shrinkByArea(answer, width, height), halfMap) }, halfMap)
  const { cell, least, correlation } = judging.halves
  // A cell across the middle belongs to neither half.
  const isInside: readonly ((one: Cell) => boolean)[] = [
    ({ left }) => left + cell <= width / 2,
    ({ left }) => left >= width / 2,
    ({ top }) => top + cell <= height / 2,
    ({ top }) => top >= height / 2,
  ]
  const shares = isInside.flatMap((inside) => {
    const all = cells.filter(inside)
    const found = all.filter((one) => one.correlation >= correlation).length
    const inverted = all.filter((one) => one.correlation <= -correlation).length
    return all.length < least ? [] : [(found - inverted) / all.length]
  })
  return Math.min(1, ...shares)
}

interface Cell {
  left: number
  top: number
  correlation: number
}

/** Cells with detail that the answer shows. */
function cellsOf(planes: InPlace, map: Affine): Cell[] {
  const { cell } = judging.halves
  const { width, height } = planes.source
  const isShown = (left: number, top: number) =>
    [left, left + cell].every((x) =>
      [top, top + cell].every((y) => {
        const [toX, toY] = mapPoint(map, x, y)
        return toX >= 0 && toY >= 0 && toX <= width && toY <= height
      }),
    )
  const cells: Cell[] = []
  for (let top = 0; top + cell <= height; top += cell) {
    for (let left = 0; left + cell <= width; left += cell) {
      if (isShown(left, top) && hasDetail(planes, left, top))
        cells.push({ left, top, correlation: correlationOf(planes, left, top) })
    }
  }
  return cells
}

/** A cell with nothing but a horizontal or vertical edge does not count: a horizon is the same when mirrored. */
function hasDetail({ source: { data, width, height }, free }: InPlace, left: number, top: number): boolean {
  const { cell, texture, singleEdge } = judging.halves
  let [count, squares] = [0, 0]
  let [xx, xy, yy] = [0, 0, 0]
  for (let y = top; y < top + cell; y += 1) {
    for (let x = left; x < left + cell; x += 1) {
      const at = y * width + x
      if (!free[at]) continue
      count += 1
      squares += (data[at] ?? 0) ** 2
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) continue
      const across = (data[at + 1] ?? 0) - (data[at - 1] ?? 0)
      const down = (data[at + width] ?? 0) - (data[at - width] ?? 0)
      xx += across * across
      xy += across * down
      yy += down * down
    }
  }
  const spread = Math.hypot((xx - yy) / 2, xy)
  const isSingleEdge = (xx + yy) / 2 - spread < singleEdge * ((xx + yy) / 2 + spread)
  // Their quotient is the sine of twice the angle of the edge: within 15° of an axis.
  const isUpright = Math.abs(xy) < 0.5 * spread
  return count >= judging.halves.free * cell * cell && squares >= texture * count && !(isSingleEdge && isUpright)
}

/** Pearson's, of the free pixels of a cell; 0 where the answer is plain. */
function correlationOf({ source, warped, free }: InPlace, left: number, top: number): number {
  const { cell } = judging.halves
  let count = 0
  let [ours, theirs, both, oursSquared, theirsSquared] = [0, 0, 0, 0, 0]
  for (let y = top; y < top + cell; y += 1) {
    for (let at = y * source.width + left; at < y * source.width + left + cell; at += 1) {
      if (!free[at]) continue
      const [s, w] = [source.data[at] ?? 0, warped.data[at] ?? 0]
      count += 1
      ours += s
      theirs += w
      both += s * w
      oursSquared += s * s
      theirsSquared += w * w
    }
  }
  const [ourVariance, theirVariance] = [oursSquared - ours ** 2 / count, theirsSquared - theirs ** 2 / count]
  return (both - (ours * theirs) / count) / Math.sqrt(Math.max(1e-9, ourVariance * theirVariance))
}
