import type { Affine, Box, ColourFit, Fit, LaidView } from '#domain/edit.ts'
import type { LayObjection, Place } from '#domain/laying.ts'
import { compose, identity, mapPoint, moveBy, scaleBy } from './affine.ts'
import type { Area } from './area.ts'
import { type ChangeMap, changedShare, findPlaces, mapChanges, toChangedAlpha } from './change-map.ts'
import { fitColour, type Pairs, subtractCorrected } from './colour.ts'
import { answers, changes, colouring } from './constants.ts'
import { blur } from './filters.ts'
import { isFaint, placeFlat, placeSame } from './flat.ts'
import type { Judgement } from './judge.ts'
import { type Cells, smoothKnown, spreadInwards } from './membrane.ts'
import { correctRows, paintArea } from './paint.ts'
import { makePlane, type PixelSize, type Pixels, type Plane, toLuma } from './raster.ts'
import { type Registration, register } from './register.ts'
import { resizeForComparison } from './resize.ts'
import { sampleRows } from './row-sampler.ts'

export interface LayJob {
  /** Upright and framed. */
  source: Pixels
  /** In the colour space of the source. */
  answer: Pixels
  area: Area
  /** What was sent, in pixels of `source`; may reach outside. */
  rect: Box
  /** Lays in by this map whatever the check says: placed by hand, accepted though bent, or found before. */
  fit?: Pick<Fit, 'map' | 'verdict' | 'isFaint'>
}

/** Everything known about an answer before a pixel of the source is changed. */
export interface LayPlan {
  fit: Fit
  objection?: LayObjection
  judgement?: Judgement
  /** Changes outside the area, in pixels of the source. */
  places: readonly Place[]
  /** Share of the area's pixels that changed. */
  changedInside: number
  changeMap: ChangeMap
  /** The answer as it came, and how it is laid in. */
  paint: { answer: Pixels; membrane: Cells; toGrid: Affine }
}

export type Step = 'align' | 'compare' | 'paint'

/** Registers the answer, compares it, and plans how it is laid in. */
export function planLay(job: LayJob, onStep: (step: Step) => void = () => undefined): LayPlan {
  onStep('align')
  const { answer, rect } = job
  const size = gridSize(answer)
  const toGrid = compose(moveBy(-rect[0], -rect[1]), scaleBy(size.width / rect[2], size.height / rect[3]))
  const toAnswer = scaleBy(answer.width / size.width, answer.height / size.height)
  const source = resizeForComparison(job.source, size, rect)
  const masks = makeMasks(job, size)
  const early = objectionTo(answer, rect)
  const found = job.fit || early ? undefined : align(source, answer, size, masks.free)
  const map = job.fit?.map ?? compose(compose(toGrid, found?.map ?? scaleBy(1, 1)), toAnswer)
  onStep('compare')
  const compared = compare(source, answer, compose(invertScale(toGrid), map), masks)
  const objection = job.fit
    ? undefined
    : (early ?? objectionAfter(found, answer, masks.free) ?? objectionToMap(map, job))
  const verdict = objection === 'framing' ? 'lost' : (job.fit?.verdict ?? found?.verdict ?? 'lost')
  const backX = rect[2] / size.width
  const backY = rect[3] / size.height
  return {
    fit: {
      engine: 1,
      map,
      verdict,
      ...((job.fit ?? found)?.isFaint ? { isFaint: true } : {}),
      ...describeMap(map, rect, answer),
      residual: found && found.judgement.counted > 0 ? found.judgement.p90 * backX : 0,
      colour: compared.colour,
      changedOutside: changedShare(compared.map, masks.outside),
    },
    ...(objection ? { objection } : {}),
    ...(found ? { judgement: found.judgement } : {}),
    places: findPlaces(compared.map, masks.outside).map(({ box: [x, y, w, h], share }) => ({
      box: [rect[0] + x * backX, rect[1] + y * backY, w * backX, h * backY] as const,
      share,
    })),
    changedInside: changedShare(compared.map, masks.inside),
    changeMap: compared.map,
    paint: {
      answer,
      membrane: compared.membrane,
      toGrid: compose(toGrid, scaleBy(1 / size.width, 1 / size.height)),
    },
  }
}

