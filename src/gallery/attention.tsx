import { ChevronRight, TriangleAlert } from 'lucide-react'
import type { Run } from '#domain/run.ts'
import { useGenerator } from '#generation/use-generate.ts'
import { Button } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'

interface AttentionProps {
  /** Runs that need the user. */
  runs: readonly Run[]
  /** Their cards are shown in the grid. */
  open: boolean
  onToggle: () => void
}

/** One line for many runs that need the user. Dismissed ones stay in Tasks. */
export function Attention({ runs, open, onToggle }: AttentionProps) {
  const { dismiss } = useGenerator()
  const onDismiss = () => {
    for (const run of runs) dismiss(run)
  }
  return (
    <div className="flex h-10 shrink-0 items-center gap-1 border-line border-b pr-1 pl-1 max-middle:h-12">
      <Button variant="quiet" aria-expanded={open} className="text-ink!" onClick={onToggle}>
        <TriangleAlert size={16} strokeWidth={1.75} aria-hidden className="text-danger" />
        <span>{`${runs.length} need attention`}</span>
        <ChevronRight
          size={16}
          strokeWidth={1.75}
          aria-hidden
          className={classes('-ml-1 text-faint transition-transform', open && 'rotate-90')}
        />
      </Button>
      <Button variant="quiet" className="ml-auto text-xs" onClick={onDismiss}>
        Dismiss all
      </Button>
    </div>
  )
}
