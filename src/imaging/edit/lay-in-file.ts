import type { AreaStep, Box, Edit, Fit, LaidView, Point, Verdict } from '#domain/edit.ts'
import { framedSize } from '#domain/edit.ts'
import type { LayObjection, Loss, Place } from '#domain/laying.ts'
import { compose, moveBy } from './affine.ts'
import { type Area, rasteriseArea } from './area.ts'
import { decodeAnswer, decodeSource } from './decode.ts'
import { applyFrame, frameArea, padWithEdges } from './frame.ts'
import { isRestyled, type LayPlan, layPlan, planLay } from './lay-in.ts'
import { emptyShare, findMarksLeft, isLeftEmpty } from './leftovers.ts'
import { writePng } from './png-writer.ts'
import type { PixelSize, Pixels } from './raster.ts'
import { resize } from './resize.ts'

export interface LayInJob {
  /** The user's own file. */
  source: Blob
  /** The answer as it came. */
  answer: Blob
  edit: Edit
  /** Lays in by this map whatever the check says: placed by hand, accepted though bent, or found before. */
  fit?: Pick<Fit, 'map' | 'verdict' | 'isFaint'>
  /** `area` if absent. */
  view?: LaidView
  /** Width of the soft edge in source pixels, instead of the document's. */
  feather?: number
  /** Instead of the document's. In upright source pixels. */
  area?: readonly AreaStep[]
  /** Only compares the two: nothing is laid in, and the result has no file. */
  compareOnly?: true
}

/** An answer that is not laid in, and is only searched for marks that were drawn on the source. */
export interface MarkJob {
  task: 'marks'
  source: Blob
  answer: Blob
  edit: Edit
}

export type LayInStep = 'decode' | 'align' | 'compare' | 'paint' | 'encode'

export interface LayInResult {
  /** The source with the answer laid in, at the framed source's size. Absent if there is an objection, or nothing is laid in. */
  png?: Blob
  size: PixelSize
  verdict: Verdict
  /** Why the answer was not laid in. */
  objection?: LayObjection
  fit: Fit
  /** Changes outside the area, largest first, in pixels of the framed source. */
  places: readonly Place[]
  /** Shares of the pixels that the model changed, 0–1. */
  changedOutside: number
  changedInside: number
  /** More than 30 % outside the area changed. */
  restyled: boolean
  /** Share of the image that is not in the area, 0–1. */
  protectedShare: number
  /** Differences over `box` of the framed source: 0 none, 255 strong. Row by row. */
  changeMap: { data: Uint8Array; width: number; height: number; box: Box }
  /** What this browser could not keep of the source. */
  losses: readonly Loss[]
  /** Numbers of the marks that the model left in what may change. */
  marksLeft: readonly number[]
  /** The model left much of the space around the source as it was filled before sending. */
  leftEmpty: boolean
}

/** The numbers of the marks that an answer still shows. Runs in a worker. */
export async function findMarksNow({ source: file, answer: answered, edit }: MarkJob): Promise<number[]> {
  const source = await decodeSource(file)
  const answer = await decodeAnswer(answered, source)
  const { marks, frame } = edit.document
  const framed = applyFrame(source.pixels, frame)
  return findMarksLeft({ marks, frame, size: source.pixels, source: framed, rect: edit.rect, answer, offset: [0, 0] })
}

/** All steps from two files to one. Runs in a worker. */
export async function layInNow(job: LayInJob, onStep: (step: LayInStep) => void): Promise<LayInResult> {
  onStep('decode')
  const source = await decodeSource(job.source)
  const answer = await decodeAnswer(job.answer, source)
  const { image, area, rect, offset } = prepareLay(source.pixels, job)
  const [x, y] = offset
  const given = job.fit && { ...job.fit, map: compose(moveBy(-x, -y), job.fit.map) }
  const plan = planLay({ source: image, answer, area, rect, ...(given ? { fit: given } : {}) }, onStep)
  const left = findLeftovers(
    source.pixels,
    answer,
    { image, area, rect, offset },
    job.edit,
    plan.objection === undefined,
  )
  let png: Blob | undefined
  if (!plan.objection && !job.compareOnly) {
    onStep('paint')
    layPlan(image, area, plan, job.view ?? 'area')
    onStep('encode')
    png = await writePng(image, source.colour)
  }
  return {
    ...(png ? { png } : {}),
    size: { width: image.width, height: image.height },
    verdict: plan.fit.verdict,
    ...(plan.objection ? { objection: plan.objection } : {}),
    fit: { ...plan.fit, map: compose(moveBy(x, y), plan.fit.map) },
    places: plan.places.map(({ box, share }) => ({ box: [box[0] - x, box[1] - y, box[2], box[3]], share })),
    changedOutside: plan.fit.changedOutside,
    changedInside: plan.changedInside,
    restyled: isRestyled(plan),
    protectedShare: 1 - area.painted,
    changeMap: toBytes(plan, job.edit.rect),
    losses: source.losses,
    ...left,
  }
}

