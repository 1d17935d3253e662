import type { Affine, Verdict } from '#domain/edit.ts'
import { compose, identity, moveBy, scaleBy } from './affine.ts'
import { flat, judging, registration } from './constants.ts'
import { sampleRow, shrinkByArea, splitDetail, warp } from './filters.ts'
import { findShifts, toSpectrum } from './fourier.ts'
import { leastAgreement } from './halves.ts'
import { createJudge, fitThrough, type Judge, type Judgement } from './judge.ts'
import { errorAt, type Freedom, type Points, pickPoints, refineMap } from './points.ts'
import { makePlane, onlyFree, type Plane } from './raster.ts'

/** Both images at the same size, as luma; `free` is 1 where the model should have changed nothing. */
export interface Pair {
  source: Plane
  answer: Plane
  free: Uint8Array
}

export interface Registration {
  /** From source to answer, both in pixels of the common size. */
  map: Affine
  verdict: Verdict
  judgement: Judgement
  /** One half of the image agrees with the map, and the other one has next to nothing in common with the source. */
  isPartial?: true
  /** Too little detail to judge any map. Set by the caller that uses it nevertheless. */
  isFaint?: true
  /** The best map that keeps the scale, used if there is too little detail to judge any map. */
  near: Affine
}

/** One level of the pyramid, normalised for light and contrast. Maps between levels are in pixel indices. */
interface Level extends Pair {
  points: Points
  scaleX: number
  scaleY: number
}

/** Finds how the answer is aligned with the source, and whether that can be trusted. About 0.8 s for a megapixel. */
export function register(pair: Pair): Registration {
  const levels = buildLevels(pair)
  const [coarsest] = levels
  const finest = levels.at(-1) ?? coarsest
  const judge = createJudge(finest)
  const start = findNear(coarsest)
  const near = start.correlation >= registration.poorCorrelation ? settle(levels, judge, start.map) : undefined
  let found = near
  if (!found || found.judgement.score < registration.poorScore) {
    const far = settle(levels, judge, findFar(coarsest).map)
    if (!found || far.judgement.score > found.judgement.score) found = far
  }
  const { map, judgement } = found
  const verdict = toVerdict(judgement)
  const isPartial = verdict === 'aligned' && leastAgreement(finest, toIndices(map)) < judging.halves.share
  const kept = { map, judgement, near: near?.map ?? identity }
  return isPartial ? { ...kept, verdict: 'bent', isPartial } : { ...kept, verdict }
}

/** Mean squared difference of faint detail under a map, where nothing should have changed. */
export function faintDifference({ source, answer, free }: Pair, map: Affine): number {
  const [ours, theirs] = [source, answer].map((luma) => normalise(luma, registration.detailSigma, flat.faintLevels))
  if (!ours || !theirs) return Number.POSITIVE_INFINITY
  const warped = warp(theirs, toIndices(map))
  let [sum, count] = [0, 0]
  for (let at = 0; at < free.length; at += 1) {
    if (!free[at]) continue
    sum += ((ours.data[at] ?? 0) - (warped.data[at] ?? 0)) ** 2
    count += 1
  }
  return count === 0 ? Number.POSITIVE_INFINITY : sum / count
}

function toVerdict({ counted, textured, median, p90, score }: Judgement): Verdict {
  const { accept } = judging
  const enough = counted >= Math.max(accept.blocks, accept.share * textured)
  if (enough && median <= accept.median && p90 <= accept.p90) return 'aligned'
  return score >= judging.bent ? 'bent' : 'lost'
}

function buildLevels({ source, answer, free }: Pair): [Level, ...Level[]] {
  const long = Math.max(source.width, source.height)
  const mask = makePlane(source.width, source.height)
  for (let at = 0; at < free.length; at += 1) mask.data[at] = free[at] ? 1 : 0
  const full: Bare = {
    source: normalise(source, registration.fullDetailSigma),
    answer: normalise(answer, registration.fullDetailSigma),
    free,
    scaleX: 1,
    scaleY: 1,
  }
  let larger = { source, answer, mask }
  const smaller = registration.sides
    .filter((side) => side < long * 0.8)
    .toReversed()
    .map((side): Bare => {
      const width = Math.max(8, Math.round((source.width * side) / long))
      const height = Math.max(8, Math.round((source.height * side) / long))
      larger = {
        source: shrinkByArea(larger.source, width, height),
        answer: shrinkByArea(larger.answer, width, height),
        mask: shrinkByArea(larger.mask, width, height),
      }
      return {
        source: normalise(larger.source, registration.detailSigma),
        answer: normalise(larger.answer, registration.detailSigma),
        free: toFree(larger.mask),
        scaleX: width / source.width,
        scaleY: height / source.height,
      }
    })
    .toReversed()
  const { least, most } = registration.cells
  const withPoints = (level: Bare, share: number): Level => {
    return { ...level, points: pickPoints(level.source, level.free, Math.round(least + (most - least) * share)) }
  }
  const finest = withPoints(full, 1)
  const [first = finest, ...rest] = smaller.map((level, at) => withPoints(level, at / smaller.length))
  return smaller.length === 0 ? [finest] : [first, ...rest, finest]
}

