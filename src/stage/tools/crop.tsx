import { FlipHorizontal2, Maximize, RotateCcw, RotateCw, UnfoldHorizontal } from 'lucide-react'
import { type CSSProperties, type KeyboardEvent, type ReactNode, useId, useState } from 'react'
import { createPortal } from 'react-dom'
import { closeAct } from '#acts/app-acts.ts'
import { applyCrop } from '#acts/crop-command.ts'
import { setFrame } from '#acts/frame-commands.ts'
import { objectionToExtension } from '#acts/freeze-edit.ts'
import { applyCropAct } from '#acts/tool-acts.ts'
import { useActKey } from '#acts/use-act-key.ts'
import { type Box, type Frame, framedSize, plainFrame } from '#domain/edit.ts'
import type { Picture } from '#domain/picture.ts'
import { compose, frameMap, moveBy, scaleBy } from '#imaging/edit/affine.ts'
import { useStore } from '#store/queries.ts'
import { useOriginal } from '#store/stage-queries.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'
import { Segments } from '#ui/segments.tsx'
import { useMedia } from '#ui/use-media.ts'
import { useEditOf, useWorkspace } from '#workspace/workspace.ts'
import type { Zoom } from '../use-zoom.ts'
import { useSize } from '../viewport-input.ts'
import { type Placement, placeFit, type Box as Size } from '../zoom-matrix.ts'
import {
  type CropEvent,
  type CropRatio,
  type CropTool,
  canEnclose,
  frameOf,
  type Handle,
  mostSide,
  mostTilt,
  padOf,
  roomOf,
  startCropTool,
  stepCropTool,
} from './crop-tool.ts'
import { isControl } from './draw-input.ts'
import { ToolBar } from './tool-bar.tsx'
import { useDrawPointers } from './use-draw-pointers.ts'

interface CropProps {
  picture: Picture
  zoom: Zoom
}

const ratios: readonly { value: CropRatio; label: string }[] = [
  { value: 'free', label: 'Free' },
  { value: 'original', label: 'Original' },
  ...(['1:1', '4:3', '3:2', '16:9', '3:4', '4:5', '2:3', '9:16'] as const).map((value) => ({ value, label: value })),
]

/**
 * The crop tool: exact numbers in one bar, and a frame with handles over the image. A crop makes a new image at once, or is applied
 * when the image is sent; a frame larger than the image asks the model to extend it.
 */
export function Crop({ picture, zoom }: CropProps) {
  const store = useStore()
  const kept = useEditOf(picture.id)?.document.frame
  const [tool, setTool] = useState(() => startCropTool(picture, kept))
  /** Stops the crop that is being made. */
  const [making, setMaking] = useState<AbortController>()
  const isBusy = making !== undefined
  const send = (event: CropEvent) => {
    if (!isBusy) setTool((before) => stepCropTool(before, event, picture))
  }
  const leave = () => useWorkspace.getState().takeTool(undefined)
  const frame = frameOf(tool, picture)
  const pad = frame?.pad
  const objection = pad && frame && objectionToExtension(pad, framedSize(frame, picture))
  const isReady = frame !== undefined && objection === undefined && !isBusy
  function keep() {
    setFrame(store, picture.id, frame)
    leave()
    if (pad) useWorkspace.getState().focusPrompt()
  }
  async function apply() {
    if (!frame || !isReady) return
    if (pad) return keep()
    const ending = new AbortController()
    setMaking(ending)
    const made = await applyCrop(store, picture, frame, ending.signal)
    setMaking(undefined)
    // The user may have gone on with another image, or another tool, in the meantime.
    const { tool: open, selected } = useWorkspace.getState()
    if (open === 'crop' && selected === made) leave()
  }
  function close() {
    if (making) making.abort()
    else if (tool.drag) send({ kind: 'cancel' })
    else leave()
  }
  useActKey(closeAct, close)
  useActKey(applyCropAct, () => void apply())
  return (
    <>
      <CropOptions
        picture={picture}
        tool={tool}
        send={send}
        onLeave={() => {
          making?.abort()
          leave()
        }}
        actions={
          <>
            {!pad && <WhenSent picture={picture} frame={frame} kept={kept} onKeep={keep} />}
            <Button variant="primary" className="middle:h-8! shrink-0" disabled={!isReady} onClick={() => void apply()}>
              {isBusy ? 'Cropping…' : pad ? 'Extend' : applyCropAct.label}
            </Button>
          </>
        }
      />
      {zoom.viewport.current &&
        createPortal(
          <CropLayer picture={picture} zoom={zoom} tool={tool} send={send} onEnter={() => void apply()}>
            {pad && <ExtensionNote objection={objection} />}
          </CropLayer>,
          zoom.viewport.current,
        )}
    </>
  )
}

