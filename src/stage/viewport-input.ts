import { type PointerEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Box, Point } from './zoom-matrix.ts'

type Element = RefObject<HTMLElement | null>

/** Where an event was, in the viewport's own pixels. */
export function pointIn(viewport: Element, event: { clientX: number; clientY: number }): Point {
  const { left = 0, top = 0 } = viewport.current?.getBoundingClientRect() ?? {}
  return { x: event.clientX - left, y: event.clientY - top }
}

/** The element's inner size, as long as it is not hidden; `undefined` until it is known. */
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

/** React listens for the wheel passively, and then the browser zooms the whole page. */
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

type Two = readonly [Point, Point]

/** Handlers for the viewport: one pointer drags, two pinch. Controls that lie on it keep theirs. */
export function usePointers(
  viewport: Element,
  onDrag: (dx: number, dy: number) => void,
  onPinch: (before: Two, after: Two) => void,
) {
  const down = useRef(new Map<number, Point>())
  const lift = (event: PointerEvent) => {
    down.current.delete(event.pointerId)
  }
  return {
    onPointerDown(event: PointerEvent) {
      const isControl = event.target instanceof HTMLElement && event.target.closest('button, [role="slider"]')
      if (event.button !== 0 || isControl) return
      event.currentTarget.setPointerCapture(event.pointerId)
      down.current.set(event.pointerId, pointIn(viewport, event))
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
    onPointerUp: lift,
    onPointerCancel: lift,
  }
}
