import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import { classes } from './classes.ts'

interface DividerProps {
  label: string
  /** The width of the column it resizes, in px. */
  value: number
  min: number
  max: number
  onChange: (px: number) => void
  /** The side of the divider on which that column is. */
  side: 'left' | 'right'
  className?: string | undefined
}

const stepPx = 16

/** A thin line between two columns, with a wider area for the pointer. */
export function Divider({ label, value, min, max, onChange, side, className }: DividerProps) {
  const drag = useRef<{ startX: number; startPx: number } | undefined>(undefined)
  const grows = side === 'left' ? 1 : -1
  const set = (px: number) => {
    const next = Math.round(Math.min(max, Math.max(min, px)))
    if (next !== value) onChange(next)
  }

  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = { startX: event.clientX, startPx: value }
  }
  const onPointerMove = (event: PointerEvent) => {
    if (drag.current) set(drag.current.startPx + (event.clientX - drag.current.startX) * grows)
  }
  const onPointerEnd = () => {
    drag.current = undefined
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const next = {
      ArrowLeft: value - stepPx * grows,
      ArrowRight: value + stepPx * grows,
      Home: min,
      End: max,
    }[event.key]
    if (next === undefined) return
    event.preventDefault()
    set(next)
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves takes the focus, an <hr> does not
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerEnd}
      onPointerCancel={onPointerEnd}
      onKeyDown={onKeyDown}
      className={classes(
        'relative z-10 w-px cursor-col-resize touch-none bg-line transition-colors hover:bg-line-strong',
        'before:absolute before:inset-y-0 before:-inset-x-1 active:bg-ink',
        className,
      )}
    />
  )
}