function ExtensionNote({ objection }: { objection: string | undefined }) {
  return (
    <p
      role="status"
      className={classes(
        'absolute top-2 left-2 rounded-sm border border-line bg-panel px-2 py-0.5 text-xs',
        objection ? 'text-danger' : 'text-soft',
      )}
    >
      {objection ?? 'Experimental: the model continues the scene in the new space. Your own pixels stay.'}
    </p>
  )
}

interface WhenSentProps {
  picture: Picture
  frame: Frame | undefined
  /** The crop that is applied when the image is sent. */
  kept: Frame | undefined
  onKeep(): void
}

/** For a source: the image stays whole and is cropped when it is sent. */
function WhenSent({ picture, frame, kept = plainFrame, onKeep }: WhenSentProps) {
  const isSource = useWorkspace(({ family, sources }) => sources[family]?.includes(picture.id) === true)
  if (!isSource) return null
  const isSame = JSON.stringify(frame ?? plainFrame) === JSON.stringify(kept)
  return (
    <Button
      className="shrink-0"
      disabled={isSame}
      onClick={onKeep}
      data-tip="The source stays whole. Free until it is sent."
    >
      {frame || isSame ? 'Crop when sent' : 'Send uncropped'}
    </Button>
  )
}

interface CropOptionsProps {
  picture: Picture
  tool: CropTool
  send(event: CropEvent): void
  onLeave(): void
  actions: ReactNode
}

function CropOptions({ picture, tool, send, onLeave, actions }: CropOptionsProps) {
  const room = roomOf(tool, picture)
  const [, , width, height] = tool.box
  const more = (
    <>
      <span className="flex shrink-0">
        <IconButton label="Turn left" icon={RotateCcw} onClick={() => send({ kind: 'turn', by: -90 })} />
        <IconButton label="Turn right" icon={RotateCw} onClick={() => send({ kind: 'turn', by: 90 })} />
        <IconButton label="Flip" icon={FlipHorizontal2} pressed={tool.flip} onClick={() => send({ kind: 'flip' })} />
        <IconButton
          label="Extend to the ratio"
          icon={UnfoldHorizontal}
          disabled={!canEnclose(tool, picture)}
          onClick={() => send({ kind: 'enclose' })}
        />
        <IconButton label="Reset crop" icon={Maximize} onClick={() => send({ kind: 'reset' })} />
      </span>
      <span className="flex shrink-0 items-center gap-x-2.5 text-soft text-xs">
        <Side
          label="Width"
          value={width}
          most={mostSide(tool, room.width)}
          onChange={(pixels) => send({ kind: 'width', pixels })}
        />
        <Side
          label="Height"
          value={height}
          most={mostSide(tool, room.height)}
          onChange={(pixels) => send({ kind: 'height', pixels })}
        />
      </span>
      <Angle degrees={tool.tilt} onChange={(degrees) => send({ kind: 'tilt', degrees })} />
    </>
  )
  return (
    <ToolBar label="Crop options" actions={actions} more={more} isPending onLeave={onLeave}>
      <Segments
        label="Crop ratio"
        hideLabel
        isTight
        value={tool.ratio}
        options={ratios}
        onChange={(ratio) => send({ kind: 'ratio', ratio: ratio as CropRatio })}
      />
    </ToolBar>
  )
}

interface SideProps {
  label: string
  value: number
  most: number
  onChange(pixels: number): void
}

/**
 * The typed value is used when the field is left or Enter is pressed; until then it may be anything. The text is kept as
 * typed, so that letters get an error message too: a field of type "number" gives them as empty.
 */
