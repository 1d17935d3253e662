import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { closeAct } from '#acts/app-acts.ts'
import { drawArea, setRim } from '#acts/area-commands.ts'
import { cutAct, largerBrushAct, smallerBrushAct, stampAct } from '#acts/tool-acts.ts'
import { useActKey } from '#acts/use-act-key.ts'
import { type EditDocument, emptyDocument } from '#domain/edit.ts'
import type { Picture } from '#domain/picture.ts'
import { useStore } from '#store/queries.ts'
import { useEditOf, useWorkspace } from '#workspace/workspace.ts'
import type { Zoom } from '../use-zoom.ts'
import { useSize } from '../viewport-input.ts'
import type { Placement } from '../zoom-matrix.ts'
import { paintArea, paintPointer, paintStroke } from './area-canvas.ts'
import { AreaOptions } from './area-options.tsx'
import { type AreaEvent, type AreaTool, startAreaTool, stepAreaTool } from './area-tool.ts'
import { useDrawInput } from './draw-input.ts'

interface AreaProps {
  picture: Picture
  zoom: Zoom
}

/** The area tool: its options bar, and what it draws over the image in the viewport. */
export function Area({ picture, zoom }: AreaProps) {
  const store = useStore()
  const base = useEditOf(picture.id)
  const document = base?.document ?? emptyDocument(picture.id)
  const [tool, setTool] = useState(() => startAreaTool(picture))
  const now = useRef(tool)
  const layer = useRef<AreaLayerHandle>(undefined)
  const leave = () => useWorkspace.getState().takeTool(undefined)

  const send = useCallback(
    (event: AreaEvent) => {
      const [next, commands] = stepAreaTool(now.current, event, picture)
      const before = now.current
      now.current = next
      layer.current?.show(before, next)
      // While a stroke grows, only the canvas is updated.
      if (event.kind !== 'move') setTool(next)
      for (const { steps } of commands) drawArea(store, picture.id, steps)
    },
    [picture, store],
  )
  const isDrawing = () => now.current.stroke !== undefined || now.current.cursor !== undefined
  useActKey(closeAct, () => (isDrawing() ? send({ kind: 'cancel' }) : leave()))
  useActKey(stampAct, () => (now.current.cursor ? send({ kind: 'stamp', isAlt: false }) : leave()))
  useActKey(cutAct, () => send({ kind: 'stamp', isAlt: true }))
  useActKey(smallerBrushAct, () => send({ kind: 'grow', by: -1 }))
  useActKey(largerBrushAct, () => send({ kind: 'grow', by: 1 }))
  return (
    <>
      <AreaOptions
        picture={picture}
        document={document}
        way={base?.way}
        tool={tool}
        send={send}
        onRim={(rim) => setRim(store, document, rim)}
        onLeave={leave}
      />
      {zoom.viewport.current &&
        createPortal(
          <AreaLayer ref={layer} picture={picture} document={document} zoom={zoom} tool={now} send={send} />,
          zoom.viewport.current,
        )}
    </>
  )
}

interface AreaLayerHandle {
  show(before: AreaTool, after: AreaTool): void
}

interface AreaLayerProps extends AreaProps {
  ref: RefObject<AreaLayerHandle | undefined>
  document: EditDocument
  tool: RefObject<AreaTool>
  send(event: AreaEvent): void
}

/** Two canvases over the image: one for what stays, one for the pointer. They take no events. */
function AreaLayer({ ref, picture, document, zoom, tool, send }: AreaLayerProps) {
  const { viewport, placement } = zoom
  const area = useRef<HTMLCanvasElement>(null)
  const above = useRef<HTMLCanvasElement>(null)
  const pointer = useRef<readonly [number, number]>(undefined)
  const size = useSize(viewport)
  const paint = useCallback(() => {
    if (area.current && placement) paintArea(area.current, document.area, document.rim, placement, picture)
  }, [document.area, document.rim, placement, picture])
  const outline = useCallback(() => {
    if (above.current && placement) paintPointer(above.current, tool.current, pointer.current, placement)
  }, [placement, tool])
  const width = Math.round(size?.width ?? 0)
  const height = Math.round(size?.height ?? 0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: a canvas of another size is empty
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      paint()
      outline()
    })
    return () => cancelAnimationFrame(frame)
  }, [paint, outline, width, height])

  useLayoutEffect(() => {
    ref.current = {
      show(before, after) {
        outline()
        if (before.stroke && !after.stroke) return paint()
        if (after.stroke && area.current && placement) showStroke(area.current, before, after, placement)
      },
    }
    return () => {
      ref.current = undefined
    }
  }, [ref, outline, paint, placement])
  const hover = useCallback(
    (at: readonly [number, number] | undefined) => {
      pointer.current = at
      outline()
    },
    [outline],
  )
  useDrawInput({ viewport, placement, send, hover })
  const look = 'pointer-events-none absolute inset-0 text-accent'
  return (
    <>
      <canvas ref={area} width={width} height={height} aria-hidden className={look} />
      <canvas ref={above} width={width} height={height} aria-hidden className={look} />
    </>
  )
}

function showStroke(
  canvas: HTMLCanvasElement,
  { stroke: before }: AreaTool,
  { stroke }: AreaTool,
  placement: Placement,
) {
  if (!stroke) return
  const count = (points: readonly number[] | undefined) => (points?.length ?? 0) / 2
  const isSamePart = before?.parts.length === stroke.parts.length
  const added = count(stroke.parts.at(-1)?.points) - (isSamePart ? count(before?.parts.at(-1)?.points) : 0)
  if (added > 0) paintStroke(canvas, stroke, added, placement)
}
