import type { AreaStep, Box, Point, Shape } from '#domain/edit.ts'
import { clamp } from './clamp.ts'
import type { DrawEvent } from './draw-input.ts'

/** How an area is drawn. */
export type AreaShape = 'brush' | 'box' | 'lasso'

export interface AreaTool {
  shape: AreaShape
  /** Whether strokes add to the area or remove from it; Alt reverses that for one stroke. */
  op: 'add' | 'cut'
  /** Of the brush, in pixels of the image. */
  radius: number
  /** What is being drawn by a pointer, in pixels of the image. */
  stroke?: Stroke
  /** Where the keyboard draws: the middle of a brush dab, or of a box. */
  cursor?: Cursor
}

export interface Stroke {
  shape: AreaShape
  op: 'add' | 'cut'
  from: Point
  to: Point
  /** x, y, x, y … of a lasso. */
  outline: readonly number[]
  /** A pen draws wider with more pressure, so a stroke may have several widths. */
  parts: readonly BrushPart[]
  /** The last that a pen reported: some report none for the press, or for a light touch. */
  pressure?: number | undefined
}

interface BrushPart {
  points: readonly number[]
  radius: number
}

export interface Cursor {
  at: Point
  width: number
  height: number
}

/** An arrow moves the keyboard's cursor, or changes the size of its box. */
export type AreaEvent =
  | DrawEvent
  | { kind: 'choose'; shape: AreaShape }
  | { kind: 'mode'; op: 'add' | 'cut' }
  | { kind: 'size'; radius: number }
  /** One step of the keys `[` and `]`. */
  | { kind: 'grow'; by: 1 | -1 }
  /** Enter: draws at the keyboard's cursor. */
  | { kind: 'stamp'; isAlt: boolean }

export type AreaCommand =
  /** The steps become part of the area, as one act. */
  { kind: 'draw'; steps: readonly AreaStep[] }

interface ImageSize {
  width: number
  height: number
}

const sizeStep = 1.25
export const leastRadius = 2
/** A pen's width changes in steps: each is a separate stroke in the document. */
const widthStep = 1.2
/** Share of the full width at the lowest pressure of a pen. */
const lightest = 0.3

export function startAreaTool(image: ImageSize): AreaTool {
  return {
    shape: 'brush',
    op: 'add',
    radius: Math.max(leastRadius, Math.round(Math.max(image.width, image.height) / 40)),
  }
}

/** In pixels of the image. */
export function mostRadius({ width, height }: ImageSize): number {
  return Math.max(leastRadius, Math.round(Math.max(width, height) / 4))
}

/** A pure function: the next state, and the commands to run. */
export function stepAreaTool(tool: AreaTool, event: AreaEvent, image: ImageSize): [AreaTool, readonly AreaCommand[]] {
  const { stroke, ...idle } = tool
  switch (event.kind) {
    case 'press':
      return [{ ...withoutCursor(tool), stroke: press(tool, event) }, []]
    case 'move':
      return [
        stroke
          ? { ...tool, stroke: event.to.reduce((so, to) => draw(so, to, tool.radius, event.pressure), stroke) }
          : tool,
        [],
      ]
    case 'release':
      return [idle, stroke ? drawn(toSteps(stroke)) : []]
    case 'cancel':
      return [withoutCursor(idle), []]
    case 'choose':
      return [{ ...withoutCursor(idle), shape: event.shape }, []]
    case 'mode':
      return [{ ...tool, op: event.op }, []]
    case 'size':
      return [{ ...tool, radius: clamp(event.radius, leastRadius, mostRadius(image)) }, []]
    case 'grow':
      return [{ ...tool, radius: clamp(grown(tool.radius, event.by), leastRadius, mostRadius(image)) }, []]
    case 'arrow':
      return [{ ...tool, cursor: moved(tool.cursor ?? startCursor(image), event, image) }, []]
    case 'stamp':
      return [tool, tool.cursor ? drawn([stamp(tool, tool.cursor, event.isAlt)]) : []]
  }
}

function withoutCursor({ cursor: _cursor, ...tool }: AreaTool): AreaTool {
  return tool
}

function drawn(steps: readonly AreaStep[]): readonly AreaCommand[] {
  return steps.length > 0 ? [{ kind: 'draw', steps }] : []
}

function swapped(op: 'add' | 'cut', isAlt: boolean): 'add' | 'cut' {
  return isAlt === (op === 'add') ? 'cut' : 'add'
}