/** 1 where next to nothing of the pixels of a smaller mask is taken. */
function toFree({ data }: Plane): Uint8Array {
  const free = new Uint8Array(data.length)
  for (let at = 0; at < free.length; at += 1) free[at] = (data[at] ?? 0) > 0.99 ? 1 : 0
  return free
}

type Bare = Omit<Level, 'points'>

/** Detail divided by local deviation: unaffected by smooth changes of light and contrast. */
function normalise(luma: Plane, sigma: number, flatLevels: number = registration.flatLevels): Plane {
  const { detail, deviation } = splitDetail(luma, sigma)
  const { data: values, width, height } = detail
  const deviations = new Float32Array(width)
  for (let y = 0, at = 0; y < height; y += 1) {
    sampleRow(deviation, y, deviations)
    for (let x = 0; x < width; x += 1, at += 1) values[at] = (values[at] ?? 0) / ((deviations[x] ?? 0) + flatLevels)
  }
  return detail
}

interface Candidate {
  map: Affine
  correlation: number
}

/** At the same scale: no shift, or one of the likeliest shifts. */
function findNear(level: Level): Candidate {
  const spectrum = toSpectrum(masked(level))
  const shifts = findShifts(spectrum, toSpectrum(level.answer), 4)
  return bestOf(level, [identity, ...shifts.map(({ dx, dy }) => moveBy(dx, dy))])
}

/** Over several scales: a model that reframed slightly has zoomed as well. */
function findFar(level: Level): Candidate {
  const { from, to, count } = registration.scales
  const spectrum = toSpectrum(masked(level))
  const { width, height } = level.answer
  const peaks = Array.from({ length: count }, (_, index) => from * (to / from) ** (index / (count - 1))).flatMap(
    (scale) => {
      const about = compose(
        compose(moveBy(-width / 2, -height / 2), scaleBy(scale, scale)),
        moveBy(width / 2, height / 2),
      )
      const scaled = warp(level.answer, about)
      return findShifts(spectrum, toSpectrum(scaled), 2).map(({ dx, dy, height }) => ({
        map: compose(moveBy(dx, dy), about),
        height,
      }))
    },
  )
  peaks.sort((one, other) => other.height - one.height)
  return bestOf(
    level,
    peaks.slice(0, 8).map(({ map }) => map),
  )
}

function bestOf(level: Level, starts: readonly Affine[]): Candidate {
  const points = pickPoints(level.source, level.free, registration.cells.least)
  const candidates = starts.map((start) => {
    const map = refineMap(points, level.answer, start, 3)
    return { map, correlation: correlate(level, map) }
  })
  return candidates.reduce((one, other) => (other.correlation > one.correlation ? other : one))
}

function masked({ source, free }: Level): Plane {
  return { ...source, data: onlyFree(source, free) }
}

/** Correlation where both have pixels and nothing should have changed; 0 if they overlap too little. */
function correlate({ source, answer, free }: Level, map: Affine): number {
  const warped = warp(answer, map)
  let both = 0
  let ours = 0
  let theirs = 0
  let seen = 0
  let all = 0
  const [sources, answers] = [source.data, warped.data]
  for (let at = 0; at < free.length; at += 1) {
    if (!free[at]) continue
    all += 1
    const s = sources[at] ?? 0
    const w = answers[at] ?? 0
    if (w === 0) continue
    seen += 1
    both += s * w
    ours += s * s
    theirs += w * w
  }
  return seen < 0.4 * all || ours === 0 || theirs === 0 ? 0 : both / Math.sqrt(ours * theirs)
}

interface Settled {
  map: Affine
  judgement: Judgement
  freedom: Freedom
}

/**
 * From the coarse map to the full size; with fewer degrees of freedom if the blocks do not agree with the freest map, or if
 * there is too little detail for it.
 */
function settle(levels: readonly Level[], judge: Judge, start: Affine): Settled {
  const best = steady(levels, judge, start, findSound(levels, judge, start))
  // A map that is not plausible never counts as the kept framing, however well single blocks agree.
  return isPlausible(best.map) ? best : { ...best, judgement: { ...best.judgement, counted: 0, score: 0 } }
}

