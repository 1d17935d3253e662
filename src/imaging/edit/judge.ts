import type { Affine } from '#domain/edit.ts'
import { compose, invert, moveBy } from './affine.ts'
import { judging } from './constants.ts'
import { shrinkByArea, warp } from './filters.ts'
import { type Freedom, type Points, refineMap, solve } from './points.ts'
import type { PixelSize, Plane } from './raster.ts'

/** How well single blocks agree with a map. Shifts in answer pixels. */
export interface Judgement {
  /** Blocks with enough texture outside the area, and how many of them were found in the answer. */
  textured: number
  counted: number
  median: number
  p90: number
  /** Sum of 1 / (1 + shift²) over the found blocks, as a share of the textured ones: 0–1. */
  score: number
  found: readonly Found[]
}

/** A block that was found, its centre in pixels of the source at the common size, and its distance from where the map puts it. */
export interface Found {
  x: number
  y: number
  dx: number
  dy: number
}

interface Block {
  left: number
  top: number
  width: number
  height: number
}

const leastBlock = 24

export interface Judged {
  source: Plane
  answer: Plane
  free: Uint8Array
  points: Points
}

export type Judge = (map: Affine) => Judgement

/** Judges maps between normalised planes of one size; the maps and the points of the source are in pixel indices. */
export function createJudge({ source, answer, free, points }: Judged): Judge {
  const half = halve(source, free)
  const { width, height } = half.source
  const halfAnswer = shrinkByArea(answer, width, height)
  const toHalf = indexScale(width / source.width, height / source.height)
  const blocks = texturedBlocks({ source, free }, half)
  const pointsOf = byBlock(points, source.width)
  const pointsOfBlocks = blocks.map(pointsOf)
  return (map) => {
    const warped = warp(halfAnswer, compose(compose(invert(toHalf), map), toHalf))
    return judgeBlocks(blocks, pointsOfBlocks, { answer, map }, { ...half, warped })
  }
}

/** From pixel indices of a plane to those of the same plane at another size. */
export function indexScale(x: number, y: number): Affine {
  return [x, 0, 0, y, x / 2 - 0.5, y / 2 - 0.5]
}

interface Mapped {
  answer: Plane
  map: Affine
}

function judgeBlocks(
  blocks: readonly Block[],
  points: readonly Points[],
  { answer, map }: Mapped,
  halves: Halves,
): Judgement {
  const back = invert(map)
  const findBlock = (block: Block, own: Points | undefined): Found | undefined => {
    const shift = searchShift(halves, block)
    if (!own || !shift || shift.correlation <= judging.correlation) return undefined
    // The shift comes before the map, so it is in pixels of the source.
    const refined = refineMap(own, answer, compose(moveBy(shift.dx, shift.dy), map), 2, 8)
    const [, , , , dx, dy] = compose(refined, back)
    const [x, y] = alongDetail(own, dx, dy)
    if (Math.hypot(x, y) >= judging.reach) return undefined
    return { x: block.left + block.width / 2, y: block.top + block.height / 2, dx: x, dy: y }
  }
  const found = blocks.map((block, index) => findBlock(block, points[index])).filter((one) => one !== undefined)
  const lengths = found.map(({ dx, dy }) => Math.hypot(dx, dy)).sort((one, other) => one - other)
  const at = (share: number) =>
    lengths[Math.min(lengths.length - 1, Math.floor(share * lengths.length))] ?? Number.POSITIVE_INFINITY
  const sum = lengths.reduce((total, length) => total + 1 / (1 + length * length), 0)
  return {
    textured: blocks.length,
    counted: found.length,
    median: at(0.5),
    p90: at(0.9),
    score: sum / Math.max(1, blocks.length),
    found,
  }
}

