import { Layers } from 'lucide-react'
import { classes } from '#ui/classes.ts'

interface StackBadgeProps {
  /** Number of images of a closed stack that are in the result. */
  stack?: number | undefined
  /** Number of images of the open stack that the tile belongs to. */
  opened?: number | undefined
  /** Number of images that the batch was started with. */
  of: number | undefined
  onTurn: (isOpen: boolean) => void
}

/** Opens a closed stack, or closes the tile's open one. */
export function StackBadge({ stack, opened, of, onTurn }: StackBadgeProps) {
  const count = stack ?? opened
  if (count === undefined) return null
  const text = countStack(count, of)
  return (
    <button
      type="button"
      // Not in the tab order, because the cell handles the keys.
      tabIndex={-1}
      aria-label={stack === undefined ? `Close stack of ${text}` : `Open stack of ${text}`}
      onClick={() => onTurn(stack !== undefined)}
      className={classes(
        'absolute right-1 bottom-1 inline-flex h-6 items-center gap-1 rounded-sm border px-1.5 text-xs tabular-nums max-middle:h-9',
        stack === undefined
          ? 'border-line-strong bg-ink text-panel hover:opacity-90'
          : 'border-line bg-panel text-ink hover:bg-hover',
      )}
    >
      <Layers size={12} aria-hidden />
      <span>{text}</span>
    </button>
  )
}

/** "12", or "5 of 12" if the others are filtered out, deleted, or not finished. */
export function countStack(count: number, of = count): string {
  return count >= of ? String(count) : `${count} of ${of}`
}
