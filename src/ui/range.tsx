import { type CSSProperties, useId } from 'react'

interface RangeProps {
  label: string
  value: number
  min: number
  max: number
  step: number
  /** The meaning of the ends: "strict", "permissive". */
  low: string
  high: string
  /** Why the value used differs from the one chosen. */
  note?: string | undefined
  onChange: (value: number) => void
}

/** More ticks would look like a grey bar. */
const mostTicks = 24

export function Range({ label, value, min, max, step, low, high, note, onChange }: RangeProps) {
  const id = useId()
  const steps = Math.round((max - min) / step)
  const ticks = steps <= mostTicks ? Array.from({ length: steps + 1 }, (_, index) => min + index * step) : []
  const fill = { '--fill': `${((value - min) / (max - min || 1)) * 100}%` } as CSSProperties
  return (
    <div>
      <div className="flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="text-soft text-xs">
          {label}
        </label>
        <output htmlFor={id} className="font-medium text-sm">
          {value}
        </output>
      </div>
      <div className="relative">
        <div
          aria-hidden
          className="pointer-events-none absolute inset-x-[7px] inset-y-0 flex items-center justify-between"
        >
          {ticks.map((tick) => (
            <span key={tick} className="h-2 w-px bg-line-strong opacity-60" />
          ))}
        </div>
        <input
          id={id}
          type="range"
          min={min}
          max={max}
          step={step}
          value={value}
          aria-describedby={note ? `${id}-note` : undefined}
          onChange={(event) => onChange(event.currentTarget.valueAsNumber)}
          className="slider relative"
          style={fill}
        />
      </div>
      <div aria-hidden className="flex justify-between text-faint text-xs">
        <span>{low}</span>
        <span>{high}</span>
      </div>
      {note && (
        <p id={`${id}-note`} className="mt-1.5 text-soft text-xs">
          {note}
        </p>
      )}
    </div>
  )
}
