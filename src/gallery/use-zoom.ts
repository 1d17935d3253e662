import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import {
  type Box,
  isSamePlacement,
  type Placement,
  type Point,
  panBy,
  percentOf,
  pinch,
  placeFit,
  zoomTo,
} from './zoom-matrix.ts'

export interface Zoom {
  viewport: RefObject<HTMLDivElement | null>
  /** `undefined` until the viewport has a size. */
  placement: Placement | undefined
  /** Screen pixels per picture pixel; 0 until known. */
  percent: number
  isFit: boolean
  zoomIn(): void
  zoomOut(): void
  fit(): void
  /** One picture pixel on one screen pixel. */
  full(): void
  /** For the viewport: drag and pinch, double click, arrows. */
  handlers: {
    onPointerDown(event: PointerEvent): void
    onPointerMove(event: PointerEvent): void
    onPointerUp(event: PointerEvent): void
    onPointerCancel(event: PointerEvent): void
    onDoubleClick(event: MouseEvent): void
    onKeyDown(event: KeyboardEvent): void
  }
}

const stepFactor = 1.4
const arrowPx = 64

/** Zoom and pan of a picture in a viewport. It starts fitted; pictures of one size share the view, so that they compare. */
export function useZoom(picture: Box): Zoom {
  const viewport = useRef<HTMLDivElement>(null)
  const size = useSize(viewport)
  const ratio = window.devicePixelRatio || 1
  const box = `${picture.width} ${picture.height}`
  const [own, setOwn] = useState<{ box: string; placement: Placement }>()
  const chosen = own?.box === box ? own.placement : undefined
  // Panning by nothing settles what was chosen into a viewport that has changed since.
  const placement = size && (chosen ? panBy(chosen, 0, 0, picture, size) : placeFit(picture, size))

  const change = (next: (from: Placement, size: Box) => Placement) => {
    if (!size) return
    setOwn((before) => {
      const from = before?.box === box ? before.placement : placeFit(picture, size)
      const to = next(from, size)
      return isSamePlacement(from, to) ? before : { box, placement: to }
    })
  }
  const zoom = (scale: (from: number) => number, at?: Point) =>
    change((from, room) => zoomTo(from, scale(from.scale), picture, room, ratio, at ?? middleOf(room)))
  const pan = (dx: number, dy: number) => change((from, room) => panBy(from, dx, dy, picture, room))
  const showAll = () => setOwn(undefined)
  const full = (at?: Point) => zoom(() => 1 / ratio, at)

  useWheel(viewport, (event, at) => {
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1
    if (!event.ctrlKey && !event.metaKey) return pan(-event.deltaX * lines, -event.deltaY * lines)
    const turn = Math.max(-30, Math.min(30, event.deltaY * lines))
    zoom((scale) => scale * Math.exp(-turn * 0.01), at)
  })
  const pointers = usePointers(viewport, pan, (before, after) =>
    change((from, room) => pinch(from, before, after, picture, room, ratio)),
  )
  const isFit = chosen === undefined

  return {
    viewport,
    placement,
    percent: placement ? percentOf(placement, ratio) : 0,
    isFit,
    zoomIn: () => zoom((scale) => scale * stepFactor),
    zoomOut: () => zoom((scale) => scale / stepFactor),
    fit: showAll,
    full: () => full(),
    handlers: {
      ...pointers,
      onDoubleClick: (event) => (isFit ? full(pointIn(viewport, event)) : showAll()),
      onKeyDown(event) {
        const step = arrowSteps[event.key]
        if (!step || event.target !== viewport.current) return
        event.preventDefault()
        pan(step[0] * arrowPx, step[1] * arrowPx)
      },
    },
  }
}

/** The arrow says where to look, so the picture goes the other way. */
const arrowSteps: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
}

function middleOf({ width, height }: Box): Point {
  return { x: width / 2, y: height / 2 }
}

function pointIn(viewport: RefObject<HTMLElement | null>, event: { clientX: number; clientY: number }): Point {
  const { left = 0, top = 0 } = viewport.current?.getBoundingClientRect() ?? {}
  return { x: event.clientX - left, y: event.clientY - top }
}

function useSize(element: RefObject<HTMLElement | null>): Box | undefined {
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
function useWheel(element: RefObject<HTMLElement | null>, onWheel: (event: WheelEvent, at: Point) => void): void {
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

/** One pointer drags, two pinch. */
function usePointers(
  viewport: RefObject<HTMLElement | null>,
  onDrag: (dx: number, dy: number) => void,
  onPinch: (before: Two, after: Two) => void,
) {
  const down = useRef(new Map<number, Point>())
  const lift = (event: PointerEvent) => {
    down.current.delete(event.pointerId)
  }
  return {
    onPointerDown(event: PointerEvent) {
      const isControl = event.target instanceof Element && event.target.closest('button, [role="slider"]')
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