function Side({ label, value, most, onChange }: SideProps) {
  const [typed, setTyped] = useState<string>()
  const id = useId()
  const text = typed?.trim() ?? ''
  const isWrong = text !== '' && !(/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= most)
  // A wrong value stays in the field, with the reason beside it, and changes nothing.
  const commit = () => {
    if (isWrong) return
    if (text !== '') onChange(Number(text))
    setTyped(undefined)
  }
  const step = (by: number) => {
    onChange(Math.max(1, Math.min(most, (isWrong || text === '' ? value : Number(text)) + by)))
    setTyped(undefined)
  }
  return (
    <>
      <label className="flex items-center gap-1.5">
        <span aria-hidden>{label[0]}</span>
        <input
          role="spinbutton"
          inputMode="numeric"
          autoComplete="off"
          aria-label={label}
          aria-valuemin={1}
          aria-valuemax={most}
          aria-valuenow={value}
          value={typed ?? value}
          aria-invalid={isWrong || undefined}
          aria-describedby={isWrong ? id : undefined}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            const by = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0
            if (event.key !== 'Enter' && by === 0) return
            event.preventDefault()
            event.stopPropagation()
            if (by === 0) commit()
            else step(event.shiftKey ? by * 10 : by)
          }}
          className="h-7 w-16 rounded-sm border max-middle:h-11 border-line bg-ground px-2 text-ink text-sm tabular-nums"
        />
      </label>
      {/* After both fields, so that neither moves while it is typed in. */}
      {isWrong && (
        <span id={id} role="alert" className="order-last text-danger">
          {`${label}: 1 to ${most.toLocaleString('en')} pixels`}
        </span>
      )}
    </>
  )
}

function Angle({ degrees, onChange }: { degrees: number; onChange(degrees: number): void }) {
  const id = useId()
  const fill = { '--fill': `${((degrees + mostTilt) / (2 * mostTilt)) * 100}%` } as CSSProperties
  return (
    <span className="tool-range flex shrink-0 items-center gap-1.5 text-soft text-xs">
      <label htmlFor={id}>Straighten</label>
      <input
        id={id}
        type="range"
        min={-mostTilt}
        max={mostTilt}
        step={0.1}
        value={degrees}
        onChange={(event) => onChange(event.currentTarget.valueAsNumber)}
        className="slider tool-slider w-14"
        style={fill}
      />
      <span aria-hidden className="w-10 tabular-nums">{`${degrees.toFixed(1)}°`}</span>
    </span>
  )
}

interface CropLayerProps extends CropProps {
  tool: CropTool
  send(event: CropEvent): void
  /** Enter was pressed on the frame. */
  onEnter(): void
  /** Over the image. */
  children: ReactNode
}

const handles: readonly { handle: Handle; place: string }[] = [
  { handle: 'nw', place: '-top-2 -left-2 cursor-nwse-resize' },
  { handle: 'n', place: '-top-2 left-1/2 -translate-x-1/2 cursor-ns-resize' },
  { handle: 'ne', place: '-top-2 -right-2 cursor-nesw-resize' },
  { handle: 'e', place: 'top-1/2 -right-2 -translate-y-1/2 cursor-ew-resize' },
  { handle: 'se', place: '-right-2 -bottom-2 cursor-nwse-resize' },
  { handle: 's', place: '-bottom-2 left-1/2 -translate-x-1/2 cursor-ns-resize' },
  { handle: 'sw', place: '-bottom-2 -left-2 cursor-nesw-resize' },
  { handle: 'w', place: 'top-1/2 -left-2 -translate-y-1/2 cursor-ew-resize' },
]

const nudgePx = 8
/** Distance at which a side that is dragged beyond the edge snaps to it. */
const slackPx = 12
/** Space around a frame that exceeds the image, and on a phone around every frame, so that fingers reach the handles. */
const airPx = 32
const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** A handle is dragged by one pointer. Beside the frame, and with two fingers or Space, the view is moved. */
function useCropPointers({
  zoom: { viewport },
  placement,
  send,
}: Pick<CropLayerProps, 'zoom' | 'send'> & { placement: Placement | undefined }): void {
  const { x, y, scale } = placement ?? { x: 0, y: 0, scale: 1 }
  const place = (event: PointerEvent): [number, number] => {
    const corner = viewport.current?.getBoundingClientRect()
    return [(event.clientX - (corner?.left ?? 0) - x) / scale, (event.clientY - (corner?.top ?? 0) - y) / scale]
  }
  useDrawPointers({
    viewport,
    draws: ({ target }) => handleUnder(target) !== undefined || (isControl(target) ? undefined : false),
    press(event) {
      const handle = handleUnder(event.target)
      if (handle) send({ kind: 'press', handle, at: place(event), slack: slackPx / scale })
    },
    draw: (event) => send({ kind: 'drag', to: place(event) }),
    release: () => send({ kind: 'release' }),
    cancel: () => send({ kind: 'cancel' }),
  })
}