/** The best map of that freedom for the found blocks; `undefined` if there are too few. */
export function fitThrough({ found }: Judgement, map: Affine, freedom: Freedom, size: PixelSize): Affine | undefined {
  if (found.length < 6) return undefined
  const [cx, cy, radius] = [size.width / 2, size.height / 2, Math.max(size.width, size.height) / 2]
  let weights = found.map(() => 1)
  let move: number[] | undefined
  for (let round = 0; round < 5; round += 1) {
    move = fitMoves(found, weights, freedom, [cx, cy, radius])
    if (!move) return undefined
    const terms = move
    weights = found.map((block) => {
      const [ex, ey] = residualOf(block, terms, freedom, [cx, cy, radius])
      return 1 / (1 + (ex * ex + ey * ey) / 0.25)
    })
  }
  const [p0 = 0, p1 = 0, p2 = 0, p3 = 0, p4 = 0, p5 = 0] = move ?? []
  const [xu, xv, yu, yv] =
    freedom === 6 ? [p2, p3, p4, p5] : freedom === 4 ? [p2, -p3, p3, p2] : freedom === 3 ? [p2, 0, 0, p2] : [0, 0, 0, 0]
  const [a, c, b, d] = [1 + xu / radius, xv / radius, yu / radius, 1 + yv / radius]
  return compose([a, b, c, d, p0 + cx - a * cx - c * cy, p1 + cy - b * cx - d * cy], map)
}

/** A block that shows a single edge may slide along it, so only its shift across the edge counts. */
function alongDetail({ gx, gy, count }: Points, dx: number, dy: number): [dx: number, dy: number] {
  let [xx, xy, yy] = [0, 0, 0]
  for (let index = 0; index < count; index += 1) {
    const [x, y] = [gx[index] ?? 0, gy[index] ?? 0]
    xx += x * x
    xy += x * y
    yy += y * y
  }
  const spread = Math.hypot((xx - yy) / 2, xy)
  const [strong, weak] = [(xx + yy) / 2 + spread, (xx + yy) / 2 - spread]
  if (weak >= judging.singleEdge * strong) return [dx, dy]
  const angle = Math.atan2(2 * xy, xx - yy) / 2
  const across = dx * Math.cos(angle) + dy * Math.sin(angle)
  return [across * Math.cos(angle), across * Math.sin(angle)]
}

type Scale = readonly [cx: number, cy: number, radius: number]

/** The terms of one block's shift across and down. */
function basisOf({ x, y }: Found, freedom: Freedom, [cx, cy, radius]: Scale): [across: number[], down: number[]] {
  const [u, v] = [(x - cx) / radius, (y - cy) / radius]
  if (freedom === 6)
    return [
      [1, 0, u, v, 0, 0],
      [0, 1, 0, 0, u, v],
    ]
  if (freedom === 4)
    return [
      [1, 0, u, -v],
      [0, 1, v, u],
    ]
  if (freedom === 3)
    return [
      [1, 0, u],
      [0, 1, v],
    ]
  return [
    [1, 0],
    [0, 1],
  ]
}

function fitMoves(
  found: readonly Found[],
  weights: readonly number[],
  freedom: Freedom,
  scale: Scale,
): number[] | undefined {
  const normal = new Float64Array(freedom * freedom)
  const right = new Float64Array(freedom)
  found.forEach((block, index) => {
    const targets = [block.dx, block.dy]
    basisOf(block, freedom, scale).forEach((terms, axis) => {
      for (let i = 0; i < freedom; i += 1) {
        const weighted = (weights[index] ?? 0) * (terms[i] ?? 0)
        right[i] = (right[i] ?? 0) + weighted * (targets[axis] ?? 0)
        for (let j = 0; j < freedom; j += 1)
          normal[i * freedom + j] = (normal[i * freedom + j] ?? 0) + weighted * (terms[j] ?? 0)
      }
    })
  })
  return solve(normal, right)
}

function residualOf(block: Found, move: readonly number[], freedom: Freedom, scale: Scale): [number, number] {
  const [across, down] = basisOf(block, freedom, scale)
  const value = (terms: readonly number[]) => terms.reduce((sum, term, index) => sum + term * (move[index] ?? 0), 0)
  return [block.dx - value(across), block.dy - value(down)]
}

/**
 * Blocks with enough texture to be found. If there are few, smaller ones: an object on a plain background has little
 * else.
 */
function texturedBlocks(full: Shown, half: Shown): Block[] {
  const find = (columns: number) => blocksOf(full.source, columns).filter((block) => isTextured(full, half, block))
  const blocks = find(judging.columns)
  return blocks.length >= judging.fewBlocks ? blocks : find(judging.columns * 2)
}

export interface Shown {
  source: Plane
  free: Uint8Array
}

