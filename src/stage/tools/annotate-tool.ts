import type { Mark, MarkColour, MarkFigure, Point } from '#domain/edit.ts'
import { markLineWidth } from '#domain/mark-drawing.ts'
import { boxBetween, type Cursor } from './area-tool.ts'
import type { DrawEvent } from './draw-input.ts'

export const markKinds = ['arrow', 'box', 'ellipse', 'pen', 'pin', 'note'] as const
export type MarkKind = (typeof markKinds)[number]

export interface AnnotateTool {
  kind: MarkKind
  colour: MarkColour
  /** Id of the selected mark, which the options change. */
  selected?: string
  /** The shape being drawn. */
  draft?: Draft
  /** The mark being dragged, and the distance so far in pixels. */
  drag?: { id: string; from: Point; by: Point }
  /** Position of the keyboard's cursor. */
  cursor?: Cursor
}

interface Draft {
  from: Point
  to: Point
  /** Points of a pen: x, y, x, y … */
  points: readonly number[]
  /** Whether the arrow keys draw it. */
  isByKeys: boolean
}

export type AnnotateEvent =
  | DrawEvent
  | { kind: 'choose'; mark: MarkKind }
  | { kind: 'colour'; colour: MarkColour }
  | { kind: 'select'; id: string | undefined }
  /** Enter: draws a mark at the keyboard's cursor; a pen starts there and ends with the next Enter. */
  | { kind: 'stamp' }

export type AnnotateCommand =
  | { kind: 'add'; figure: MarkFigure; colour: MarkColour }
  | { kind: 'move'; id: string; dx: number; dy: number }

interface ImageSize {
  width: number
  height: number
}

/** Smaller boxes and shorter arrows are ignored as accidental. In line widths. */
const leastSize = 2

export const startAnnotateTool: AnnotateTool = { kind: 'box', colour: 'red' }

/** Pure: the next state, and the steps to perform. */
export function stepAnnotateTool(
  tool: AnnotateTool,
  event: AnnotateEvent,
  image: ImageSize,
): [AnnotateTool, readonly AnnotateCommand[]] {
  const { draft, drag, cursor, selected, ...choices } = tool
  const kept = { ...choices, ...(selected === undefined ? {} : { selected }) }
  switch (event.kind) {
    case 'press':
      if (event.on !== undefined) {
        return [{ ...choices, selected: event.on, drag: { id: event.on, from: event.at, by: [0, 0] } }, []]
      }
      return [{ ...choices, draft: startDraft(within(event.at, image), false) }, []]
    case 'move':
      if (drag) return [{ ...tool, drag: dragTo(drag, event.to) }, []]
      return [draft && !draft.isByKeys ? { ...tool, draft: event.to.reduce(drawTo(image), draft) } : tool, []]
    case 'release':
      if (drag) return [kept, moved(drag)]
      return draft && !draft.isByKeys ? [kept, added(tool, figureOf(tool.kind, draft, image))] : [tool, []]
    case 'cancel':
      return [draft || drag || cursor ? kept : choices, []]
    case 'choose':
      return [{ ...kept, kind: event.mark }, []]
    case 'colour':
      return [{ ...tool, colour: event.colour }, []]
    case 'select':
      return [event.id === undefined ? choices : { ...choices, selected: event.id }, []]
    case 'arrow':
      return [arrow(tool, event, image), []]
    case 'stamp':
      return stamp(tool, image)
  }
}

function startDraft(at: Point, isByKeys: boolean): Draft {
  return { from: at, to: at, points: at, isByKeys }
}

const drawTo =
  (image: ImageSize) =>
  (draft: Draft, at: Point): Draft => {
    const to = within(at, image)
    const isSame = Math.hypot(to[0] - draft.to[0], to[1] - draft.to[1]) < 1
    return isSame ? draft : { ...draft, to, points: [...draft.points, ...to] }
  }

function dragTo(drag: NonNullable<AnnotateTool['drag']>, places: readonly Point[]) {
  const [x, y] = places.at(-1) ?? drag.from
  return { ...drag, by: [x - drag.from[0], y - drag.from[1]] as const }
}

