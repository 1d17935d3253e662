import { type ChangeEvent, type PointerEvent, useId, useRef } from 'react'
import { classes } from './classes.ts'
import { RatioMark } from './ratio-mark.tsx'

interface Segment {
  value: string
  label: string
  /** A caution, shown while the option is chosen. */
  note?: string
}

interface SegmentsProps {
  label: string
  value: string
  options: readonly Segment[]
  onChange: (value: string) => void
  /** Draws each option's proportions above its label. */
  shape?: 'ratio' | undefined
  hideLabel?: boolean | undefined
  /** Many short options in one row. */
  isTight?: boolean | undefined
  /** Further chosen options, besides the value. */
  also?: readonly string[] | undefined
  /** Called to add or remove an option, by Shift-click or a long press. */
  onAdd?: ((value: string) => void) | undefined
}

const longPressMs = 500

const option =
  'relative flex cursor-pointer items-center justify-center border text-soft transition-colors ' +
  'hover:text-ink has-checked:text-ink data-also:border-ink data-also:text-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ink'

const rowOption =
  'h-7 flex-1 rounded-[5px] border-transparent px-3 text-sm max-middle:h-11 ' +
  'has-checked:border-line-strong has-checked:bg-raised has-checked:font-medium'

const ratioOption =
  'min-h-14 flex-col gap-1 rounded-sm border-line px-1 py-1.5 text-xs ' +
  'hover:border-line-strong has-checked:border-ink has-checked:bg-raised'

/** A choice of one option. Native radios, so arrows change the choice and Tab leaves the group. */
export function Segments({ label, value, options, onChange, shape, hideLabel, isTight, also, onAdd }: SegmentsProps) {
  const id = useId()
  const press = useLongPress(onAdd)
  const note = options.find((each) => each.value === value)?.note
  const isRatio = shape === 'ratio'
  return (
    <div>
      <div id={`${id}-label`} className={hideLabel ? 'sr-only' : 'mb-1.5 text-soft text-xs'}>
        {label}
      </div>
      <div
        role="radiogroup"
        aria-labelledby={`${id}-label`}
        aria-describedby={note ? `${id}-note` : undefined}
        className={
          isRatio
            ? 'grid grid-cols-[repeat(auto-fill,minmax(4.5rem,1fr))] gap-1'
            : classes(
                'segments flex gap-0.5 rounded-[7px] border border-line bg-ground p-px',
                isTight && 'segments-tight',
              )
        }
      >
        {options.map((each) => (
          <label
            key={each.value}
            data-also={also?.includes(each.value) || undefined}
            className={classes(option, isRatio ? ratioOption : rowOption, isTight && 'px-2!')}
            {...press.watch(each.value)}
          >
            <input
              type="radio"
              name={id}
              value={each.value}
              checked={each.value === value}
              onChange={(event) => {
                if (press.wasLong()) return
                if (onAdd && withShift(event)) onAdd(each.value)
                else onChange(each.value)
              }}
              className="absolute inset-0 m-0 cursor-pointer appearance-none opacity-0"
            />
            {isRatio && <RatioMark ratio={each.label} />}
            <span className={isRatio ? 'text-center leading-tight' : 'whitespace-nowrap'}>{each.label}</span>
          </label>
        ))}
      </div>
      {note && (
        <p id={`${id}-note`} className="mt-1.5 text-soft text-xs">
          {note}
        </p>
      )}
    </div>
  )
}

/** A change of a radio button is a click event, even by keyboard. */
function withShift({ nativeEvent }: ChangeEvent): boolean {
  return 'shiftKey' in nativeEvent && nativeEvent.shiftKey === true
}

/** On touch screens. The click at the end of a long press does nothing else. */
function useLongPress(onLong: ((value: string) => void) | undefined) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const isLong = useRef(false)
  const end = () => clearTimeout(timer.current)
  return {
    wasLong: () => isLong.current,
    watch: (value: string) =>
      onLong && {
        onPointerDown({ pointerType }: PointerEvent) {
          end()
          isLong.current = false
          if (pointerType !== 'touch') return
          timer.current = setTimeout(() => {
            isLong.current = true
            onLong(value)
          }, longPressMs)
        },
        onPointerUp: end,
        onPointerCancel: end,
        onPointerLeave: end,
      },
  }
}
