import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef } from 'react'

interface ToolbarProps {
  label: string
  orientation?: 'horizontal' | 'vertical'
  className?: string
  children: ReactNode
}

/** A row or column of buttons that is one stop in the tab order; arrow keys, Home and End move inside. */
export function Toolbar({ label, orientation = 'horizontal', className, children }: ToolbarProps) {
  const bar = useRef<HTMLDivElement>(null)
  const current = useRef<HTMLButtonElement>(undefined)
  const buttons = () => [...(bar.current?.querySelectorAll('button') ?? [])].filter(isReachable)

  const mark = () => {
    const all = buttons()
    if (!current.current || !all.includes(current.current)) current.current = all[0]
    for (const button of all) button.tabIndex = button === current.current ? 0 : -1
  }
  // Buttons are added, removed and disabled with every render.
  useLayoutEffect(mark)

  const onKeyDown = (event: KeyboardEvent) => {
    const all = buttons()
    const index = all.indexOf(document.activeElement as HTMLButtonElement)
    const [back, forth] = orientation === 'horizontal' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown']
    const next = { [String(back)]: index - 1, [String(forth)]: index + 1, Home: 0, End: all.length - 1 }[event.key]
    if (next === undefined || index < 0 || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    all[(next + all.length) % all.length]?.focus()
  }
  return (
    <div
      ref={bar}
      role="toolbar"
      aria-label={label}
      aria-orientation={orientation}
      onKeyDown={onKeyDown}
      onFocus={({ target }) => {
        if (!(target instanceof HTMLButtonElement) || !bar.current?.contains(target)) return
        current.current = target
        mark()
      }}
      className={className}
    >
      {children}
    </div>
  )
}

/** Not disabled, and visible at this width. */
function isReachable(button: HTMLButtonElement): boolean {
  return !button.disabled && button.offsetParent !== null && !button.closest('[popover]')
}
