import type { AreaStep, Box, Edit, Region, Shape, Sides } from './edit.ts'

/** The upright box around a shape; an empty one at the origin where its numbers are not finite. */
export function shapeBox(shape: Shape): Box {
  if ('box' in shape) {
    const [x, y, width, height] = shape.box
    if (!shape.box.every(Number.isFinite)) return [0, 0, 0, 0]
    return [Math.min(x, x + width), Math.min(y, y + height), Math.abs(width), Math.abs(height)]
  }
  const { points } = shape
  if (points.length < 2 || !points.every(Number.isFinite)) return [0, 0, 0, 0]
  const grown = shape.kind === 'brush' ? Math.max(0, shape.radius) : 0
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity }
  for (let at = 0; at + 1 < points.length; at += 2) {
    const [x, y] = [points[at] ?? 0, points[at + 1] ?? 0]
    bounds.left = Math.min(bounds.left, x - grown)
    bounds.top = Math.min(bounds.top, y - grown)
    bounds.right = Math.max(bounds.right, x + grown)
    bounds.bottom = Math.max(bounds.bottom, y + grown)
  }
  return [bounds.left, bounds.top, bounds.right - bounds.left, bounds.bottom - bounds.top]
}

/**
 * The box around everything the steps may select, within the image: the whole image for an inverted area. `undefined`
 * when there are no steps, or nothing they add lies inside the image.
 */
export function areaBox(
  steps: readonly AreaStep[],
  { width, height }: { width: number; height: number },
): Box | undefined {
  if (steps.length === 0) return undefined
  if (steps.some(({ op }) => op === 'invert')) return [0, 0, width, height]
  const boxes = steps.flatMap((step) => (step.op === 'add' ? [shapeBox(step.shape)] : []))
  const clamp = (value: number, most: number) => Math.max(0, Math.min(most, value))
  const left = clamp(Math.min(...boxes.map(([x]) => x)), width)
  const top = clamp(Math.min(...boxes.map(([, y]) => y)), height)
  const right = clamp(Math.max(...boxes.map(([x, , across]) => x + across)), width)
  const bottom = clamp(Math.max(...boxes.map(([, y, , down]) => y + down)), height)
  return right > left && bottom > top ? [left, top, right - left, bottom - top] : undefined
}

/**
 * Where the area of an edit lies, for a model that is given the place in words. `undefined` when words do not help:
 * only a crop around the area is sent, the area is inverted, or the source is cropped or turned.
 */
export function regionOf({ document: { area, frame }, way, rect }: Edit): Region | undefined {
  const isPlain = frame.turn === 0 && !frame.flip && frame.tilt === 0 && !frame.crop
  if (way === 'part' || !isPlain || area.some(({ op }) => op === 'invert')) return undefined
  const [, , width, height] = rect
  const { top, right, bottom, left } = frame.pad ?? noSides
  const box = areaBox(area, { width: width - left - right, height: height - top - bottom })
  if (!box) return undefined
  const [x, y, across, down] = [box[0] + left, box[1] + top, box[2], box[3]]
  return {
    left: x / width,
    top: y / height,
    right: (x + across) / width,
    bottom: (y + down) / height,
    ...(way === 'extend' ? { hasBorder: true } : {}),
  }
}

const noSides: Sides = { top: 0, right: 0, bottom: 0, left: 0 }