function blocksOf({ width, height }: Plane, most: number): Block[] {
  const columns = Math.max(1, Math.min(most, Math.floor(width / leastBlock)))
  const rows = Math.max(1, Math.round((height / width) * columns))
  const [blockWidth, blockHeight] = [Math.floor(width / columns), Math.floor(height / rows)]
  return Array.from({ length: columns * rows }, (_, index) => ({
    left: (index % columns) * blockWidth,
    top: Math.floor(index / columns) * blockHeight,
    width: blockWidth,
    height: blockHeight,
  }))
}

/** Blocks with nothing but grain are not texture: grain disappears at half the size, and models make their own. */
function isTextured(full: Shown, half: Shown, { left, top, width, height }: Block): boolean {
  const small = { left: left >> 1, top: top >> 1, width: width >> 1, height: height >> 1 }
  return (
    meanSquare(full, { left, top, width, height }) >= judging.texture &&
    meanSquare(half, small) >= judging.coarseTexture
  )
}

/** Of the free pixels of a block; 0 where too few are free. */
function meanSquare({ source: { data, width }, free }: Shown, block: Block): number {
  let [count, squares] = [0, 0]
  for (let y = block.top; y < block.top + block.height; y += 1) {
    for (let x = block.left; x < block.left + block.width; x += 1) {
      const at = y * width + x
      if (!free[at]) continue
      const value = data[at] ?? 0
      count += 1
      squares += value * value
    }
  }
  return count > 0 && count >= judging.free * block.width * block.height ? squares / count : 0
}

interface Halves {
  source: Plane
  warped: Plane
  free: Uint8Array
}

export function halve(source: Plane, free: Uint8Array): Shown {
  const [width, height] = [source.width >> 1, source.height >> 1]
  const small = new Uint8Array(width * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) small[y * width + x] = free[2 * y * source.width + 2 * x] ?? 0
  }
  return { source: shrinkByArea(source, width, height), free: small }
}

/** The shift within reach at which a block correlates best, in full pixels; `undefined` if that is at the limit. */
function searchShift(halves: Halves, block: Block): Match | undefined {
  const scores = new Float64Array(span * span)
  const close = matchInPlace(halves, block, scores)
  if (close) return close
  let best = 0
  for (let row = 0; row < span; row += 1) correlateRow(halves, block, row - reach, scores.subarray(row * span))
  for (let index = 0; index < scores.length; index += 1) if ((scores[index] ?? 0) > (scores[best] ?? 0)) best = index
  return matchAt(scores, best)
}

interface Match {
  dx: number
  dy: number
  correlation: number
}

/** A block that correlates well where it should be, and less next to it, is not searched for elsewhere. */
function matchInPlace(halves: Halves, block: Block, scores: Float64Array): Match | undefined {
  const middle = reach * span + reach
  for (let row = -1; row <= 1; row += 1) {
    for (let column = -1; column <= 1; column += 1)
      scores[middle + row * span + column] = correlationAt(halves, block, column, row)
    if (row === 0 && (scores[middle] ?? 0) < judging.inPlace) return undefined
  }
  const isBest = [-1, 0, 1].every((row) =>
    [-1, 0, 1].every((column) => (scores[middle + row * span + column] ?? 0) <= (scores[middle] ?? 0)),
  )
  return isBest ? matchAt(scores, middle) : undefined
}

/** `undefined` at the limit of the search. */
function matchAt(scores: Float64Array, best: number): Match | undefined {
  const [column, row] = [best % span, Math.floor(best / span)]
  if (column === 0 || row === 0 || column === span - 1 || row === span - 1) return undefined
  const at = (dx: number, dy: number) => scores[best + dx + dy * span] ?? 0
  return {
    dx: 2 * (column - reach + vertex(at(-1, 0), at(0, 0), at(1, 0))),
    dy: 2 * (row - reach + vertex(at(0, -1), at(0, 0), at(0, 1))),
    correlation: at(0, 0),
  }
}

/** Of the search at half the size, in pixels to each side. */
const reach = judging.reach / 2 + 1
const span = 2 * reach + 1

/** The peak of a parabola through three neighbours, relative to the middle one. */
function vertex(left: number, middle: number, right: number): number {
  const bend = left - 2 * middle + right
  return bend >= 0 ? 0 : Math.max(-0.5, Math.min(0.5, (0.5 * (left - right)) / bend))
}

