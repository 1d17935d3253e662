import { type PointerEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Box, Point } from './zoom-matrix.ts'

type Element = RefObject<HTMLElement | null>

/** The position of an event, in the viewport's own pixels. */
export function pointIn(viewport: Element, event: { clientX: number; clientY: number }): Point {
  const { left = 0, top = 0 } = viewport.current?.getBoundingClientRect() ?? {}
  return { x: event.clientX - left, y: event.clientY - top }
}

/** The element's inner size while it is not hidden; `undefined` until it is known. */
export function useSize(element: Element): Box | undefined {
  const [size, setSize] = useState<Box>()
  useLayoutEffect(() => {
    const target = element.current
    if (!target) return
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = target
      if (width > 0 && height > 0) setSize({ width, height })
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(target)
    return () => observer.disconnect()
  }, [element])
  return size
}

/** React listens for the wheel passively, so the browser would zoom the whole page. */
export function useWheel(element: Element, onWheel: (event: WheelEvent, at: Point) => void): void {
  const handle = useRef(onWheel)
  useLayoutEffect(() => {
    handle.current = onWheel
  })
  useEffect(() => {
    const target = element.current
    if (!target) return
    const listen = (event: WheelEvent) => {
      event.preventDefault()
      handle.current(event, pointIn(element, event))
    }
    target.addEventListener('wheel', listen, { passive: false })
    return () => target.removeEventListener('wheel', listen)
  }, [element])
}

/** Safari's events for two fingers on a trackpad; other browsers send a wheel event with Ctrl. */
interface GestureEvent extends UIEvent {
  /** 1 at the start of the gesture. */
  scale: number
  clientX: number
  clientY: number
}

/** `onZoom` gets the factor since the last call. Without this Safari zooms the whole page. */
export function useGestures(element: Element, onZoom: (factor: number, at: Point) => void): void {
  const handle = useRef(onZoom)
  useLayoutEffect(() => {
    handle.current = onZoom
  })
  useEffect(() => {
    const target = element.current
    if (!target) return
    let last = 1
    const listen = (event: Event) => {
      event.preventDefault()
      const { scale, clientX, clientY } = event as GestureEvent
      if (event.type === 'gesturechange' && scale > 0) {
        handle.current(scale / last, pointIn(element, { clientX, clientY }))
      }
      last = event.type === 'gesturechange' && scale > 0 ? scale : 1
    }
    const kinds = ['gesturestart', 'gesturechange', 'gestureend']
    for (const kind of kinds) target.addEventListener(kind, listen, { passive: false })
    return () => {
      for (const kind of kinds) target.removeEventListener(kind, listen)
    }
  }, [element])
}

type Two = readonly [Point, Point]

export type Swipe = 'left' | 'right' | 'down'

const leastSwipePx = 56

interface PointerActs {
  onDrag: (dx: number, dy: number) => void
  onPinch: (before: Two, after: Two) => void
  /** One finger moved fast and straight, then left. */
  onSwipe: (direction: Swipe) => void
}

/** Handlers for the viewport: one pointer drags, two pinch. Controls on it keep their own events. */
export function usePointers(viewport: Element, { onDrag, onPinch, onSwipe }: PointerActs) {
  const down = useRef(new Map<number, Point>())
  /** Where a single finger started. */
  const start = useRef<Point>(undefined)
  const lift = (event: PointerEvent) => {
    down.current.delete(event.pointerId)
  }
  const handlers = {
    onPointerDown(event: PointerEvent) {
      const isControl = event.target instanceof HTMLElement && event.target.closest('button, [role="slider"]')
      if (event.button !== 0 || isControl) return
      event.currentTarget.setPointerCapture(event.pointerId)
      down.current.set(event.pointerId, pointIn(viewport, event))
      start.current = event.pointerType === 'touch' && down.current.size === 1 ? pointIn(viewport, event) : undefined
    },
    onPointerMove(event: PointerEvent) {
      const was = down.current.get(event.pointerId)
      if (!was) return
      const is = pointIn(viewport, event)
      const other = [...down.current].find(([id]) => id !== event.pointerId)?.[1]
      down.current.set(event.pointerId, is)
      if (other) onPinch([was, other], [is, other])
      else onDrag(is.x - was.x, is.y - was.y)
    },
    onPointerUp(event: PointerEvent) {
      const swipe = start.current && swipeOf(start.current, pointIn(viewport, event))
      if (swipe && down.current.has(event.pointerId)) onSwipe(swipe)
      start.current = undefined
      lift(event)
    },
    onPointerCancel: lift,
    onLostPointerCapture(event: PointerEvent) {
      // An element inside that passes its capture on to the viewport does not end the press.
      if (event.target === event.currentTarget) lift(event)
    },
  }
  return { handlers, areDown: () => down.current.size > 0 }
}

function swipeOf(from: Point, to: Point): Swipe | undefined {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  if (Math.abs(dx) >= leastSwipePx && Math.abs(dx) > 2 * Math.abs(dy)) return dx < 0 ? 'left' : 'right'
  return dy >= leastSwipePx && dy > 2 * Math.abs(dx) ? 'down' : undefined
}