/** The marks and the empty space that the model left. Searched before anything is painted. */
function findLeftovers(
  source: PixelSize,
  answer: Pixels,
  { image, area, rect, offset }: Prepared,
  { document: { marks, frame }, way, marks: drawn }: Edit,
  isLaid: boolean,
): Pick<LayInResult, 'marksLeft' | 'leftEmpty'> {
  const size = { width: source.width, height: source.height }
  const shown = drawn === 'burnt' || drawn === 'reference' ? marks : []
  const search = { marks: shown, frame, size, source: image, rect, answer, offset, ...(isLaid ? { area } : {}) }
  if (way !== 'extend') return { marksLeft: findMarksLeft(search), leftEmpty: false }
  const inner = framedSize(frame, size)
  const [across, down] = [answer.width / rect[2], answer.height / rect[3]]
  const original = [offset[0] * across, offset[1] * down, inner.width * across, inner.height * down] as const
  const isEmpty = isLeftEmpty(emptyShare(answer, resize(image, answer, rect), original))
  return { marksLeft: findMarksLeft(search), leftEmpty: isEmpty }
}

/** What `planLay` and `layPlan` need of the source. */
export interface Prepared {
  /** Framed, and extended if the edit says so. */
  image: Pixels
  area: Area
  /** What was sent, in pixels of `image`. */
  rect: Box
  /** Where the framed source's corner is in `image`. */
  offset: Point
}

/** Frames the upright source, and rasterises its area. */
export function prepareLay(
  source: Pixels,
  { edit, feather, area: changed }: Pick<LayInJob, 'edit' | 'feather' | 'area'>,
): Prepared {
  const { document, rect, way } = edit
  const framed = applyFrame(source, document.frame)
  const steps = frameArea(changed ?? document.area, document.frame, source)
  const area = rasteriseArea(steps, framed, feather ?? document.rim)
  return way === 'extend'
    ? extend(framed, rect, steps.length > 0 ? area : undefined)
    : { image: framed, area, rect, offset: [0, 0] }
}

/** All of the new space is area, and there is no rim into the source's own pixels; of them only `inside` is. */
function extend(framed: Pixels, [x, y, width, height]: Box, inside: Area | undefined): Prepared {
  const size = { width: Math.round(width), height: Math.round(height) }
  const [left, top] = [Math.round(-x), Math.round(-y)]
  const alpha = new Uint8Array(size.width * size.height).fill(255)
  for (let row = 0; row < framed.height; row += 1) {
    const from = (top + row) * size.width + left
    alpha.fill(0, from, from + framed.width)
  }
  for (let row = 0; inside && row < inside.height; row += 1) {
    const own = inside.alpha.subarray(row * inside.width, (row + 1) * inside.width)
    alpha.set(own, (top + inside.top + row) * size.width + left + inside.left)
  }
  const kept = framed.width * framed.height * (1 - (inside?.painted ?? 0))
  const painted = 1 - kept / alpha.length
  return {
    image: padWithEdges(framed, left, top, size),
    area: { left: 0, top: 0, ...size, alpha, painted },
    rect: [0, 0, size.width, size.height],
    offset: [left, top],
  }
}

function toBytes({ changeMap }: LayPlan, box: Box): LayInResult['changeMap'] {
  const data = Uint8Array.from(changeMap.data, (value) => Math.min(255, value * 32))
  return { data, width: changeMap.width, height: changeMap.height, box }
}
