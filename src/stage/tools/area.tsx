import { useCallback, useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { closeAct } from '#acts/app-acts.ts'
import { clearArea, drawArea, invertArea, setRim } from '#acts/area-commands.ts'
import { measureArea } from '#acts/area-edit.ts'
import { cutAct, largerBrushAct, smallerBrushAct, stampAct } from '#acts/tool-acts.ts'
import { useActKey } from '#acts/use-act-key.ts'
import { type AreaStep, type EditDocument, emptyDocument } from '#domain/edit.ts'
import type { Picture } from '#domain/picture.ts'
import { useStore } from '#store/queries.ts'
import { useEditOf, useWorkspace } from '#workspace/workspace.ts'
import type { Zoom } from '../use-zoom.ts'
import { useSize } from '../viewport-input.ts'
import type { Placement } from '../zoom-matrix.ts'
import { paintArea, paintPointer, paintStroke } from './area-canvas.ts'
import { AreaOptions, AreaStatus, SentPart } from './area-options.tsx'
import { type AreaEvent, type AreaTool, startAreaTool, stepAreaTool } from './area-tool.ts'
import { useDrawInput } from './draw-input.ts'

interface AreaProps {
  picture: Picture
  zoom: Zoom
}

/** The area tool: its options as one bar, and its overlay on the image. */
export function Area({ picture, zoom }: AreaProps) {
  const store = useStore()
  const base = useEditOf(picture.id)
  const document = base?.document ?? emptyDocument(picture.id)
  const { protectedPercent } = measureArea(document.area, picture)
  const leave = () => useWorkspace.getState().takeTool(undefined)
  const { tool, ...hold } = useAreaTool(picture, (steps) => drawArea(store, picture.id, steps), leave)
  return (
    <>
      <AreaOptions
        picture={picture}
        document={document}
        tool={tool}
        send={hold.send}
        onRim={(rim) => setRim(store, document, rim)}
        onInvert={() => invertArea(store, document)}
        onClear={() => clearArea(store, document)}
        onLeave={leave}
        status={
          <AreaStatus>
            {document.area.length === 0 ? 'Paint what may change' : `${protectedPercent}% protected`}
          </AreaStatus>
        }
      >
        <SentPart picture={picture} document={document} way={base?.way} />
      </AreaOptions>
      {zoom.viewport.current &&
        createPortal(<AreaLayer picture={picture} document={document} zoom={zoom} {...hold} />, zoom.viewport.current)}
    </>
  )
}

/** The state and the keys of the tool. Calls `draw` with each stroke; Escape, and Enter without a stroke, leave the tool. */
export function useAreaTool(picture: Picture, draw: (steps: readonly AreaStep[]) => void, leave: () => void) {
  const [tool, setTool] = useState(() => startAreaTool(picture))
  const now = useRef(tool)
  const layer = useRef<AreaLayerHandle>(undefined)
  const onDraw = useEffectEvent(draw)
  const send = useCallback(
    (event: AreaEvent) => {
      const [next, commands] = stepAreaTool(now.current, event, picture)
      const before = now.current
      now.current = next
      layer.current?.show(before, next)
      // While a stroke grows, only the canvas is updated.
      if (event.kind !== 'move') setTool(next)
      for (const { steps } of commands) onDraw(steps)
    },
    [picture],
  )
  const isDrawing = () => now.current.stroke !== undefined || now.current.cursor !== undefined
  useActKey(closeAct, () => (isDrawing() ? send({ kind: 'cancel' }) : leave()))
  useActKey(stampAct, () => (now.current.cursor ? send({ kind: 'stamp', isAlt: false }) : leave()))
  useActKey(cutAct, () => send({ kind: 'stamp', isAlt: true }))
  useActKey(smallerBrushAct, () => send({ kind: 'grow', by: -1 }))
  useActKey(largerBrushAct, () => send({ kind: 'grow', by: 1 }))
  return { tool, now, layer, send }
}

interface AreaLayerHandle {
  show(before: AreaTool, after: AreaTool): void
}

interface AreaLayerProps extends AreaProps, Pick<ReturnType<typeof useAreaTool>, 'now' | 'layer' | 'send'> {
  document: EditDocument
}

/** Two canvases over the image: one for what stays, one for the pointer. They take no events. */
export function AreaLayer({ layer, picture, document, zoom, now: tool, send }: AreaLayerProps) {
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
    layer.current = {
      show(before, after) {
        outline()
        if (before.stroke && !after.stroke) return paint()
        if (after.stroke && area.current && placement) showStroke(area.current, before, after, placement)
      },
    }
    return () => {
      layer.current = undefined
    }
  }, [layer, outline, paint, placement])
  const hover = useCallback(
    (at: readonly [number, number] | undefined) => {
      pointer.current = at
      outline()
    },
    [outline],
  )
  useDrawInput({ viewport, placement, send, hover, hasEraser: true })
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
