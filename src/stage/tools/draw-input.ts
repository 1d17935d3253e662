import { type RefObject, useEffect, useEffectEvent, useRef } from 'react'
import type { Point } from '#domain/edit.ts'
import { type Placement, toPicture } from '../zoom-matrix.ts'

/** Pointer and keyboard input over the image, in pixels of the image. */
export type DrawEvent =
  /** `pressure`: 0–1, for pens only. `on`: id of the pressed mark. */
  | { kind: 'press'; at: Point; isAlt: boolean; pressure?: number | undefined; on?: string | undefined }
  /** All positions since the last event, oldest first. */
  | { kind: 'move'; to: readonly Point[]; pressure?: number | undefined }
  | { kind: 'release' }
  | { kind: 'cancel' }
  /** An arrow key; `isResize`: with Shift. */
  | { kind: 'arrow'; dx: number; dy: number; isResize: boolean }

interface DrawInput {
  viewport: RefObject<HTMLElement | null>
  placement: Placement | undefined
  send(event: DrawEvent): void
  /** Position of the pointer in pixels of the viewport; `undefined` when it has left. */
  hover(at: readonly [number, number] | undefined): void
  /** Handles the delete key while the focus is in the viewport; left out, the key is not handled. */
  onDelete?: (() => void) | undefined
}

/** Step of an arrow key, in pixels of the screen. */
const arrowPx = 8

/**
 * One pointer draws. Two fingers, and any pointer while Space is held, move the view: those events are left to the
 * viewport. Listens on the viewport before its own handlers and stops the events it uses.
 */
export function useDrawInput({ viewport, placement, send, hover, onDelete }: DrawInput): void {
  const drawing = useRef<{ id: number; start: PointerEvent }>(undefined)
  const passing = useRef(new Set<number>())
  const isSpace = useDrawKeys({ viewport, placement, send, onDelete })

  const place = (event: MouseEvent): Point => {
    const { left = 0, top = 0 } = viewport.current?.getBoundingClientRect() ?? {}
    const { x, y } = toPicture(placement ?? { x: 0, y: 0, scale: 1 }, {
      x: event.clientX - left,
      y: event.clientY - top,
    })
    return [x, y]
  }
  const onDown = useEffectEvent((event: PointerEvent) => {
    if (event.button !== 0 || isControl(event.target) || passing.current.has(event.pointerId)) return
    if (isSpace.current || passing.current.size > 0) {
      passing.current.add(event.pointerId)
      return
    }
    if (drawing.current) {
      if (event.pointerType !== 'touch') return stop(event)
      passOn(event)
      return
    }
    stop(event)
    drawing.current = { id: event.pointerId, start: event }
    viewport.current?.setPointerCapture(event.pointerId)
    const mark = markUnder(event.target)
    const holder = mark ?? viewport.current
    holder?.focus({ preventScroll: true })
    const on = mark?.dataset.mark
    send({ kind: 'press', at: place(event), isAlt: event.altKey, pressure: pressureOf(event), on })
  })
  /** With a second finger, the stroke of the first is dropped, and both move the view. */
  const passOn = (second: PointerEvent) => {
    const first = drawing.current
    drawing.current = undefined
    send({ kind: 'cancel' })
    if (!first) return
    passing.current.add(first.id).add(second.pointerId)
    first.start.target?.dispatchEvent(new PointerEvent('pointerdown', { ...toInit(first.start), bubbles: true }))
  }
  const onMove = useEffectEvent((event: PointerEvent) => {
    hover(at(viewport.current, event))
    if (passing.current.has(event.pointerId)) return
    if (drawing.current?.id === event.pointerId) {
      const all = event.getCoalescedEvents?.() ?? []
      const to = (all.length > 0 ? all : [event]).map(place)
      send({ kind: 'move', to, pressure: pressureOf(event) })
    }
    if (event.buttons !== 0) stop(event)
  })
  const onUp = useEffectEvent((event: PointerEvent) => {
    if (passing.current.delete(event.pointerId) || drawing.current?.id !== event.pointerId) return
    drawing.current = undefined
    stop(event)
    send({ kind: event.type === 'pointerup' ? 'release' : 'cancel' })
  })
  useEffect(() => {
    const target = viewport.current
    if (!target) return
    const ending = new AbortController()
    const before = { signal: ending.signal, capture: true }
    target.addEventListener('pointerdown', (event) => onDown(event), before)
    target.addEventListener('pointermove', (event) => onMove(event), before)
    target.addEventListener('pointerup', (event) => onUp(event), before)
    target.addEventListener('pointercancel', (event) => onUp(event), before)
    target.addEventListener('pointerleave', () => hover(undefined), before)
    target.addEventListener('dblclick', stop, before)
    target.addEventListener('mousedown', keepFocus, before)
    return () => ending.abort()
  }, [viewport, hover])
}

/** The arrows move the keyboard's cursor. Gives whether Space is held. */
function useDrawKeys({ viewport, placement, send, onDelete }: Omit<DrawInput, 'hover'>): RefObject<boolean> {
  const isSpace = useRef(false)
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.target !== viewport.current) return
    if (event.key === ' ') {
      isSpace.current = event.type === 'keydown'
      event.preventDefault()
      return
    }
    if (onDelete && event.type === 'keydown' && deletes.includes(event.key)) {
      stop(event)
      event.preventDefault()
      return onDelete()
    }
    const arrow = arrows[event.key]
    if (event.type !== 'keydown' || !arrow) return
    stop(event)
    event.preventDefault()
    const by = arrowPx / (placement?.scale ?? 1)
    send({ kind: 'arrow', dx: arrow[0] * by, dy: arrow[1] * by, isResize: event.shiftKey })
  })
  useEffect(() => {
    const target = viewport.current
    if (!target) return
    const ending = new AbortController()
    const before = { signal: ending.signal, capture: true }
    target.addEventListener('keydown', (event) => onKey(event), before)
    target.addEventListener('keyup', (event) => onKey(event), before)
    return () => ending.abort()
  }, [viewport])
  return isSpace
}

const deletes: readonly string[] = ['Delete', 'Backspace']

/** Direction of each arrow key. */
export const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, input, [role="slider"]') !== null
}

function markUnder(target: EventTarget | null): SVGElement | undefined {
  return (target instanceof Element && target.closest<SVGElement>('[data-mark]')) || undefined
}

function pressureOf({ pointerType, pressure }: PointerEvent): number | undefined {
  return pointerType === 'pen' && pressure > 0 ? pressure : undefined
}

function at(viewport: HTMLElement | null, { clientX, clientY }: MouseEvent): readonly [number, number] {
  const { left = 0, top = 0 } = viewport?.getBoundingClientRect() ?? {}
  return [clientX - left, clientY - top]
}

function toInit({ pointerId, pointerType, isPrimary, clientX, clientY }: PointerEvent): PointerEventInit {
  return { pointerId, pointerType, isPrimary, clientX, clientY, button: 0, buttons: 1 }
}

/** The focus was set when the pointer was pressed. After a tap, a late mouse event would move it to a mark under the finger. */
function keepFocus(event: MouseEvent): void {
  if (!isControl(event.target)) event.preventDefault()
}

function stop(event: Event): void {
  event.stopPropagation()
}
