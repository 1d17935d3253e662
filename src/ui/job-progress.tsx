import { Button } from './button.tsx'

interface JobProgressProps {
  /** "Backing up". */
  doing: string
  done: number
  /** 0: not known yet. */
  total: number
  stop(): void
}

/** Progress of long work, and a button to stop it. */
export function JobProgress({ doing, done, total, stop }: JobProgressProps) {
  const share = total === 0 ? 0 : Math.min(100, (done / total) * 100)
  const words = total === 0 ? `${doing} …` : `${doing} ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`
  return (
    <div className="flex items-center gap-3">
      <div className="grid min-w-0 flex-1 gap-1.5">
        <p className="text-sm tabular-nums">{words}</p>
        <div
          role="progressbar"
          aria-label={doing}
          aria-valuemin={0}
          aria-valuemax={total || 1}
          aria-valuenow={done}
          className="h-1 overflow-hidden rounded-full bg-hover"
        >
          <div className="bar-fill h-full bg-ink" style={{ width: `${share}%` }} />
        </div>
      </div>
      <Button onClick={stop}>Stop</Button>
    </div>
  )
}
