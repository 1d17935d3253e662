import { type KeyboardEvent, type MouseEvent, type PointerEvent, type RefObject, useRef, useState } from 'react'
import { pointIn, type Swipe, useGestures, usePointers, useSize, useWheel } from './viewport-input.ts'
import {
  type Box,
  isSamePlacement,
  type Part,
  type Placement,
  type Point,
  panBy,
  percentOf,
  pinch,
  placeFit,
  placePart,
  type Space,
  zoomTo,
} from './zoom-matrix.ts'

export interface Zoom {
  viewport: RefObject<HTMLDivElement | null>
  /** `undefined` until the viewport has a size. */
  placement: Placement | undefined
  /** Screen pixels per image pixel; 0 until known. */
  percent: number
  isFit: boolean
  zoomIn(): void
  zoomOut(): void
  fit(): void
  /** One image pixel per screen pixel. */
  full(): void
  /** Brings a part of the image, in its pixels, to the middle, enlarged so that it can be judged. */
  lookAt(part: Part): void
  /** For the viewport: drag and pinch, double click, arrow keys. */
  handlers: {
    onPointerDown(event: PointerEvent): void
    onPointerMove(event: PointerEvent): void
    onPointerUp(event: PointerEvent): void
    onPointerCancel(event: PointerEvent): void
    onLostPointerCapture(event: PointerEvent): void
    onDoubleClick(event: MouseEvent): void
    onKeyDown(event: KeyboardEvent): void
  }
}

const stepFactor = 1.4
const arrowPx = 64
const lineOfWheelPx = 16
/** A wheel turns in large steps, a trackpad in many small ones: both are limited. */
const mostTurn = 30

interface ZoomOptions {
  /** The number of equal panes, side by side, in the viewport. All show the same part of the image. */
  panes?: number
  /** Shown with the image while it is fitted. */
  space?: Space | undefined
  /** A changed value fits the image again. */
  wholeRequests?: number
  /** The user changed the view. */
  onTouch?: () => void
  /** A finger swiped over an image that is shown whole. */
  onSwipe?: (direction: Swipe) => void
}

/** Zoom and pan of an image in a viewport. It starts fitted; images of one size share the view, for comparing. */
export function useZoom(picture: Box, options: ZoomOptions = {}): Zoom {
  const { onTouch, onSwipe } = options
  const viewport = useRef<HTMLDivElement>(null)
  const ratio = window.devicePixelRatio || 1
  const { placement, isFit, paneWidth, change, showAll } = usePlacement(picture, viewport, options)
  const touched = (next: (from: Placement, room: Box) => Placement) => {
    onTouch?.()
    change(next)
  }
  /** A point of the viewport relative to the pane that contains it. */
  const inPane = (point: Point, from = point): Point => ({
    x: paneWidth > 0 ? point.x - Math.floor(from.x / paneWidth) * paneWidth : point.x,
    y: point.y,
  })
  const zoom = (scale: (from: number) => number, at?: Point) =>
    touched((from, room) => zoomTo(from, scale(from.scale), picture, room, ratio, at ? inPane(at) : middleOf(room)))
  const pan = (dx: number, dy: number) => change((from, room) => panBy(from, dx, dy, picture, room))
  const full = (at?: Point) => zoom(() => 1 / ratio, at)

  useWheel(viewport, (event, at) => {
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? lineOfWheelPx : 1
    if (!event.ctrlKey && !event.metaKey) return pan(-event.deltaX * lines, -event.deltaY * lines)
    const turn = Math.max(-mostTurn, Math.min(mostTurn, event.deltaY * lines))
    zoom((scale) => scale * Math.exp(-turn / 100), at)
  })
  const { handlers: pointers, areDown } = usePointers(viewport, {
    onDrag: pan,
    onPinch: ([one, other], after) =>
      touched((from, room) => {
        const paned = (points: readonly [Point, Point]) => [inPane(points[0], one), inPane(points[1], one)] as const
        return pinch(from, paned([one, other]), paned(after), picture, room, ratio)
      }),
    onSwipe: (direction) => isFit && onSwipe?.(direction),
  })
  // Fingers on a touch screen pinch by pointer events already.
  useGestures(viewport, (factor, at) => !areDown() && zoom((scale) => scale * factor, at))
  return {
    viewport,
    placement,
    percent: placement ? percentOf(placement, ratio) : 0,
    isFit,
    zoomIn: () => zoom((scale) => scale * stepFactor),
    zoomOut: () => zoom((scale) => scale / stepFactor),
    fit: showAll,
    full: () => full(),
    lookAt: (part) => touched((_from, room) => placePart(part, picture, room, ratio)),
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

/** Where the image is drawn: fitted until the user changed the view for images of its size. */
function usePlacement(
  picture: Box,
  viewport: RefObject<HTMLElement | null>,
  { panes = 1, space, wholeRequests = 0 }: ZoomOptions,
) {
  const whole = useSize(viewport)
  const size = whole && { width: whole.width / panes, height: whole.height }
  const box = `${picture.width} ${picture.height}`
  const [own, setOwn] = useState<{ box: string; placement: Placement }>()
  const [met, setMet] = useState(wholeRequests)
  if (met !== wholeRequests) {
    setMet(wholeRequests)
    setOwn(undefined)
  }
  const chosen = own?.box === box && met === wholeRequests ? own.placement : undefined
  return {
    // Panning by zero adjusts the chosen view to a viewport that has changed.
    placement: size && (chosen ? panBy(chosen, 0, 0, picture, size) : placeFit(picture, size, space)),
    isFit: chosen === undefined,
    paneWidth: size?.width ?? 0,
    showAll: () => setOwn(undefined),
    change(next: (from: Placement, size: Box) => Placement) {
      if (!size) return
      setOwn((before) => {
        const from = before?.box === box ? before.placement : placeFit(picture, size, space)
        const to = next(from, size)
        return isSamePlacement(from, to) ? before : { box, placement: to }
      })
    },
  }
}

/** The arrow gives the direction to look, so the image moves the other way. */
const arrowSteps: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
}

function middleOf({ width, height }: Box): Point {
  return { x: width / 2, y: height / 2 }
}
