import { type CSSProperties, type KeyboardEvent, type PointerEvent, useId, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { closeAct } from '#acts/app-acts.ts'
import { useActKey } from '#acts/use-act-key.ts'
import type { Affine, Box } from '#domain/edit.ts'
import type { Picture } from '#domain/picture.ts'
import { usePicture } from '#store/queries.ts'
import { useOriginal } from '#store/stage-queries.ts'
import { Button } from '#ui/button.tsx'
import {
  leastScale,
  mostScale,
  moved,
  notMoved,
  type Placing,
  placedBox,
  placedMap,
  scaled,
} from './tools/place-tool.ts'
import type { Zoom } from './use-zoom.ts'
import { useSize } from './viewport-input.ts'
import { type Placement, placeFit } from './zoom-matrix.ts'

interface PlaceByHandProps {
  answer: Picture
  /** What was sent, in pixels of the source. */
  rect: Box
  zoom: Zoom
  isBusy: boolean
  onPlace(map: Affine): void
  onCancel(): void
}

/**
 * The answer, half transparent, over its source: dragged, moved by arrow keys, and scaled until it fits. Enter lays it in,
 * Escape cancels.
 */
export function PlaceByHand({ answer, rect, zoom, isBusy, onPlace, onCancel }: PlaceByHandProps) {
  const [placing, setPlacing] = useState(notMoved)
  const source = usePicture(answer.parents[0])
  const size = useSize(zoom.viewport)
  const id = useId()
  useActKey(closeAct, onCancel)
  const place = () => {
    if (!isBusy && source) onPlace(placedMap(placing, rect, answer))
  }
  const fill = { '--fill': `${((placing.scale - leastScale) / (mostScale - leastScale)) * 100}%` } as CSSProperties
  return (
    <>
      <p className="min-w-0 flex-1 basis-56 text-soft text-xs">
        Drag the answer until it fits your image. Arrows move it by one pixel, with Shift by ten; Enter lays it in.
      </p>
      <span className="flex items-center gap-1.5 text-soft text-xs">
        <label htmlFor={id}>Size</label>
        <input
          id={id}
          type="range"
          min={leastScale}
          max={mostScale}
          step={0.002}
          value={placing.scale}
          onChange={(event) => setPlacing(scaled(placing, event.currentTarget.valueAsNumber))}
          className="slider w-28"
          style={fill}
        />
        <span aria-hidden className="w-12 tabular-nums">{`${(placing.scale * 100).toFixed(1)}%`}</span>
      </span>
      <span className="flex gap-1">
        <Button disabled={isBusy || !source} onClick={place}>
          {isBusy ? 'Laying in…' : 'Lay in'}
        </Button>
        <Button variant="quiet" onClick={onCancel}>
          Cancel
        </Button>
      </span>
      {source &&
        size &&
        zoom.viewport.current &&
        createPortal(
          <Layer
            answer={answer}
            source={source}
            box={placedBox(placing, rect, answer)}
            placement={placeFit(source, size)}
            onMove={(dx, dy) => setPlacing((before: Placing) => moved(before, dx, dy))}
            onEnter={place}
          />,
          zoom.viewport.current,
        )}
    </>
  )
}

interface LayerProps {
  answer: Picture
  source: Picture
  /** The position of the answer, in pixels of the source. */
  box: Box
  placement: Placement
  onMove(dx: number, dy: number): void
  onEnter(): void
}

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

function Layer({ answer, source, box, placement, onMove, onEnter }: LayerProps) {
  const below = useOriginal(source.id).url
  const above = useOriginal(answer.id).url
  /** The pointer that drags; further fingers are ignored. */
  const from = useRef<{ id: number; x: number; y: number }>(undefined)
  const { x, y, scale } = placement
  const at = ([left, top, width, height]: Box) => ({
    left: x + left * scale,
    top: y + top * scale,
    width: width * scale,
    height: height * scale,
  })
  const onPress = (event: PointerEvent) => {
    event.stopPropagation()
    if (event.button !== 0 || from.current) return
    event.currentTarget.setPointerCapture(event.pointerId)
    from.current = { id: event.pointerId, x: event.clientX, y: event.clientY }
  }
  const onDrag = (event: PointerEvent) => {
    const { id, x: lastX, y: lastY } = from.current ?? { id: undefined, x: 0, y: 0 }
    if (event.pointerId !== id) return
    event.stopPropagation()
    onMove((event.clientX - lastX) / scale, (event.clientY - lastY) / scale)
    from.current = { id, x: event.clientX, y: event.clientY }
  }
  const onDrop = (event: PointerEvent) => {
    event.stopPropagation()
    if (from.current?.id === event.pointerId) from.current = undefined
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = arrows[event.key]
    if (!arrow && event.key !== 'Enter') return
    event.preventDefault()
    event.stopPropagation()
    if (!arrow) return event.repeat ? undefined : onEnter()
    const by = event.shiftKey ? 10 : 1
    onMove(arrow[0] * by, arrow[1] * by)
  }
  return (
    <div className="absolute inset-0 overflow-hidden bg-ground">
      {below && (
        <img
          src={below}
          alt=""
          draggable={false}
          className="absolute"
          style={at([0, 0, source.width, source.height])}
        />
      )}
      <button
        type="button"
        aria-label="The answer over your image"
        onPointerDown={onPress}
        onPointerMove={onDrag}
        onPointerUp={onDrop}
        onPointerCancel={onDrop}
        onLostPointerCapture={onDrop}
        onKeyDown={onKeyDown}
        onDoubleClick={(event) => event.stopPropagation()}
        className="absolute cursor-move touch-none border border-accent"
        style={at(box)}
      >
        {above && <img src={above} alt="" draggable={false} className="pointer-events-none size-full opacity-50" />}
      </button>
    </div>
  )
}
