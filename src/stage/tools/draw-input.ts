import { type RefObject, useEffect, useEffectEvent } from 'react'
import type { Point } from '#domain/edit.ts'
import { type Placement, toPicture } from '../zoom-matrix.ts'
import { eraserButton, useDrawPointers } from './use-draw-pointers.ts'

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
  /** The eraser at the end of a pen draws as with Alt. */
  hasEraser?: boolean
}

/** Step of an arrow key, in pixels of the screen. */
const arrowPx = 8

/** Drawing over the image by one pointer or by keys. Which pointer draws is decided by `useDrawPointers`. */
export function useDrawInput({ viewport, placement, send, hover, onDelete, hasEraser = false }: DrawInput): void {
  useDrawKeys({ viewport, placement, send, onDelete })
  const place = (event: MouseEvent): Point => {
    const { left = 0, top = 0 } = viewport.current?.getBoundingClientRect() ?? {}
    const { x, y } = toPicture(placement ?? { x: 0, y: 0, scale: 1 }, {
      x: event.clientX - left,
      y: event.clientY - top,
    })
    return [x, y]
  }
  const press = (event: PointerEvent) => {
    const mark = markUnder(event.target)
    const holder = mark ?? viewport.current
    holder?.focus({ preventScroll: true })
    const isAlt = event.altKey || event.button === eraserButton
    send({ kind: 'press', at: place(event), isAlt, pressure: pressureOf(event), on: mark?.dataset.mark })
  }
  const draw = (event: PointerEvent) => {
    const coalesced = event.getCoalescedEvents?.() ?? []
    const all = coalesced.length > 0 ? coalesced : [event]
    if (event.pointerType !== 'pen') return send({ kind: 'move', to: all.map(place) })
    // The pressure differs from one position to the next.
    for (const each of all) send({ kind: 'move', to: [place(each)], pressure: pressureOf(each) })
  }
  useDrawPointers({
    viewport,
    draws: ({ target }) => (isControl(target) ? undefined : true),
    press,
    draw,
    release: () => send({ kind: 'release' }),
    cancel: () => send({ kind: 'cancel' }),
    hover: (event) => hover(event && at(viewport.current, event)),
    hasEraser,
  })
  useEffect(() => {
    const target = viewport.current
    if (!target) return
    const ending = new AbortController()
    target.addEventListener('mousedown', keepFocus, { signal: ending.signal, capture: true })
    return () => ending.abort()
  }, [viewport])
}

/** The arrows move the keyboard's cursor. */
function useDrawKeys({ viewport, placement, send, onDelete }: Omit<DrawInput, 'hover' | 'hasEraser'>): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.target !== viewport.current) return
    if (onDelete && deletes.includes(event.key)) {
      stop(event)
      event.preventDefault()
      return onDelete()
    }
    const arrow = arrows[event.key]
    if (!arrow) return
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
    return () => ending.abort()
  }, [viewport])
}

const deletes: readonly string[] = ['Delete', 'Backspace']

/** Direction of each arrow key. */
export const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** Whether it is a control on the image, which gets its events itself. */
export function isControl(target: EventTarget | null): boolean {
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

/** The focus was set when the pointer was pressed. After a tap, a late mouse event would move it to a mark under the finger. */
function keepFocus(event: MouseEvent): void {
  if (!isControl(event.target)) event.preventDefault()
}

function stop(event: Event): void {
  event.stopPropagation()
}
