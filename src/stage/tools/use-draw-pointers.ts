import { type RefObject, useEffect, useEffectEvent, useRef } from 'react'
import { noPointers, type PointerInput, type PointerStep, stepPointers } from './draw-pointers.ts'

interface DrawPointersOptions {
  viewport: RefObject<HTMLElement | null>
  /** Whether a press there is for the tool. `undefined`: a control, which gets its events itself. */
  draws(event: PointerEvent): boolean | undefined
  press(event: PointerEvent): void
  draw(event: PointerEvent): void
  /** The stroke is kept. */
  release(): void
  /** The stroke is dropped. */
  cancel(): void
  /** A pointer moved, whether or not it is pressed; `undefined`: it has left. */
  hover?(event: PointerEvent | undefined): void
  /** The eraser at the end of a pen draws as well. */
  hasEraser?: boolean
}

const primaryButton = 0
export const eraserButton = 5

/**
 * Divides the pointers over the image between the tool and the view, as `stepPointers` says. Listens on the viewport
 * before its own handlers. Pointers that are given to the view reach it as events on the viewport itself, because it
 * does not get the events of elements that a tool draws over the image.
 */
export function useDrawPointers(options: DrawPointersOptions): void {
  const { viewport, draws, press, draw, release, cancel, hover, hasEraser = false } = options
  const pointers = useRef(noPointers)
  const latest = useRef(new Map<number, PointerEvent>())
  const isGiving = useRef(false)
  const isSpace = useSpace(viewport)

  /** Gives the view a pointer, or takes it away. */
  const tellView = ({ kind, id }: Extract<PointerStep, { id: number }>) => {
    const event = latest.current.get(id)
    if (!event) return
    isGiving.current = true
    const type = kind === 'give' ? 'pointerdown' : 'pointercancel'
    viewport.current?.dispatchEvent(new PointerEvent(type, toInit(event)))
    isGiving.current = false
  }
  const take = (input: PointerInput, event: PointerEvent) => {
    const turn = stepPointers(pointers.current, input)
    pointers.current = turn.pointers
    if (turn.isUsed) event.stopPropagation()
    for (const step of turn.steps) {
      if (step.kind === 'press') {
        viewport.current?.setPointerCapture(event.pointerId)
        press(event)
      } else if (step.kind === 'draw') draw(event)
      else if (step.kind === 'release') release()
      else if (step.kind === 'cancel') cancel()
      else if (step.kind === 'give' || step.kind === 'take') tellView(step)
    }
  }
  const onDown = useEffectEvent((event: PointerEvent) => {
    if (isGiving.current) return
    const { button, pointerId: id, pointerType: type } = event
    if (button !== primaryButton && !(hasEraser && button === eraserButton)) return
    const isDrawn = draws(event)
    if (isDrawn === undefined) return
    latest.current.set(id, event)
    take({ kind: 'down', id, type, at: [event.clientX, event.clientY], isForView: isSpace.current || !isDrawn }, event)
  })
  const onMove = useEffectEvent((event: PointerEvent) => {
    const { pointerId: id, pointerType: type } = event
    if (latest.current.has(id)) latest.current.set(id, event)
    hover?.(event)
    take({ kind: 'move', id, type, at: [event.clientX, event.clientY] }, event)
  })
  const onEnd = useEffectEvent((event: PointerEvent) => {
    if (isGiving.current) return
    // What a tool draws over the image may have had the capture before.
    if (event.type === 'lostpointercapture' && event.target !== viewport.current) return
    const kind = ({ pointerup: 'up', pointercancel: 'cancel' } as const)[event.type] ?? 'lost'
    latest.current.delete(event.pointerId)
    take({ kind, id: event.pointerId }, event)
  })
  const onLeave = useEffectEvent(() => hover?.(undefined))
  // A finger or a pen that rests on an image asks for its menu, and the browser cancels the pointer when it opens one. A
  // mouse that drags a handle starts a selection of the page's text in WebKit, although the view has `user-select: none`.
  const preventWhilePressed = useEffectEvent((event: Event) => {
    const { drawing, moving, resting } = pointers.current
    if (drawing || moving.size + resting.size > 0) event.preventDefault()
  })
  useEffect(() => {
    const target = viewport.current
    if (!target) return
    const ending = new AbortController()
    const before = { signal: ending.signal, capture: true }
    target.addEventListener('pointerdown', (event) => onDown(event), before)
    target.addEventListener('pointermove', (event) => onMove(event), before)
    for (const type of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
      target.addEventListener(type, (event) => onEnd(event), before)
    }
    target.addEventListener('pointerleave', () => onLeave(), before)
    for (const type of ['contextmenu', 'selectstart'] as const) {
      target.addEventListener(type, (event) => preventWhilePressed(event), before)
    }
    target.addEventListener('dblclick', (event) => event.stopPropagation(), before)
    return () => ending.abort()
  }, [viewport])
}

/** Whether Space is held while the focus is on the image or on what a tool draws over it. */
function useSpace(viewport: RefObject<HTMLElement | null>): RefObject<boolean> {
  const isSpace = useRef(false)
  useEffect(() => {
    const target = viewport.current
    if (!target) return
    const ending = new AbortController()
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== ' ' || isUsingSpace(event.target)) return
      isSpace.current = event.type === 'keydown'
      event.preventDefault()
    }
    const before = { signal: ending.signal, capture: true }
    target.addEventListener('keydown', onKey, before)
    target.addEventListener('keyup', onKey, before)
    // A window that loses the focus gets no keyup event.
    const forget = () => {
      isSpace.current = false
    }
    window.addEventListener('blur', forget, { signal: ending.signal })
    return () => ending.abort()
  }, [viewport])
  return isSpace
}

/** A handle of a tool may be a button for the keyboard, but does nothing when Space presses it. */
function isUsingSpace(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('button:not([data-handle]), input, textarea, [role="slider"]')
}

function toInit({ pointerId, pointerType, isPrimary, clientX, clientY }: PointerEvent): PointerEventInit {
  return { pointerId, pointerType, isPrimary, clientX, clientY, button: 0, buttons: 1, bubbles: true }
}
