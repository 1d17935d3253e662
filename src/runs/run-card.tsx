import { Copy, TriangleAlert, X } from 'lucide-react'
import { describeCharge } from '#domain/charge.ts'
import { isIn, type Run } from '#domain/run.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { copyDetails } from './copy-details.ts'
import { LimitClock } from './limit-clock.tsx'
import { describePhase, promptOf } from './run-words.ts'
import { ServiceWords } from './service-words.tsx'
import { UnsavedPicture } from './unsaved-picture.tsx'
import { useRunAdvice } from './use-run-advice.ts'

/** A run that failed or waits for a decision: what happened, what it cost, and what can be done. */
export function RunCard({ run, onSettings }: { run: Run; onSettings: () => void }) {
  const { words, quoted, hint, freeAt, acts, dismiss } = useRunAdvice(run, onSettings)
  const [first, ...others] = acts
  const prompt = showHidden(promptOf(run))
  return (
    <div className="rounded-sm border border-line bg-raised py-1 pr-1 pl-2.5">
      <div className="flex h-7 items-center gap-2 max-middle:h-11">
        {run.state.phase === 'failed' && (
          <TriangleAlert size={14} strokeWidth={1.75} aria-hidden className="shrink-0 text-danger" />
        )}
        <p dir="auto" className="min-w-0 flex-1 truncate font-medium text-ink text-sm" title={prompt}>
          {prompt}
        </p>
        <IconButton label="Copy details" icon={Copy} onClick={() => copyDetails(run)} className="middle:size-7!" />
        <IconButton label="Dismiss" icon={X} onClick={dismiss} className="-ml-2 middle:size-7!" />
      </div>
      <p className="pr-2 text-ink text-xs [overflow-wrap:anywhere]">
        {/* An image that the service no longer has is not ready to download. */}
        {run.state.phase === 'ready' && run.state.trouble?.kind !== 'expired' && (
          <span>{`${describePhase(run)}. `}</span>
        )}
        <bdi>{words}</bdi> {hint && <span className="text-faint">{hint}</span>}
        {freeAt !== undefined && (
          <span className="text-faint">
            <LimitClock freeAt={freeAt} />
          </span>
        )}
      </p>
      <ServiceWords quoted={quoted} />
      {isIn(run, 'ready') && run.state.trouble?.kind === 'storage' && <UnsavedPicture run={run} />}
      <div className="mt-1.5 mb-1 flex flex-wrap items-center gap-1">
        {first && (
          <Button className="text-xs middle:h-7! middle:px-2.5!" onClick={first.onSelect}>
            {first.label}
          </Button>
        )}
        {others.map(({ label, onSelect }) => (
          <Button key={label} variant="quiet" className="text-xs middle:h-7!" onClick={onSelect}>
            {label}
          </Button>
        ))}
        <span className="ml-auto pr-2 text-faint text-xs">{describeCharge(run)}</span>
      </div>
    </div>
  )
}