function press(
  { shape, op, radius }: AreaTool,
  { at, isAlt, pressure }: Extract<AreaEvent, { kind: 'press' }>,
): Stroke {
  const point = rounded(at)
  return {
    shape,
    op: swapped(op, isAlt),
    from: point,
    to: point,
    outline: shape === 'lasso' ? point : [],
    parts: shape === 'brush' ? [{ points: point, radius: widthOf(radius, pressure) }] : [],
    pressure,
  }
}

function draw(before: Stroke, at: Point, radius: number, reported: number | undefined): Stroke {
  const to = rounded(at)
  const stroke = withPressure(before, radius, reported)
  const { pressure } = stroke
  if (stroke.shape === 'box') return { ...stroke, to }
  if (stroke.shape === 'lasso') {
    return isNear(stroke.to, to, 1) ? stroke : { ...stroke, to, outline: [...stroke.outline, ...to] }
  }
  const part = stroke.parts.at(-1)
  const width = widthOf(radius, pressure)
  // Closer points make no visible difference.
  if (!part || isNear(stroke.to, to, Math.max(1, part.radius / 8))) return stroke
  const isSameWidth = Math.max(width / part.radius, part.radius / width) < widthStep
  const parts = isSameWidth
    ? [...stroke.parts.slice(0, -1), { ...part, points: [...part.points, ...to] }]
    : [...stroke.parts, { points: [...stroke.to, ...to], radius: width }]
  return { ...stroke, to, parts }
}

/** The first pressure also counts for what was drawn before it was known. */
function withPressure(stroke: Stroke, radius: number, pressure: number | undefined): Stroke {
  if (pressure === undefined) return stroke
  if (stroke.pressure !== undefined) return { ...stroke, pressure }
  return { ...stroke, pressure, parts: stroke.parts.map((part) => ({ ...part, radius: widthOf(radius, pressure) })) }
}

function widthOf(radius: number, pressure: number | undefined): number {
  return pressure === undefined ? radius : rounded1(radius * (lightest + (1 - lightest) * pressure))
}

/** What a stroke adds to the document; a click with box or lasso adds nothing. */
function toSteps({ shape, op, from, to, outline, parts }: Stroke): AreaStep[] {
  if (shape === 'brush') return parts.map((part) => ({ op, shape: { kind: 'brush', ...part } }))
  if (shape === 'lasso') return outline.length >= 6 ? [{ op, shape: { kind: 'lasso', points: outline } }] : []
  const box = boxBetween(from, to)
  return box[2] > 0 && box[3] > 0 ? [{ op, shape: { kind: 'box', box } }] : []
}

/** In whole pixels: an edge of a box is between pixels. */
export function boxBetween([x0, y0]: Point, [x1, y1]: Point): Box {
  const [left, top] = [Math.round(Math.min(x0, x1)), Math.round(Math.min(y0, y1))]
  return [left, top, Math.round(Math.max(x0, x1)) - left, Math.round(Math.max(y0, y1)) - top]
}

function startCursor({ width, height }: ImageSize): Cursor {
  return { at: [width / 2, height / 2], width: Math.round(width / 4), height: Math.round(height / 4) }
}

function moved(
  { at, width, height }: Cursor,
  { dx, dy, isResize }: Extract<AreaEvent, { kind: 'arrow' }>,
  image: ImageSize,
): Cursor {
  if (isResize) {
    return { at, width: clamp(width + 2 * dx, 2, image.width), height: clamp(height + 2 * dy, 2, image.height) }
  }
  return { at: [clamp(at[0] + dx, 0, image.width), clamp(at[1] + dy, 0, image.height)], width, height }
}

/** What the keyboard draws: a brush dab, else a box. */
export function stampShape({ shape, radius }: AreaTool, { at, width, height }: Cursor): Shape {
  if (shape === 'brush') return { kind: 'brush', points: rounded(at), radius }
  const [x, y] = at
  return { kind: 'box', box: boxBetween([x - width / 2, y - height / 2], [x + width / 2, y + height / 2]) }
}

function stamp(tool: AreaTool, cursor: Cursor, isAlt: boolean): AreaStep {
  return { op: swapped(tool.op, isAlt), shape: stampShape(tool, cursor) }
}

function grown(radius: number, by: 1 | -1): number {
  return by > 0
    ? Math.max(radius + 1, Math.round(radius * sizeStep))
    : Math.min(radius - 1, Math.round(radius / sizeStep))
}

function isNear([x0, y0]: Point, [x1, y1]: Point, within: number): boolean {
  return Math.hypot(x1 - x0, y1 - y0) < within
}

function rounded([x, y]: Point): [number, number] {
  return [rounded1(x), rounded1(y)]
}

/** A tenth of a pixel is precise enough, and keeps documents small. */
function rounded1(value: number): number {
  return Math.round(value * 10) / 10
}
