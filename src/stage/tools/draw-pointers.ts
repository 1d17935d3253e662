import type { Point } from '#domain/edit.ts'

/** Which pointers are down over the image, and what each of them does. */
export interface DrawPointers {
  drawing?: DrawingPointer
  /** They move the view: one pans, two zoom. */
  moving: ReadonlySet<number>
  /** Touches that do nothing: a hand that rests on the screen while a pen or the mouse draws. */
  resting: ReadonlySet<number>
  /** A pen was seen. From then on only it draws, and fingers move the view. */
  hasPen: boolean
}

interface DrawingPointer {
  id: number
  type: string
  /** Where it was pressed, in screen pixels. */
  from: Point
  /** It has moved so far that a second finger no longer means that both were put down to zoom. */
  isLong: boolean
}

/** `type`: of the pointer event. `at`: in screen pixels. `isForView`: Space is held, or nothing can be drawn there. */
export type PointerInput =
  | { kind: 'down'; id: number; type: string; at: Point; isForView: boolean }
  | { kind: 'move'; id: number; type: string; at: Point }
  /** `lost`: its capture was lost, so that no further event of it may come. */
  | { kind: 'up' | 'cancel' | 'lost'; id: number }

/** A step of the drawing, or a pointer that is given to the view or taken from it. */
export type PointerStep = { kind: 'press' | 'draw' | 'release' | 'cancel' } | { kind: 'give' | 'take'; id: number }

export interface PointerTurn {
  pointers: DrawPointers
  /** What to do, in this order. */
  steps: readonly PointerStep[]
  /** The view must not get the event itself. */
  isUsed: boolean
}

/** In screen pixels. */
const longFrom = 16

export const noPointers: DrawPointers = { moving: new Set(), resting: new Set(), hasPen: false }

/**
 * A pure function: one pointer draws, and the others move the view or do nothing. A pen takes precedence over fingers.
 * A second finger ends the stroke of the first: a short one is dropped, a long one is kept.
 */
export function stepPointers(pointers: DrawPointers, input: PointerInput): PointerTurn {
  switch (input.kind) {
    case 'down':
      return pressed(pointers, input)
    case 'move':
      return moved(pointers, input)
    default:
      return lifted(pointers, input)
  }
}

type Down = Extract<PointerInput, { kind: 'down' }>

function pressed(before: DrawPointers, down: Down): PointerTurn {
  const { pointers, steps } = forgotten(before, down.id)
  const then = turnOf(down.type === 'pen' ? withPen(pointers) : pointers, down)
  return { ...then, steps: [...steps, ...then.steps] }
}

/** A pointer that is pressed again must have been lifted, even if that event is missing. */
function forgotten(pointers: DrawPointers, id: number): Pick<PointerTurn, 'pointers' | 'steps'> {
  if (pointers.drawing?.id === id) return { pointers: idle(pointers), steps: [{ kind: 'release' }] }
  if (pointers.moving.has(id)) return { pointers: without(pointers, id), steps: [{ kind: 'take', id }] }
  return { pointers: without(pointers, id), steps: [] }
}

function turnOf(pointers: DrawPointers, down: Down): PointerTurn {
  const { drawing, moving, hasPen } = pointers
  const isTouch = down.type === 'touch'
  if (down.type === 'pen' && (!drawing || drawing.type === 'touch')) return penTakesOver(pointers, down)
  if (drawing?.type === 'touch' && isTouch) return handOver(pointers, drawing, down.id)
  if (drawing) return { pointers: isTouch ? resting(pointers, [down.id]) : pointers, steps: [], isUsed: true }
  if (down.isForView || moving.size > 0 || (isTouch && hasPen)) return given(pointers, [down.id])
  return begun(pointers, down)
}

/** Fingers that are down rest from now on. */
function penTakesOver(pointers: DrawPointers, down: Down): PointerTurn {
  const { drawing, moving } = pointers
  const dropped: PointerStep[] = drawing ? [{ kind: 'cancel' }] : []
  const taken = [...moving].map((id): PointerStep => ({ kind: 'take', id }))
  const free = { ...idle(pointers), moving: new Set<number>() }
  const rested = resting(free, [...(drawing ? [drawing.id] : []), ...moving])
  const turn = down.isForView ? given(rested, [down.id]) : begun(rested, down)
  return { ...turn, steps: [...dropped, ...taken, ...turn.steps] }
}

function handOver(pointers: DrawPointers, drawing: DrawingPointer, second: number): PointerTurn {
  const turn = given(idle(pointers), [drawing.id, second])
  return { ...turn, steps: [{ kind: drawing.isLong ? 'release' : 'cancel' }, ...turn.steps] }
}

function begun(pointers: DrawPointers, { id, type, at }: Down): PointerTurn {
  const drawing = { id, type, from: at, isLong: false }
  return { pointers: { ...pointers, drawing }, steps: [{ kind: 'press' }], isUsed: true }
}

function given(pointers: DrawPointers, ids: readonly number[]): PointerTurn {
  const steps = ids.map((id): PointerStep => ({ kind: 'give', id }))
  return { pointers: { ...pointers, moving: new Set([...pointers.moving, ...ids]) }, steps, isUsed: true }
}

function moved(before: DrawPointers, { id, type, at }: Extract<PointerInput, { kind: 'move' }>): PointerTurn {
  const pointers = type === 'pen' ? withPen(before) : before
  const { drawing } = pointers
  if (drawing?.id !== id) return { pointers, steps: [], isUsed: pointers.resting.has(id) }
  const isLong = drawing.isLong || Math.hypot(at[0] - drawing.from[0], at[1] - drawing.from[1]) >= longFrom
  return { pointers: { ...pointers, drawing: { ...drawing, isLong } }, steps: [{ kind: 'draw' }], isUsed: true }
}

/** What was drawn is kept, except after the browser's own cancel, with which systems reject the touch of a hand. */
function lifted(pointers: DrawPointers, { kind, id }: Exclude<PointerInput, { kind: 'down' | 'move' }>): PointerTurn {
  if (pointers.drawing?.id === id) {
    return { pointers: idle(pointers), steps: [{ kind: kind === 'cancel' ? 'cancel' : 'release' }], isUsed: true }
  }
  return { pointers: without(pointers, id), steps: [], isUsed: pointers.resting.has(id) }
}

function idle({ drawing: _drawing, ...pointers }: DrawPointers): DrawPointers {
  return pointers
}

function withPen(pointers: DrawPointers): DrawPointers {
  return pointers.hasPen ? pointers : { ...pointers, hasPen: true }
}

function resting(pointers: DrawPointers, ids: readonly number[]): DrawPointers {
  return { ...pointers, resting: new Set([...pointers.resting, ...ids]) }
}

function without(pointers: DrawPointers, id: number): DrawPointers {
  if (!pointers.moving.has(id) && !pointers.resting.has(id)) return pointers
  const others = (ids: ReadonlySet<number>) => new Set([...ids].filter((each) => each !== id))
  return { ...pointers, moving: others(pointers.moving), resting: others(pointers.resting) }
}
