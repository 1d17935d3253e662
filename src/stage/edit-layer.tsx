import { X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { clearMarks } from '#acts/annotate-commands.ts'
import { clearArea } from '#acts/area-commands.ts'
import { setFrame } from '#acts/frame-commands.ts'
import { type EditDocument, type Frame, framedSize, isPlainFrame } from '#domain/edit.ts'
import { markLineWidth } from '#domain/mark-drawing.ts'
import type { Picture } from '#domain/picture.ts'
import { frameMap, invert, mapPoint } from '#imaging/edit/affine.ts'
import { useStore } from '#store/queries.ts'
import type { ToolId } from '#workspace/workspace.ts'
import { paintArea } from './tools/area-canvas.ts'
import { MarkLayer } from './tools/mark-layer.tsx'
import type { Zoom } from './use-zoom.ts'
import { useSize } from './viewport-input.ts'
import type { Placement } from './zoom-matrix.ts'

interface EditLayerProps {
  picture: Picture
  /** What will be done with the image when it is sent. */
  document: EditDocument
  zoom: Zoom
  tool: ToolId | undefined
}

/**
 * Shows over the image how it will be edited when it is sent, less prominently than in the tools, so that the user always
 * sees what is paid for. Each kind of edit has a chip that removes it. The open tool draws its own part.
 */
export function EditLayer({ picture, document, zoom, tool }: EditLayerProps) {
  const store = useStore()
  const { area, marks, frame, base } = document
  const { placement } = zoom
  if (!placement || tool === 'crop') return null
  const isFramed = !isPlainFrame(frame)
  return (
    <>
      {area.length > 0 && tool !== 'area' && <QuietArea picture={picture} document={document} zoom={zoom} />}
      {isFramed && <QuietFrame picture={picture} frame={frame} placement={placement} />}
      {marks.length > 0 && tool !== 'annotate' && (
        <MarkLayer marks={marks} width={markLineWidth(picture)} placement={placement} />
      )}
      <div className="absolute bottom-2 left-2 flex flex-wrap gap-1">
        {area.length > 0 && tool !== 'area' && <Chip word="Area" onRemove={() => clearArea(store, document)} />}
        {isFramed && <Chip word={frameWord(frame)} onRemove={() => setFrame(store, base, undefined)} />}
        {marks.length > 0 && tool !== 'annotate' && (
          <Chip
            word={marks.length === 1 ? '1 mark' : `${marks.length} marks`}
            onRemove={() => clearMarks(store, base)}
          />
        )}
      </div>
    </>
  )
}

function frameWord({ pad, crop }: Frame): string {
  if (pad) return 'Extended when sent'
  return crop ? 'Cropped when sent' : 'Turned when sent'
}

function Chip({ word, onRemove }: { word: string; onRemove(): void }) {
  return (
    <button
      type="button"
      onClick={onRemove}
      className="flex h-7 items-center gap-1 rounded-full border border-line bg-panel pr-2 pl-3 text-ink text-xs hover:border-line-strong hover:bg-hover max-middle:h-11 max-middle:px-4"
    >
      <span>{`${word} · remove`}</span>
      <X size={14} strokeWidth={1.75} aria-hidden />
    </button>
  )
}

function QuietArea({ picture, document, zoom }: Omit<EditLayerProps, 'tool'>) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { placement, viewport } = zoom
  const size = useSize(viewport)
  const width = Math.round(size?.width ?? 0)
  const height = Math.round(size?.height ?? 0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a canvas becomes empty when its size changes
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      if (canvas.current && placement) paintArea(canvas.current, document.area, document.rim, placement, picture)
    })
    return () => cancelAnimationFrame(frame)
  }, [document.area, document.rim, placement, picture, width, height])
  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      aria-hidden
      className="pointer-events-none absolute inset-0 text-accent opacity-60"
    />
  )
}

/** Darkens the parts that are not sent, and outlines the new space around the image. */
function QuietFrame({ picture, frame, placement }: { picture: Picture; frame: Frame; placement: Placement }) {
  const { width, height } = framedSize(frame, picture)
  const back = invert(frameMap(frame, picture))
  const { top = 0, right = 0, bottom = 0, left = 0 } = frame.pad ?? {}
  const corners = (x0: number, y0: number, x1: number, y1: number) =>
    [
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
    ].map(([x = 0, y = 0]) => mapPoint(back, x, y).join(' '))
  const path = (points: readonly string[]) => `M${points.join('L')}Z`
  const all = `M0 0H${picture.width}V${picture.height}H0Z`
  const { x, y, scale } = placement
  return (
    <svg aria-hidden className="pointer-events-none absolute inset-0 size-full">
      <g transform={`translate(${x} ${y}) scale(${scale})`}>
        <path d={all + path(corners(0, 0, width, height))} fillRule="evenodd" className="fill-[#000]/60" />
        <path
          d={path(corners(-left, -top, width + right, height + bottom))}
          fill="none"
          strokeWidth={1.5 / scale}
          strokeDasharray={`${6 / scale} ${4 / scale}`}
          className="stroke-accent"
        />
      </g>
    </svg>
  )
}