function handleUnder(target: EventTarget | null): Handle | undefined {
  const holder = target instanceof Element ? target.closest<HTMLElement>('[data-handle]') : null
  return holder?.dataset.handle as Handle | undefined
}

/** The image, darkened outside the crop, with handles. */
function CropLayer({ picture, zoom, tool, send, onEnter, children }: CropLayerProps) {
  const room = roomOf(tool, picture)
  const size = useSize(zoom.viewport)
  const isPhone = useMedia('(width < 768px)')
  // While a side is dragged the view stays; then it shows all of the frame.
  const frame = tool.drag?.box ?? tool.box
  const isTurned = tool.turn % 180 !== 0
  const needsRoom = isPhone || padOf(frame, room) !== undefined
  const ownFit = size && (needsRoom ? placeAround(room, frame, size) : isTurned ? placeFit(room, size) : undefined)
  const placement = ((zoom.isFit || isTurned) && ownFit) || zoom.placement
  useCropPointers({ zoom, placement, send })
  if (!placement) return null
  const { x, y, scale } = placement
  const [left, top, width, height] = tool.box
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = arrows[event.key]
    if (!arrow && event.key !== 'Enter') return
    event.preventDefault()
    event.stopPropagation()
    if (!arrow) return event.repeat ? undefined : onEnter()
    const by = Math.max(1, nudgePx / scale)
    send({ kind: 'nudge', dx: arrow[0] * by, dy: arrow[1] * by, isResize: event.shiftKey })
  }
  const box = { left: x + left * scale, top: y + top * scale, width: width * scale, height: height * scale }
  return (
    <div className="absolute inset-0 overflow-hidden">
      <Turned picture={picture} tool={tool} placement={placement} space={padOf(tool.box, room) && box} />
      <button
        type="button"
        aria-label={`Crop, ${width} × ${height}. Arrows move it, Shift and arrows change its size.`}
        data-handle="move"
        onKeyDown={onKeyDown}
        style={box}
        className="absolute cursor-move border border-[#fff] shadow-[0_0_0_9999px_rgb(0_0_0/0.6)] outline-offset-4"
      >
        <span className="pointer-events-none absolute inset-y-0 left-1/3 w-1/3 border-[rgb(255_255_255/0.4)] border-x" />
        <span className="pointer-events-none absolute inset-x-0 top-1/3 h-1/3 border-[rgb(255_255_255/0.4)] border-y" />
      </button>
      <div className="pointer-events-none absolute" style={box}>
        {handles.map(({ handle, place: side }) => (
          <span
            key={handle}
            data-handle={handle}
            className={`pointer-events-auto absolute size-4 touch-none rounded-full border border-[#000] bg-[#fff] pointer-coarse:size-6 ${side}`}
          />
        ))}
      </div>
      {children}
    </div>
  )
}

/** Centres the image and the frame, with space around them. */
function placeAround(room: Size, [x, y, width, height]: Box, viewport: Size): Placement {
  const [left, top] = [Math.min(0, x), Math.min(0, y)]
  const all = { width: Math.max(room.width, x + width) - left, height: Math.max(room.height, y + height) - top }
  const free = (side: number) => Math.max(1, side - 2 * airPx)
  const scale = Math.min(1, free(viewport.width) / all.width, free(viewport.height) / all.height)
  return {
    scale,
    x: (viewport.width - all.width * scale) / 2 - left * scale,
    y: (viewport.height - all.height * scale) / 2 - top * scale,
  }
}

interface TurnedProps {
  picture: Picture
  tool: CropTool
  placement: Placement
  /** The frame in screen pixels, if it exceeds the image. */
  space: CSSProperties | undefined
}

/** Draws the turned, mirrored and straightened image over the original. New space around it is chequered. */
function Turned({ picture, tool, placement, space }: TurnedProps) {
  const { url } = useOriginal(picture.id)
  const { turn, flip, tilt } = tool
  const { x, y, scale } = placement
  const map = compose(compose(frameMap({ turn, flip, tilt }, picture), scaleBy(scale, scale)), moveBy(x, y))
  return (
    <div className="absolute inset-0 bg-ground">
      {space && <div className="chequer absolute" style={space} />}
      {url && (
        <img
          src={url}
          alt=""
          draggable={false}
          width={picture.width}
          height={picture.height}
          className="absolute top-0 left-0 max-w-none origin-top-left"
          style={{ transform: `matrix(${map.join(',')})` }}
        />
      )}
    </div>
  )
}
