import sharp from 'sharp'
import type { Affine, Box } from '#domain/edit.ts'
import { type Area, rasteriseArea } from '#imaging/edit/area.ts'
import { type LayPlan, layPlan, planLay } from '#imaging/edit/lay-in.ts'
import type { Pixels } from '#imaging/edit/raster.ts'
import { type Faults, faultMap, repaint, withFaults } from '../../tests/support/answer-faults.ts'
import { seededRandom } from './report.ts'

/** One source with one answer whose faults are known. */
export interface Case {
  source: Pixels
  answer: Pixels
  area: Area
  rect: Box
  /** Where the answer really shows each pixel of the source. */
  truth: Affine
  /** The answer with the same new content and no fault. */
  ideal: Pixels
}

export interface CaseOptions {
  faults: Faults
  /** Share of the image that is asked to change. */
  share: number
  seed: number
  /** New content fills the area, or none is made at all. */
  content?: 'new' | 'same'
  /** What else is changed: painted into the answer before its faults are applied. */
  spill?: (answer: Pixels) => void
}

/** Faults of the size that models make while they keep the framing; lengths are for answers of `width` pixels. */
export function keptFraming(random: () => number, hard: boolean): Faults {
  const within = (most: number) => (random() * 2 - 1) * most
  const zoom = 1 + within(0.02)
  return {
    shift: [within(12), within(12)],
    zoom: [zoom * (1 + (hard ? within(0.004) : 0)), zoom],
    turn: hard ? within(0.3) : 0,
    tint: [within(8), within(8), within(8)],
    gain: 1 + within(0.05),
    uneven: hard ? within(8) : 0,
    grain: hard ? 3 : 0,
  }
}

/** A source at its own size, and what a model makes of it at `answer`'s size, written as JPEG 90. */
export async function makeCase(
  source: Pixels,
  sent: Pixels,
  { faults, share, seed, content = 'new', spill }: CaseOptions,
): Promise<Case> {
  const random = seededRandom(seed)
  const { width, height } = sent
  const side = Math.sqrt(share)
  const [left, top] = [random() * (1 - side), random() * (1 - side)]
  const box: Box = [left * source.width, top * source.height, side * source.width, side * source.height]
  const changed = { ...sent, data: new Uint8ClampedArray(sent.data) }
  // New content stays two pixels away from the edge of the area, as an object in it does.
  const inner = 2
  if (content === 'new') {
    repaint(
      changed,
      [left * width + inner, top * height + inner, side * width - 2 * inner, side * height - 2 * inner],
      seed,
    )
  }
  spill?.(changed)
  const answer = await throughJpeg(withFaults(changed, faults, seed))
  const [a, b, c, d, e, f] = faultMap(faults, width, height)
  const [x, y] = [width / source.width, height / source.height]
  return {
    source,
    answer,
    ideal: changed,
    area: rasteriseArea([{ op: 'add', shape: { kind: 'box', box } }], source, 8),
    rect: [0, 0, source.width, source.height],
    truth: [a * x, b * x, c * y, d * y, e, f],
  }
}

async function throughJpeg({ data, width, height }: Pixels): Promise<Pixels> {
  const jpeg = await sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .jpeg({ quality: 90 })
    .toBuffer()
  return { data: new Uint8Array(await sharp(jpeg).ensureAlpha().raw().toBuffer()), width, height }
}

/** Mean distance in answer pixels between two maps, over the image. */
export function mapError({ source, truth }: Case, [a, b, c, d, e, f]: Affine): number {
  let sum = 0
  for (let point = 0; point < 121; point += 1) {
    const [x, y] = [((point % 11) / 10) * source.width, (Math.floor(point / 11) / 10) * source.height]
    sum += Math.hypot(
      (a - truth[0]) * x + (c - truth[2]) * y + e - truth[4],
      (b - truth[1]) * x + (d - truth[3]) * y + f - truth[5],
    )
  }
  return sum / 121
}

export interface Laid {
  plan: LayPlan
  image: Pixels
  /** Bytes outside the rim that differ from the source. */
  differing: number
}

export function lay(one: Case, view: 'area' | 'changed' = 'area'): Laid {
  const plan = planLay(one)
  const image = { ...one.source, data: one.source.data.slice() }
  if (!plan.objection) layPlan(image, one.area, plan, view)
  return { plan, image, differing: countDiffering(one, image) }
}

function countDiffering({ source, area }: Case, image: Pixels): number {
  let differing = 0
  for (let at = 0; at < source.data.length; at += 1) {
    if (source.data[at] === image.data[at]) continue
    const pixel = at >> 2
    const [x, y] = [(pixel % source.width) - area.left, Math.floor(pixel / source.width) - area.top]
    const inside = x >= 0 && y >= 0 && x < area.width && y < area.height
    if (!inside || area.alpha[y * area.width + x] === 0) differing += 1
  }
  return differing
}