/** The freest map that the blocks agree with, or the best that was found. */
function findSound(levels: readonly Level[], judge: Judge, start: Affine): Settled {
  let best = settleWith(levels, judge, start, 6)
  if (isSound(best)) return best
  for (const freedom of [4, 3] as const) {
    const stiffer = settleWith(levels, judge, start, freedom)
    const better =
      isPlausible(stiffer.map) && (!isPlausible(best.map) || stiffer.judgement.score > best.judgement.score)
    if (better) best = stiffer
    if (isSound(best)) break
  }
  return best
}

/**
 * Detail in one corner determines an affine map there, and not where the area is. Then the map with the fewest degrees of
 * freedom that agrees with the blocks is nearer to the truth: no change at all, a shift, and so on.
 */
function steady(levels: readonly Level[], judge: Judge, start: Affine, freest: Settled): Settled {
  const full = levels.at(-1)
  if (!full) return freest
  const { map, freedom } = freest
  const error = errorAt(cornersOfMasked(full), full.points, full.answer, toIndices(map), freedom)
  if (error <= registration.steady) return freest
  const still: Settled = { map: identity, judgement: judge(identity), freedom: 2 }
  if (agrees(still, freest)) return still
  for (const fewer of [2, 3, 4] as const) {
    if (fewer >= freedom) break
    const stiffer = settleWith(levels, judge, start, fewer)
    if (agrees(stiffer, freest)) return stiffer
  }
  return freest
}

/** Whether nearly all blocks were found: as close as with the freest map, or so close that there is nothing left to refine. */
function agrees(stiffer: Settled, freest: Settled): boolean {
  const { counted, textured, median, score } = stiffer.judgement
  const isClose = median <= judging.refine.median || score >= freest.judgement.score
  return counted >= flat.found * textured && isClose && isSound(stiffer)
}

/** Corners of the box around everything that is left out. Empty if nothing is. */
function cornersOfMasked({ free, source: { width, height } }: Level): (readonly [number, number])[] {
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let at = 0; at < free.length; at += 1) {
    if (free[at]) continue
    const [x, y] = [at % width, Math.floor(at / width)]
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x)
    bottom = Math.max(bottom, y)
  }
  if (right < 0) return []
  return [
    [left, top],
    [right, top],
    [left, bottom],
    [right, bottom],
  ]
}

function isSound({ map, judgement }: Settled): boolean {
  const { accept } = judging
  return judgement.median < accept.median && judgement.p90 < accept.p90 && isPlausible(map)
}

function isPlausible([a, b, c, d]: Affine): boolean {
  const zoom = Math.sqrt(Math.abs(a * d - b * c))
  const { shear, stretch } = judging.plausible
  return a * d - b * c > 0 && Math.abs(b) < shear * zoom && Math.abs(c) < shear * zoom && Math.abs(a / d - 1) < stretch
}

function settleWith(levels: readonly Level[], judge: Judge, start: Affine, freedom: Freedom): Settled {
  let map = start
  let last: Level | undefined
  levels.forEach((level, index) => {
    if (last) map = rescale(map, last, level)
    last = level
    map = refineMap(level.points, level.answer, map, index === 0 && freedom === 6 ? 4 : freedom)
  })
  if (!last) throw new Error('no level')
  const full = last
  let judgement = judge(map)
  for (let retry = 0; retry < 2; retry += 1) {
    const { refine } = judging
    if (judgement.median <= refine.median && judgement.p90 <= refine.p90) break
    const through = fitThrough(judgement, map, freedom, full.source)
    if (!through) break
    const moved = refineMap(full.points, full.answer, through, freedom)
    const again = judge(moved)
    if (again.score <= judgement.score) break
    map = moved
    judgement = again
  }
  return { map: toCentres(map), judgement, freedom }
}

/** Pixel indices of one level to those of another. */
function rescale(map: Affine, from: Level, to: Level): Affine {
  const [x, y] = [to.scaleX / from.scaleX, to.scaleY / from.scaleY]
  return toIndices(compose(compose(scaleBy(1 / x, 1 / y), toCentres(map)), scaleBy(x, y)))
}

/** Pixel indices to coordinates whose pixel centres are at half-integers. */
function toCentres(map: Affine): Affine {
  return compose(compose(moveBy(-0.5, -0.5), map), moveBy(0.5, 0.5))
}

export function toIndices(map: Affine): Affine {
  return compose(compose(moveBy(0.5, 0.5), map), moveBy(-0.5, -0.5))
}