/** Lays a planned answer into the source, in place. Protected pixels keep every byte. */
export function layPlan(source: Pixels, area: Area, plan: LayPlan, view: LaidView): void {
  const { answer, membrane, toGrid } = plan.paint
  const { map, colour } = plan.fit
  const { width, height } = source
  const all = view === 'whole'
  const shown = all
    ? { left: 0, top: 0, width, height, alpha: new Uint8Array(width * height).fill(255), painted: 1 }
    : area
  const paint = { answer: correctRows(answer, colour, ...rowsUnder(shown, map, answer)), toGrid, map, area: shown }
  if (all) paintArea(source, paint)
  else if (view === 'area') paintArea(source, { ...paint, membrane })
  else paintArea(source, { ...paint, membrane, only: toChangedAlpha(plan.changeMap) })
}

/** The rows of the answer, from one and before another, that a map shows in an area. */
function rowsUnder({ left, top, width, height }: Area, map: Affine, answer: PixelSize): [from: number, end: number] {
  const corners = [left, left + width].flatMap((x) => [top, top + height].map((y) => mapPoint(map, x, y)[1]))
  // Sampling reads two more rows on each side, and repeats the edge beyond it.
  const within = (row: number) => Math.max(0, Math.min(answer.height, row))
  return [within(Math.floor(Math.min(...corners)) - 3), within(Math.ceil(Math.max(...corners)) + 3)]
}

