import type { ComponentProps } from 'react'
import { IconButton } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'
import { describeShortcut, toAriaShortcut } from '#ui/shortcut.ts'
import type { ImageAct, ViewAct } from './act.ts'

type IconActProps = Omit<ComponentProps<typeof IconButton>, 'label' | 'icon' | 'shortcut'> & {
  act: Pick<ViewAct, 'label' | 'icon' | 'keys'>
}

/** An act as an icon; its name and its key are shown as a tooltip. */
export function IconAct({ act, ...rest }: IconActProps) {
  return <IconButton {...rest} label={act.label} icon={act.icon} shortcut={act.keys[0]} />
}

interface ActButtonProps extends ComponentProps<'button'> {
  act: ImageAct | ViewAct
  /** Shows its word on a wide stage too. */
  worded?: boolean
}

/** An act as an icon, with its word beside it if there is room, and below it on a phone. */
export function ActButton({ act, worded = false, className, ...rest }: ActButtonProps) {
  const { icon: Icon, label, word = label, hint = label } = act
  const [keys] = act.keys
  return (
    <button
      {...rest}
      type="button"
      aria-label={label}
      aria-keyshortcuts={keys && toAriaShortcut(keys)}
      data-tip={hint}
      data-tip-keys={keys && describeShortcut(keys)}
      className={classes(
        'inline-flex h-8 min-w-8 shrink-0 select-none items-center justify-center gap-1.5 rounded-sm border border-transparent text-soft text-sm transition-colors',
        'hover:bg-hover hover:text-ink disabled:cursor-not-allowed disabled:bg-transparent disabled:text-faint disabled:opacity-60',
        'aria-pressed:border-line-strong aria-pressed:bg-raised aria-pressed:text-ink aria-[pressed=false]:border-transparent aria-[pressed=false]:bg-transparent',
        'max-middle:h-12 max-middle:min-w-11 max-middle:flex-col max-middle:gap-0.5 max-middle:px-0.5 max-middle:text-xs',
        worded && 'middle:px-2',
        className,
      )}
    >
      <Icon size={16} strokeWidth={1.75} aria-hidden />
      <span className={worded ? 'middle:@max-2xl:hidden' : 'middle:hidden'}>{word}</span>
    </button>
  )
}