function moved({ id, by: [dx, dy] }: NonNullable<AnnotateTool['drag']>): readonly AnnotateCommand[] {
  return dx === 0 && dy === 0 ? [] : [{ kind: 'move', id, dx, dy }]
}

function added({ colour }: AnnotateTool, figure: MarkFigure | undefined): readonly AnnotateCommand[] {
  return figure ? [{ kind: 'add', figure, colour }] : []
}

/** `undefined` for a click with a tool that needs a drag. */
function figureOf(kind: MarkKind, { from, to, points }: Draft, image: ImageSize): MarkFigure | undefined {
  const width = markLineWidth(image)
  const least = leastSize * width
  switch (kind) {
    case 'arrow':
      return Math.hypot(to[0] - from[0], to[1] - from[1]) < least ? undefined : { kind, from, to }
    case 'box':
    case 'ellipse': {
      const box = boxBetween(from, to)
      return Math.min(box[2], box[3]) < least ? undefined : { kind, box }
    }
    case 'pen':
      return points.length < 4 ? undefined : { kind: 'brush', points, radius: width / 2 }
    case 'pin':
    case 'note':
      return { kind, at: to }
  }
}

function arrow(tool: AnnotateTool, event: Extract<DrawEvent, { kind: 'arrow' }>, image: ImageSize): AnnotateTool {
  const { at, width, height } = tool.cursor ?? startCursor(image)
  const { dx, dy, isResize } = event
  if (isResize) {
    const side = (length: number, by: number, most: number) => Math.max(2, Math.min(most, length + 2 * by))
    return { ...tool, cursor: { at, width: side(width, dx, image.width), height: side(height, dy, image.height) } }
  }
  const next = within([at[0] + dx, at[1] + dy], image)
  const draft = tool.draft?.isByKeys ? { draft: drawTo(image)(tool.draft, next) } : {}
  return { ...tool, cursor: { at: next, width, height }, ...draft }
}

function startCursor({ width, height }: ImageSize): Cursor {
  return { at: [width / 2, height / 2], width: Math.round(width / 5), height: Math.round(height / 5) }
}

function stamp(tool: AnnotateTool, image: ImageSize): [AnnotateTool, readonly AnnotateCommand[]] {
  const { cursor, draft, ...others } = tool
  if (!cursor) return [tool, []]
  if (tool.kind !== 'pen') return [tool, added(tool, cursorFigure(tool.kind, cursor, image))]
  if (!draft) return [{ ...tool, draft: startDraft(cursor.at, true) }, []]
  return [{ ...others, cursor }, added(tool, figureOf('pen', draft, image))]
}

/** A box around the cursor, or an arrow that ends there. */
function cursorFigure(kind: MarkKind, { at: [x, y], width, height }: Cursor, image: ImageSize): MarkFigure | undefined {
  const tail = within([x + width / 2, y + height / 2], image)
  const draft = startDraft([x, y], true)
  if (kind === 'arrow') return figureOf(kind, { ...draft, from: tail }, image)
  if (kind === 'pin' || kind === 'note') return figureOf(kind, draft, image)
  const from = within([x - width / 2, y - height / 2], image)
  return figureOf(kind, { ...draft, from, to: tail }, image)
}

/** A preview of the mark: from the pointer's stroke, or at the keyboard's cursor. */
export function previewOf(tool: AnnotateTool, image: ImageSize): MarkFigure | undefined {
  const { kind, draft, cursor } = tool
  if (draft) return figureOf(kind, draft, image)
  if (!cursor) return undefined
  // A pen that has drawn nothing yet is shown as a pin.
  return cursorFigure(kind === 'pen' ? 'pin' : kind, cursor, image)
}

/** The mark at the position to which it is being dragged. */
export function dragged(mark: Mark, { drag }: AnnotateTool, move: (mark: Mark, dx: number, dy: number) => Mark): Mark {
  return drag?.id === mark.id ? move(mark, ...drag.by) : mark
}

function within([x, y]: Point, { width, height }: ImageSize): Point {
  const tenth = (value: number, most: number) => Math.round(Math.max(0, Math.min(most, value)) * 10) / 10
  return [tenth(x, width), tenth(y, height)]
}
