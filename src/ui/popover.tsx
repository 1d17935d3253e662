import type { LucideIcon } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, type ToggleEvent, useId, useRef, useState } from 'react'
import { IconButton } from './button.tsx'
import { classes } from './classes.ts'
import { placePopover } from './place-popover.ts'

interface PopoverProps {
  label: string
  icon: LucideIcon
  /** Wider, for texts. */
  isWide?: boolean
  /** As wide as its content. */
  isFitted?: boolean
  /** Drawn only while it is open. `close` closes it. */
  children: (close: () => void) => ReactNode
}

/** A button and the panel of controls it opens. A press outside and Escape close it. */
export function Popover({ label, icon, isWide = false, isFitted = false, children }: PopoverProps) {
  const id = useId()
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLSpanElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const onToggle = ({ currentTarget, newState }: ToggleEvent<HTMLDivElement>) => {
    const isOpen = newState === 'open'
    setOpen(isOpen)
    if (!isOpen || !button.current) return
    const anchor = button.current
    // Its size is known after its content is rendered.
    requestAnimationFrame(() => {
      placePopover(currentTarget, anchor)
      const current = currentTarget.querySelector<HTMLElement>('[aria-current="true"]')
      const first = currentTarget.querySelector<HTMLElement>('input, select, button')
      ;(current ?? first)?.focus()
    })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // Keys in the panel must not reach the elements around it.
    event.stopPropagation()
    if (event.key === 'Escape') panel.current?.hidePopover()
  }
  return (
    <>
      <span ref={button} className="inline-flex">
        <IconButton label={label} icon={icon} popoverTarget={id} aria-haspopup="dialog" aria-expanded={open} />
      </span>
      <div
        ref={panel}
        id={id}
        popover="auto"
        onToggle={onToggle}
        className={classes(
          'popover middle:max-w-[calc(100vw-16px)] p-3',
          isFitted ? 'middle:max-h-[60dvh]' : isWide ? 'middle:w-md' : 'middle:w-64',
        )}
      >
        {open && (
          <div role="dialog" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
            {children(() => panel.current?.hidePopover())}
          </div>
        )}
      </div>
    </>
  )
}