/** The size at which both are compared: the answer's own, up to a limit. */
function gridSize({ width, height }: PixelSize): PixelSize {
  const scale = Math.min(1, Math.sqrt(answers.gridPixels / (width * height)))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

function invertScale([a, , , d, e, f]: Affine): Affine {
  return [1 / a, 0, 0, 1 / d, -e / a, -f / d]
}

/** Objections that do not depend on the alignment. */
function objectionTo(answer: Pixels, [, , width, height]: Box): LayObjection | undefined {
  if (Math.min(answer.width, answer.height) < answers.leastSide) return 'tiny'
  const stretch = answer.width / answer.height / (width / height)
  return Math.max(stretch, 1 / stretch) > 1 + answers.otherProportions ? 'proportions' : undefined
}

function isBlank({ data }: Pixels): boolean {
  const step = Math.max(1, Math.floor(data.length / 4 / 20_000)) * 4
  let [count, sum, squares] = [0, 0, 0]
  for (let at = 0; at < data.length; at += step) {
    const level = data[at + 1] ?? 0
    count += 1
    sum += level
    squares += level * level
  }
  return squares / count - (sum / count) ** 2 < answers.blankDeviation ** 2
}

function objectionAfter(found: Registration | undefined, answer: Pixels, free: Uint8Array): LayObjection | undefined {
  if (!found || found.verdict === 'aligned') return undefined
  // A blank answer is right where the source is blank as well: an object was removed from a plain background.
  if (isBlank(answer)) return 'blank'
  if (found.judgement.textured < answers.leastBlocks) return isCovered(free) ? 'covered' : 'flat'
  if (found.isPartial) return 'partly'
  return found.verdict === 'bent' ? 'bent' : 'framing'
}

/** Whether the area leaves next to nothing of the source to compare the answer with. */
function isCovered(free: Uint8Array): boolean {
  return free.reduce((count, one) => count + one, 0) < answers.leastOutside * free.length
}

/** Objections to a map of another framing: zoomed far, or without a part of the area. */
function objectionToMap(map: Affine, { rect, answer, area }: LayJob): LayObjection | undefined {
  // An area of nothing is not cut off.
  if (area.width * area.height === 0) return undefined
  const { zoom } = describeMap(map, rect, answer)
  if (zoom < answers.zoom.least || zoom > answers.zoom.most) return 'framing'
  const [x0, y0] = mapPoint(map, Math.max(area.left, rect[0]), Math.max(area.top, rect[1]))
  const right = Math.min(area.left + area.width, rect[0] + rect[2])
  const bottom = Math.min(area.top + area.height, rect[1] + rect[3])
  const [x1, y1] = mapPoint(map, right, bottom)
  const across = Math.min(x1, answer.width) - Math.max(x0, 0)
  const down = Math.min(y1, answer.height) - Math.max(y0, 0)
  const seen = (Math.max(0, across) * Math.max(0, down)) / ((x1 - x0) * (y1 - y0) || 1)
  return seen < answers.leastSeen ? 'framing' : undefined
}

function align(source: Pixels, answer: Pixels, size: PixelSize, free: Uint8Array): Registration {
  const isSameSize = answer.width === size.width && answer.height === size.height
  const small = isSameSize ? answer : resizeForComparison(answer, size)
  const found = register({ source: toLuma(source), answer: toLuma(small), free })
  if (found.verdict === 'aligned') return found
  const pair = { source, answer: small, free }
  const same = placeSame(pair, found)
  const map = same ?? placeFlat(pair, found)
  // Where too little could be judged, the answer stays as it came, also if the user lays it in nevertheless.
  const isJudged = found.judgement.textured >= answers.leastBlocks && found.judgement.score > 0
  if (!map) return isJudged ? found : { ...found, map: identity }
  // Equal pixels with any detail are proof of the place; equal pixels of one colour are not.
  const isUnsure = same ? found.judgement.textured === 0 : isFaint(found)
  return { ...found, map, verdict: 'aligned', ...(isUnsure ? { isFaint: true } : {}) }
}

/** How far the image's centre moved, in source pixels, and by how much it was enlarged. */
function describeMap(map: Affine, [left, top, width, height]: Box, answer: PixelSize): { shift: number; zoom: number } {
  const [x, y] = mapPoint(map, left + width / 2, top + height / 2)
  const [across, down] = [answer.width / width, answer.height / height]
  const shift = Math.hypot((x - answer.width / 2) / across, (y - answer.height / 2) / down)
  return { shift, zoom: Math.sqrt(Math.abs(map[0] * map[3] - map[1] * map[2]) / (across * down)) }
}

interface Masks {
  /** 1 on the grid where nothing may change, with a margin around the area. */
  free: Uint8Array
  /** The same without the margin. */
  outside: Uint8Array
  inside: Uint8Array
}

function makeMasks({ source, area, rect }: LayJob, { width, height }: PixelSize): Masks {
  const inside = new Uint8Array(width * height)
  const outside = new Uint8Array(width * height).fill(1)
  const [scaleX, scaleY] = [rect[2] / width, rect[3] / height]
  const reachesOut = rect[0] < 0 || rect[1] < 0 || rect[0] + rect[2] > source.width || rect[1] + rect[3] > source.height
  // Only the area's box has to be checked, unless there is padding around the source.
  const within = (value: number, most: number) =>
    reachesOut ? most : Math.max(0, Math.min(most, Math.ceil(value) + 1))
  const from = (value: number) => (reachesOut ? 0 : Math.max(0, Math.floor(value) - 1))
  const [fromX, fromY] = [from((area.left - rect[0]) / scaleX), from((area.top - rect[1]) / scaleY)]
  const toX = within((area.left + area.width - rect[0]) / scaleX, width)
  const toY = within((area.top + area.height - rect[1]) / scaleY, height)
  // Cells touched by the area, in a box with the pixels that the margin's blur reaches.
  const [left, top] = [Math.max(0, fromX - 4 * answers.margin), Math.max(0, fromY - 4 * answers.margin)]
  const touched = makePlane(
    Math.max(0, Math.min(width, toX + 4 * answers.margin) - left),
    Math.max(0, Math.min(height, toY + 4 * answers.margin) - top),
  )
  const columns = thirdsOf(rect[0], scaleX, width)
  const rows = thirdsOf(rect[1], scaleY, height)
  for (let y = fromY; y < toY; y += 1) {
    for (let x = fromX; x < toX; x += 1) {
      let most = 0
      let least = 255
      for (let tap = 0; tap < 9; tap += 1) {
        const level = levelAt(area, source, columns[3 * x + (tap % 3)] ?? 0, rows[3 * y + ((tap / 3) | 0)] ?? 0)
        if (level > most) most = level
        if (level < least) least = level
      }
      const at = y * width + x
      touched.data[(y - top) * touched.width + x - left] = most > 0 ? 1 : 0
      outside[at] = most > 0 ? 0 : 1
      inside[at] = least === 255 ? 1 : 0
    }
  }
  const near = blur(touched, answers.margin / 2)
  const free = new Uint8Array(width * height).fill(1)
  for (let at = 0; at < near.data.length; at += 1) {
    if ((near.data[at] ?? 0) > 0.004) free[(top + Math.floor(at / near.width)) * width + left + (at % near.width)] = 0
  }
  return { free, outside, inside }
}

/** The columns or rows of the source that the middles of each grid pixel's thirds are in. */
function thirdsOf(start: number, scale: number, count: number): Int32Array {
  return Int32Array.from({ length: 3 * count }, (_, third) =>
    Math.floor(start + (Math.floor(third / 3) + ((third % 3) + 0.5) / 3) * scale),
  )
}

/** Padding around the source counts as painted, because all of it is new. */
function levelAt(area: Area, { width, height }: PixelSize, x: number, y: number): number {
  if (x < 0 || y < 0 || x >= width || y >= height) return 255
  const column = x - area.left
  const row = y - area.top
  if (column < 0 || row < 0 || column >= area.width || row >= area.height) return 0
  return area.alpha[row * area.width + column] ?? 0
}

interface Compared {
  colour: ColourFit
  map: ChangeMap
  membrane: Cells
}

/**
 * Compares colour and content, and finds the colour difference left at the edge; `map` leads from the grid to the
 * answer.
 */
function compare(source: Pixels, answer: Pixels, map: Affine, masks: Masks): Compared {
  const { colours, seen } = warpAnswer(answer, map, source)
  const colour = fitColour(toPairs(source, { colours, seen }, masks.outside))
  subtractCorrected(colours, source, colour)
  const changed = mapChanges(source, { planes: colours }, both(masks.free, seen), seen)
  return { colour, map: changed, membrane: leftover(colours, both(masks.outside, seen), changed) }
}

interface Laid {
  /** Red, green and blue, one plane each. */
  colours: [Plane, Plane, Plane]
  seen: Uint8Array
}

function warpAnswer(answer: Pixels, map: Affine, { width, height }: PixelSize): Laid {
  const seen = new Uint8Array(width * height)
  const colours: Laid['colours'] = [makePlane(width, height), makePlane(width, height), makePlane(width, height)]
  const [reds, greens, blues] = [colours[0].data, colours[1].data, colours[2].data]
  const sample = sampleRows(answer, map)
  const row = new Float32Array(width * 3)
  for (let y = 0, at = 0; y < height; y += 1) {
    sample(y + 0.5, 0.5, { colours: row, seen: seen.subarray(at, at + width) })
    for (let from = 0; from < row.length; from += 3, at += 1) {
      reds[at] = row[from] ?? 0
      greens[at] = row[from + 1] ?? 0
      blues[at] = row[from + 2] ?? 0
    }
  }
  return { colours, seen }
}

/** Means of cells outside the area and inside the answer, which average out grain and small position errors. */
function toPairs(source: Pixels, laid: Laid, outside: Uint8Array): Pairs {
  const { cell, mostPairs } = colouring
  const [across, down] = [Math.floor(source.width / cell), Math.floor(source.height / cell)]
  const stride = Math.max(1, Math.ceil((across * down) / mostPairs))
  const pairs = { answer: new Float32Array(mostPairs * 3 + 3), source: new Float32Array(mostPairs * 3 + 3), count: 0 }
  const sums = new Float64Array(6)
  for (let index = 0; index < across * down; index += stride) {
    sums.fill(0)
    if (!sumCell(source, laid, outside, (index % across) * cell, Math.floor(index / across) * cell, sums)) continue
    for (let channel = 0; channel < 3; channel += 1) {
      pairs.answer[pairs.count * 3 + channel] = (sums[channel] ?? 0) / cell ** 2
      pairs.source[pairs.count * 3 + channel] = (sums[channel + 3] ?? 0) / cell ** 2
    }
    pairs.count += 1
  }
  return pairs
}

function sumCell(
  source: Pixels,
  laid: Laid,
  outside: Uint8Array,
  left: number,
  top: number,
  sums: Float64Array,
): boolean {
  for (let y = top; y < top + colouring.cell; y += 1) {
    for (let x = left; x < left + colouring.cell; x += 1) {
      const at = y * source.width + x
      if (!outside[at] || !laid.seen[at]) return false
      for (let channel = 0; channel < 3; channel += 1) {
        sums[channel] = (sums[channel] ?? 0) + (laid.colours[channel]?.data[at] ?? 0)
        sums[channel + 3] = (sums[channel + 3] ?? 0) + (source.data[at * 4 + channel] ?? 0)
      }
    }
  }
  return true
}

function both(one: Uint8Array, other: Uint8Array): Uint8Array {
  const result = new Uint8Array(one.length)
  for (let at = 0; at < result.length; at += 1) result[at] = (one[at] ?? 0) & (other[at] ?? 0)
  return result
}

/** The colour difference left at the area's edge, spread inwards. Where the content changed, the edge is not used. */
function leftover(difference: readonly [Plane, Plane, Plane], outside: Uint8Array, changed: ChangeMap): Cells {
  const { cell, membrane: most } = colouring
  const [width, height] = [Math.ceil(changed.width / cell), Math.ceil(changed.height / cell)]
  const cells: Cells = { data: new Float32Array(width * height * 3), width, height }
  const known = new Uint8Array(width * height)
  const { data } = cells
  const means = new Float64Array(3)
  for (let index = 0, at = 0; index < known.length; index += 1, at += 3) {
    const [left, top] = [(index % width) * cell, Math.floor(index / width) * cell]
    if (!meansOfCell(difference, outside, changed, left, top, means)) continue
    known[index] = 1
    for (let channel = 0; channel < 3; channel += 1)
      data[at + channel] = Math.max(-most, Math.min(most, means[channel] ?? 0))
  }
  return spreadInwards(smoothKnown(cells, known), known)
}

/** Means of the three planes over a cell. False if a pixel of it is in the area or was changed. */
function meansOfCell(
  [reds, greens, blues]: readonly [Plane, Plane, Plane],
  outside: Uint8Array,
  { data: changed, width, height }: ChangeMap,
  left: number,
  top: number,
  into: Float64Array,
): boolean {
  const [right, bottom] = [Math.min(width, left + colouring.cell), Math.min(height, top + colouring.cell)]
  let red = 0
  let green = 0
  let blue = 0
  for (let y = top; y < bottom; y += 1) {
    for (let at = y * width + left; at < y * width + right; at += 1) {
      if (!outside[at] || (changed[at] ?? 0) >= 1) return false
      red += reds.data[at] ?? 0
      green += greens.data[at] ?? 0
      blue += blues.data[at] ?? 0
    }
  }
  const count = (right - left) * (bottom - top)
  into[0] = red / count
  into[1] = green / count
  into[2] = blue / count
  return true
}

/** Much of what should have stayed was changed (constants.ts): a note, not an objection. */
export function isRestyled({ fit }: Pick<LayPlan, 'fit'>): boolean {
  return fit.changedOutside > changes.restyled
}
