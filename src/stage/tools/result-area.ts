import type { AreaStep, Frame, Shape, Sides } from '#domain/edit.ts'
import { framedSize } from '#domain/edit.ts'
import { frameArea, unframeArea } from '#imaging/edit/frame.ts'

interface Size {
  width: number
  height: number
}

/** Areas are kept in upright source pixels, and painted on a result that may be cropped, turned or extended. */
export interface ResultArea {
  /** In pixels of the result, with all of the space that was added around the source. */
  shown(area: readonly AreaStep[]): readonly AreaStep[]
  /** In upright source pixels, for steps drawn on the result. */
  drawn(steps: readonly AreaStep[]): readonly AreaStep[]
}

export function toResultArea(frame: Frame, source: Size): ResultArea {
  const { pad } = frame
  const { left, top } = pad ?? { left: 0, top: 0 }
  const space = pad ? spaceAround(pad, framedSize(frame, source)) : []
  return {
    shown: (area) => [...moved(frameArea(area, frame, source), left, top), ...space],
    drawn: (steps) => unframeArea(moved(steps, -left, -top), frame, source),
  }
}

function moved(steps: readonly AreaStep[], x: number, y: number): readonly AreaStep[] {
  if (x === 0 && y === 0) return steps
  return steps.map((step) => (step.op === 'invert' ? step : { ...step, shape: moveShape(step.shape, x, y) }))
}

function moveShape(shape: Shape, x: number, y: number): Shape {
  if ('box' in shape) {
    const [left, top, width, height] = shape.box
    return { ...shape, box: [left + x, top + y, width, height] }
  }
  return { ...shape, points: shape.points.map((each, index) => each + (index % 2 === 0 ? x : y)) }
}

/** The added space as steps, in pixels of the extended image. `inner`: size of the image that was extended. */
function spaceAround({ top, right, bottom, left }: Sides, { width, height }: Size): AreaStep[] {
  const whole = width + left + right
  const boxes = [
    [0, 0, whole, top],
    [0, top + height, whole, bottom],
    [0, top, left, height],
    [left + width, top, right, height],
  ] as const
  return boxes.flatMap((box): AreaStep[] =>
    box[2] > 0 && box[3] > 0 ? [{ op: 'add', shape: { kind: 'box', box } }] : [],
  )
}
