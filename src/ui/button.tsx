import type { LucideIcon } from 'lucide-react'
import type { ComponentProps } from 'react'
import { classes } from './classes.ts'
import { describeShortcut, toAriaShortcut } from './shortcut.ts'

type Variant = 'plain' | 'primary' | 'quiet' | 'danger'

const shared =
  'relative inline-flex shrink-0 select-none items-center justify-center gap-2 rounded-sm border font-medium text-sm ' +
  'whitespace-nowrap transition-colors disabled:cursor-not-allowed aria-disabled:cursor-not-allowed'

const off =
  'disabled:border-line disabled:bg-transparent disabled:text-faint ' +
  'aria-disabled:border-line aria-disabled:bg-transparent aria-disabled:text-faint'

const looks: Record<Variant, string> = {
  plain: `border-line bg-raised text-ink hover:bg-hover hover:border-line-strong active:bg-ground ${off}`,
  primary: `border-transparent bg-accent text-on-accent hover:bg-accent-hover active:bg-accent ${off}`,
  quiet:
    'border-transparent bg-transparent text-soft hover:bg-hover hover:text-ink active:bg-raised ' +
    'disabled:text-faint disabled:bg-transparent aria-disabled:text-faint aria-disabled:bg-transparent',
  danger: `border-line bg-transparent text-danger hover:border-danger hover:bg-hover ${off}`,
}

const heights: Record<Variant, string> = {
  plain: 'h-8 px-3 max-middle:h-11 max-middle:px-4',
  primary: 'h-10 px-4 max-middle:h-12',
  quiet: 'h-8 px-2 max-middle:h-11 max-middle:px-3',
  danger: 'h-8 px-3 max-middle:h-11 max-middle:px-4',
}

/** `primary` is for the main action; a screen has at most one. `aria-disabled` keeps a button focusable. */
export function Button({
  variant = 'plain',
  icon: Icon,
  className,
  children,
  type = 'button',
  ...rest
}: ComponentProps<'button'> & { variant?: Variant | undefined; icon?: LucideIcon | undefined }) {
  return (
    <button {...rest} type={type} className={classes(shared, looks[variant], heights[variant], className)}>
      {Icon && <Icon size={16} strokeWidth={1.75} aria-hidden />}
      {/* Text that changes beside an icon has its own element, because page translation replaces bare text. */}
      <span className="contents">{children}</span>
    </button>
  )
}

const pressedLook = `border-line-strong bg-raised text-ink hover:bg-hover ${off}`

/** A button with only an icon. Its name and its shortcut are shown as a tooltip. */
export function IconButton({
  label,
  icon: Icon,
  variant = 'quiet',
  pressed,
  shortcut,
  className,
  type = 'button',
  ...rest
}: Omit<ComponentProps<'button'>, 'children' | 'aria-label'> & {
  label: string
  icon: LucideIcon
  variant?: 'quiet' | 'plain' | undefined
  /** Set for a toggle. */
  pressed?: boolean | undefined
  /** As for `findShortcut`; shown and read out, not bound. */
  shortcut?: string | undefined
}) {
  return (
    <button
      {...rest}
      type={type}
      aria-label={label}
      aria-pressed={pressed}
      aria-keyshortcuts={shortcut && toAriaShortcut(shortcut)}
      data-tip={label}
      data-tip-keys={shortcut && describeShortcut(shortcut)}
      className={classes(shared, pressed ? pressedLook : looks[variant], 'size-8 max-middle:size-11', className)}
    >
      <Icon size={16} strokeWidth={1.75} aria-hidden />
    </button>
  )
}
