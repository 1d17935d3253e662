import { CircleMinus, CirclePlus, Contrast, Eraser } from 'lucide-react'
import { type CSSProperties, type ReactNode, useId } from 'react'
import { findPart, wayOf } from '#acts/area-edit.ts'
import type { Edit, EditDocument } from '#domain/edit.ts'
import type { Picture } from '#domain/picture.ts'
import { IconButton } from '#ui/button.tsx'
import { Segments } from '#ui/segments.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { describeExpectedLoss } from '../laid-words.ts'
import { type AreaEvent, type AreaShape, type AreaTool, leastRadius, mostRadius } from './area-tool.ts'
import { ToolBar } from './tool-bar.tsx'
import { useLosses } from './use-losses.ts'

const shapes = [
  { value: 'brush', label: 'Brush' },
  { value: 'box', label: 'Box' },
  { value: 'lasso', label: 'Lasso' },
] as const

const ways = [
  { value: 'part', label: 'This part' },
  { value: 'whole', label: 'Whole image' },
] as const

const mostFeather = 64

interface AreaOptionsProps {
  picture: Picture
  document: EditDocument
  tool: AreaTool
  send(event: AreaEvent): void
  onRim(rim: number): void
  onInvert(): void
  onClear(): void
  onLeave(): void
  /** How much is protected. */
  status: ReactNode
  /** Further options. */
  children?: ReactNode
  /** Buttons that finish the work. */
  actions?: ReactNode
}

export function AreaOptions(props: AreaOptionsProps) {
  const { picture, document, tool, send, onRim, onInvert, onClear, onLeave, status, children, actions } = props
  const isEmpty = document.area.length === 0
  const mode = (op: AreaTool['op']) => ({ pressed: tool.op === op, onClick: () => send({ kind: 'mode', op }) })
  const more = (
    <>
      {tool.shape === 'brush' && (
        <Slider
          label="Brush size"
          value={tool.radius * 2}
          min={leastRadius * 2}
          max={mostRadius(picture) * 2}
          onChange={(size) => send({ kind: 'size', radius: size / 2 })}
        />
      )}
      <Slider label="Feather" value={document.rim} min={0} max={mostFeather} onChange={onRim} isOff={isEmpty} />
      <span className="flex">
        <IconButton label="Invert area" icon={Contrast} disabled={isEmpty} onClick={onInvert} />
        <IconButton label="Clear area" icon={Eraser} disabled={isEmpty} onClick={onClear} />
      </span>
      {children}
    </>
  )
  return (
    <ToolBar label="Area options" status={status} actions={actions} more={more} onLeave={onLeave}>
      <Segments
        label="Area tool"
        hideLabel
        value={tool.shape}
        options={shapes}
        onChange={(shape) => send({ kind: 'choose', shape: shape as AreaShape })}
      />
      <span className="flex">
        <IconButton label="Add to area" icon={CirclePlus} {...mode('add')} />
        <IconButton label="Subtract from area (Alt)" icon={CircleMinus} {...mode('cut')} />
      </span>
    </ToolBar>
  )
}

/** "82% protected", read out when it changes. */
export function AreaStatus({ children }: { children: string }) {
  return (
    <span role="status" className="shrink-0 text-soft text-xs middle:leading-8">
      {children}
    </span>
  )
}

interface SentPartProps {
  picture: Picture
  document: EditDocument
  way: Edit['way'] | undefined
}

/** What cannot be kept of the source, and whether a part or all of it is sent. */
export function SentPart({ picture, document, way }: SentPartProps) {
  const { area, base } = document
  const losses = useLosses(picture)
  const part = area.length > 0 ? findPart(area, picture) : undefined
  const pixels = (side: number | undefined) => side?.toLocaleString('en')
  return (
    <>
      {area.length > 0 &&
        losses.map((loss) => (
          <span key={loss} className="shrink-0 text-soft text-xs">
            {describeExpectedLoss(loss)}
          </span>
        ))}
      {part && (
        <span
          className="shrink-0"
          title={`Sends a ${pixels(part.rect[2])} × ${pixels(part.rect[3])} crop: more detail, and the model does not see the rest.`}
        >
          <Segments
            label="What is sent"
            hideLabel
            value={wayOf(area, picture, way)}
            options={ways}
            onChange={(chosen) => useWorkspace.getState().chooseWay(base, chosen === 'part' ? 'part' : 'whole')}
          />
        </span>
      )}
    </>
  )
}

interface SliderProps {
  label: string
  value: number
  min: number
  max: number
  isOff?: boolean
  onChange(value: number): void
}

/** One line, with its value in pixels of the image. */
function Slider({ label, value, min, max, isOff = false, onChange }: SliderProps) {
  const id = useId()
  const fill = { '--fill': `${((value - min) / (max - min || 1)) * 100}%` } as CSSProperties
  return (
    <span className="tool-range flex shrink-0 items-center gap-1.5 text-soft text-xs">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={1}
        value={Math.round(value)}
        disabled={isOff}
        onChange={(event) => onChange(event.currentTarget.valueAsNumber)}
        className="slider tool-slider w-20"
        style={fill}
      />
      <span aria-hidden className="w-7 tabular-nums">{`${Math.round(value)}`}</span>
    </span>
  )
}