/** Correlations of a block with the answer `dy` below it, from `reach` to the left to `reach` to the right. */
function correlateRow(halves: Halves, block: Block, dy: number, scores: Float64Array): void {
  const left = block.left >> 1
  const right = left + (block.width >> 1)
  if (left < reach || right + reach > halves.source.width) {
    for (let at = 0; at < span; at += 1) scores[at] = correlationAt(halves, block, at - reach, dy)
    return
  }
  for (let step = 0; step < span; step += 4) {
    const at = Math.min(step, span - 4)
    correlateFour(halves, block, at - reach, dy, scores.subarray(at))
  }
}

/** Four neighbouring shifts at a time, whose sums do not wait for each other. The block must be inside with all of them. */
function correlateFour(
  { source: { data, width, height }, warped, free }: Halves,
  block: Block,
  dx: number,
  dy: number,
  scores: Float64Array,
): void {
  const [left, top, across] = [block.left >> 1, block.top >> 1, block.width >> 1]
  const [from, to] = [Math.max(top, -dy), Math.min(top + (block.height >> 1), height - dy)]
  const theirs = warped.data
  let ours = 0
  let [both0, both1, both2, both3] = [0, 0, 0, 0]
  let [square0, square1, square2, square3] = [0, 0, 0, 0]
  for (let y = from; y < to; y += 1) {
    const row = y * width + left
    for (let at = row, there = row + dy * width + dx; at < row + across; at += 1, there += 1) {
      if (!free[at]) continue
      const s = data[at] ?? 0
      const w0 = theirs[there] ?? 0
      const w1 = theirs[there + 1] ?? 0
      const w2 = theirs[there + 2] ?? 0
      const w3 = theirs[there + 3] ?? 0
      ours += s * s
      both0 += s * w0
      both1 += s * w1
      both2 += s * w2
      both3 += s * w3
      square0 += w0 * w0
      square1 += w1 * w1
      square2 += w2 * w2
      square3 += w3 * w3
    }
  }
  scores[0] = toCorrelation(both0, ours, square0)
  scores[1] = toCorrelation(both1, ours, square1)
  scores[2] = toCorrelation(both2, ours, square2)
  scores[3] = toCorrelation(both3, ours, square3)
}

function correlationAt(
  { source: { data, width, height }, warped, free }: Halves,
  block: Block,
  dx: number,
  dy: number,
) {
  const [left, top] = [block.left >> 1, block.top >> 1]
  const [fromX, toX] = [Math.max(left, -dx), Math.min(left + (block.width >> 1), width - dx)]
  const [fromY, toY] = [Math.max(top, -dy), Math.min(top + (block.height >> 1), height - dy)]
  let both = 0
  let ours = 0
  let theirs = 0
  for (let y = fromY; y < toY; y += 1) {
    for (let at = y * width + fromX; at < y * width + toX; at += 1) {
      if (!free[at]) continue
      const s = data[at] ?? 0
      const w = warped.data[at + dy * width + dx] ?? 0
      both += s * w
      ours += s * s
      theirs += w * w
    }
  }
  return toCorrelation(both, ours, theirs)
}

function toCorrelation(both: number, ours: number, theirs: number): number {
  return ours === 0 || theirs === 0 ? 0 : both / Math.sqrt(ours * theirs)
}

/** Points grouped by the block that contains them. */
function byBlock(points: Points, width: number): (block: Block) => Points {
  const order = Array.from({ length: points.count }, (_, index) => index)
  const rowsOf = new Map<number, number[]>()
  for (const index of order) {
    const row = points.y[index] ?? 0
    const list = rowsOf.get(row)
    if (list) list.push(index)
    else rowsOf.set(row, [index])
  }
  return ({ left, top, width: across, height }) => {
    const chosen: number[] = []
    for (let row = top; row < top + height; row += 1) {
      for (const index of rowsOf.get(row) ?? []) {
        const x = points.x[index] ?? width
        if (x >= left && x < left + across) chosen.push(index)
      }
    }
    const take = (values: Float32Array) => Float32Array.from(chosen, (index) => values[index] ?? 0)
    return {
      x: take(points.x),
      y: take(points.y),
      value: take(points.value),
      gx: take(points.gx),
      gy: take(points.gy),
      count: chosen.length,
    }
  }
}
