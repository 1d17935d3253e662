import type { AreaStep, Shape } from '#domain/edit.ts'
import { type Area, rasteriseArea } from '#imaging/edit/area.ts'
import type { Placement } from '../zoom-matrix.ts'
import { type AreaTool, boxBetween, type Stroke, stampShape } from './area-tool.ts'

interface Room {
  width: number
  height: number
}

/** Distance between the hatching lines, in pixels of the screen. */
const hatchPx = 8

/**
 * Draws what stays as grey hatching, and the edge of what may change in the accent colour. In CSS pixels of the
 * viewport; the canvas has as many pixels. Drawn again from the document with every stroke and zoom.
 */
export function paintArea(
  canvas: HTMLCanvasElement,
  area: readonly AreaStep[],
  rim: number,
  placement: Placement,
  image: Room,
): void {
  const context = canvas.getContext('2d')
  const { width, height } = canvas
  if (!context || width === 0 || height === 0) return
  context.clearRect(0, 0, width, height)
  if (area.length === 0) return
  const steps = area.map((step) => (step.op === 'invert' ? step : { ...step, shape: toScreen(step.shape, placement) }))
  const raster = rasteriseArea(steps, { width, height }, Math.min(200, rim * placement.scale))
  const pixels = context.createImageData(width, height)
  hatch(pixels, raster, imageBox(placement, image, { width, height }), accentOf(canvas))
  context.putImageData(pixels, 0, 0)
}

/** Draws only the newest part of a stroke, so that the cost does not grow with its length. */
export function paintStroke(canvas: HTMLCanvasElement, stroke: Stroke, newPoints: number, placement: Placement): void {
  const context = canvas.getContext('2d')
  if (!context || stroke.shape !== 'brush') return
  const part = stroke.parts.at(-1)
  if (!part) return
  const from = Math.max(0, part.points.length - 2 * (newPoints + 1))
  const shape = toScreen({ kind: 'brush', ...part, points: part.points.slice(from) }, placement)
  context.save()
  context.globalCompositeOperation = stroke.op === 'add' ? 'destination-out' : 'source-over'
  context.strokeStyle = 'rgb(90 90 90 / 60%)'
  traceShape(context, shape)
  context.stroke()
  context.restore()
}

/** The outline of what is being drawn, and the brush at the pointer or the keyboard cursor. */
export function paintPointer(
  canvas: HTMLCanvasElement,
  tool: AreaTool,
  pointer: readonly [number, number] | undefined,
  placement: Placement,
): void {
  const context = canvas.getContext('2d')
  if (!context) return
  context.clearRect(0, 0, canvas.width, canvas.height)
  const outlines = outlinesOf(tool, pointer, placement)
  for (const [colour, width] of [
    ['#000', 3],
    [accentOf(canvas), 1.5],
  ] as const) {
    context.strokeStyle = colour
    for (const outline of outlines) {
      traceOutline(context, outline)
      context.lineWidth = width
      context.stroke()
    }
  }
}

function outlinesOf(tool: AreaTool, pointer: readonly [number, number] | undefined, placement: Placement): Shape[] {
  const { stroke, cursor, shape, radius } = tool
  const outlines: Shape[] = []
  if (stroke?.shape === 'box') outlines.push({ kind: 'box', box: boxBetween(stroke.from, stroke.to) })
  if (stroke?.shape === 'lasso') outlines.push({ kind: 'lasso', points: stroke.outline })
  if (cursor) outlines.push(stampShape(tool, cursor))
  const onScreen = outlines.map((each) => toScreen(each, placement))
  if (pointer && shape === 'brush') onScreen.push({ kind: 'brush', points: pointer, radius: radius * placement.scale })
  return onScreen
}

function traceOutline(context: CanvasRenderingContext2D, shape: Shape): void {
  context.beginPath()
  if ('box' in shape) context.rect(...(shape.box as [number, number, number, number]))
  else if (shape.kind === 'brush') {
    const [x = 0, y = 0] = shape.points
    context.arc(x, y, Math.max(1, shape.radius), 0, 2 * Math.PI)
  } else traceLine(context, shape.points)
}

function traceShape(context: CanvasRenderingContext2D, shape: Shape): void {
  if (shape.kind !== 'brush') return
  context.beginPath()
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.lineWidth = shape.radius * 2
  traceLine(context, shape.points)
}

function traceLine(context: CanvasRenderingContext2D, points: readonly number[]): void {
  for (let at = 0; at + 1 < points.length; at += 2) context.lineTo(points[at] ?? 0, points[at + 1] ?? 0)
  // A single point is drawn as a dot.
  if (points.length === 2) context.lineTo(points[0] ?? 0, (points[1] ?? 0) + 0.01)
}

function toScreen(shape: Shape, { x, y, scale }: Placement): Shape {
  if ('box' in shape) {
    const [left, top, width, height] = shape.box
    return { ...shape, box: [left * scale + x, top * scale + y, width * scale, height * scale] }
  }
  const points = shape.points.map((value, at) => value * scale + (at % 2 === 0 ? x : y))
  return shape.kind === 'brush' ? { ...shape, points, radius: shape.radius * scale } : { ...shape, points }
}

function imageBox({ x, y, scale }: Placement, image: Room, room: Room) {
  return {
    left: Math.max(0, Math.round(x)),
    top: Math.max(0, Math.round(y)),
    right: Math.min(room.width, Math.round(x + image.width * scale)),
    bottom: Math.min(room.height, Math.round(y + image.height * scale)),
  }
}

/** Grey lines over what stays, nothing inside the rim and the area, and the edge between them in colour. */
function hatch(pixels: ImageData, area: Area, box: ReturnType<typeof imageBox>, accent: string): void {
  const { data, width } = pixels
  const into = new Uint32Array(data.buffer)
  const [edge, line, ground] = [toLevels(accent), [40, 40, 40, 170], [128, 128, 128, 115]].map(toWord)
  const alphaAt = (x: number, y: number) => {
    const [column, row] = [x - area.left, y - area.top]
    const isInside = column >= 0 && row >= 0 && column < area.width && row < area.height
    return isInside ? (area.alpha[row * area.width + column] ?? 0) : 0
  }
  // Most of the image is far from the area, and this is drawn with every stroke.
  const isNear = (at: number, from: number, length: number) => at >= from - 1 && at <= from + length
  for (let y = box.top; y < box.bottom; y += 1) {
    const isNearRow = isNear(y, area.top, area.height)
    for (let x = box.left; x < box.right; x += 1) {
      let word = (x + y) % hatchPx < 2 ? line : ground
      if (isNearRow && isNear(x, area.left, area.width)) {
        if (alphaAt(x, y) > 0) continue
        if (alphaAt(x - 1, y) > 0 || alphaAt(x + 1, y) > 0 || alphaAt(x, y - 1) > 0 || alphaAt(x, y + 1) > 0)
          word = edge
      }
      into[y * width + x] = word ?? 0
    }
  }
}

/** Four levels as one value of a 32-bit view. */
function toWord(levels: ArrayLike<number>): number {
  return new Uint32Array(Uint8Array.from(levels).buffer)[0] ?? 0
}

function accentOf(element: Element): string {
  return getComputedStyle(element).color
}

/** A colour of the page as levels, in whatever notation the browser computes it. */
function toLevels(colour: string): Uint8ClampedArray {
  const canvas = new OffscreenCanvas(1, 1)
  const context = canvas.getContext('2d')
  if (!context) return new Uint8ClampedArray([230, 170, 0, 255])
  context.fillStyle = colour
  context.fillRect(0, 0, 1, 1)
  return context.getImageData(0, 0, 1, 1).data
}
