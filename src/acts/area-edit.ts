import { areaBox } from '#domain/area-box.ts'
import type { AreaStep, Box, Edit, Shape } from '#domain/edit.ts'
import { rasteriseArea } from '#imaging/edit/area.ts'
import { type PartPlan, planPart } from '#imaging/edit/part.ts'

interface Size {
  width: number
  height: number
}

export interface AreaMeasure {
  /** Painted share of the image, without the rim: 0–1, to about a thousandth. */
  painted: number
  /** "82": how much is kept. 0 and 100 are only given if exact. */
  protectedPercent: number
  /** The box around everything painted; absent if nothing is. */
  box?: Box
}

/** What is sent with an area: the whole image, or a crop around the area. */
export type AreaWay = 'whole' | 'part'

/** Measured with a raster of at most this many pixels per side: 0.1 % is precise enough for words. */
const measuredSide = 480

const measured = new WeakMap<readonly AreaStep[], AreaMeasure>()

/** How much of an image an area covers. `size`: of the upright image. The same steps are measured once. */
export function measureArea(area: readonly AreaStep[], size: Size): AreaMeasure {
  const known = measured.get(area)
  if (known) return known
  const scale = Math.min(1, measuredSide / Math.max(size.width, size.height))
  const small = {
    width: Math.max(1, Math.round(size.width * scale)),
    height: Math.max(1, Math.round(size.height * scale)),
  }
  const steps = area.map((step) => (step.op === 'invert' ? step : { ...step, shape: scaleShape(step.shape, scale) }))
  const { painted } = rasteriseArea(steps, small, 0)
  const box = areaBox(area, size)
  const measure = {
    painted,
    protectedPercent: percentOf(1 - painted, painted > 0),
    ...(box && painted > 0 ? { box } : {}),
  }
  measured.set(area, measure)
  return measure
}

function percentOf(share: number, isPainted: boolean): number {
  const percent = Math.round(share * 100)
  if (percent === 100 && isPainted) return 99
  return percent === 0 && share > 0 ? 1 : percent
}

function scaleShape(shape: Shape, by: number): Shape {
  if ('box' in shape) {
    const [x, y, width, height] = shape.box
    return { ...shape, box: [x * by, y * by, width * by, height * by] }
  }
  const points = shape.points.map((each) => each * by)
  return shape.kind === 'brush' ? { ...shape, points, radius: shape.radius * by } : { ...shape, points }
}

/** The crop that could be sent instead of the whole image; `undefined` if it would be the whole image. */
export function findPart(area: readonly AreaStep[], size: Size): PartPlan | undefined {
  const { box } = measureArea(area, size)
  return box && planPart(box, size)
}

/** Whether the crop is sent: as chosen, or as suggested for a small area in a large image. */
export function wayOf(area: readonly AreaStep[], size: Size, chosen: Edit['way'] | undefined): AreaWay {
  const part = findPart(area, size)
  if (!part) return 'whole'
  if (chosen === 'whole' || chosen === 'part') return chosen
  return part.suggested ? 'part' : 'whole'
}
