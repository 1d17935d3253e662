import { Copy, X } from 'lucide-react'
import { describeCharge } from '#domain/charge.ts'
import { describeClock } from '#domain/date-heading.ts'
import { isAdopted, isIn, isOver, needsCard, type Run, type RunIn } from '#domain/run.ts'
import { useGenerator } from '#generation/use-generate.ts'
import { useUsualMs } from '#generation/use-usual-ms.ts'
import { useThumbnail } from '#store/thumbnail-queries.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'
import { describeDuration, Elapsed, useNow } from '#ui/elapsed.tsx'
import { RatioMark } from '#ui/ratio-mark.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { copyDetails } from './copy-details.ts'
import { describeKeeping, describeStep } from './ledger-words.ts'
import { LimitClock } from './limit-clock.tsx'
import { NextTry } from './next-try.tsx'
import { modelAskedFor, modelOfRun, promptOf } from './run-words.ts'
import { ServiceWords } from './service-words.tsx'
import { type Act, useRunAdvice } from './use-run-advice.ts'

/** The element id of a run's row, for links to it. */
export function rowIdOf(run: Run): string {
  return `task-${run.id}`
}

/** One row of the list of tasks: the run's state, its cost, its time, and what can be done. */
export function TaskRow({ run, onSettings }: { run: Run; onSettings: () => void }) {
  const { words, quoted, hint, freeAt, acts: advised, dismiss } = useRunAdvice(run, onSettings)
  const acts = useActs(run, advised)
  const prompt = showHidden(promptOf(run))
  const canDismiss = needsCard(run) && !run.marks.dismissed
  const kept = isIn(run, 'ready') && run.state.trouble && run.state.trouble.kind !== 'expired' ? run : undefined
  return (
    <li
      id={rowIdOf(run)}
      tabIndex={-1}
      data-phase={run.state.phase}
      className="group relative flex gap-3 border-line border-b px-4 py-2.5 -outline-offset-2 last:border-b-0"
    >
      {isIn(run, 'saved') ? <SavedMark run={run} /> : <RunMark run={run} />}
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline gap-3">
          <p dir="auto" className="min-w-0 flex-1 truncate text-ink" title={prompt}>
            {prompt}
          </p>
          <Clock run={run} />
        </div>
        <Facts run={run} />
        {run.marks.standsIn && (
          <p className="text-faint text-xs">
            {modelOfRun(run)}, in place of {modelAskedFor(run)}
          </p>
        )}
        {words && (
          <p
            dir="auto"
            className={classes('mt-1 text-xs [overflow-wrap:anywhere]', run.state.phase === 'failed' && 'text-danger')}
          >
            {words}
          </p>
        )}
        <ServiceWords quoted={quoted} />
        <p className="text-faint text-xs">
          <span>{hint}</span> {freeAt !== undefined && <LimitClock freeAt={freeAt} />} {kept && <Keeping run={kept} />}
        </p>
        {acts.length > 0 && (
          <div className="mt-1 flex items-start gap-1">
            <Acts acts={acts} isFirstBest={advised.length > 0} />
            <div className="-mr-2 flex shrink-0 max-middle:-mr-3">
              {run.state.phase !== 'queued' && <CopyButton run={run} />}
              {canDismiss && <IconButton label="Dismiss" icon={X} onClick={dismiss} className="middle:size-7!" />}
            </div>
          </div>
        )}
      </div>
      {acts.length === 0 && (
        <div className="absolute right-2 bottom-1 rounded-sm bg-panel opacity-0 transition-opacity focus-within:opacity-100 group-hover:opacity-100 max-middle:static max-middle:-mr-3 max-middle:opacity-100">
          <CopyButton run={run} />
        </div>
      )}
    </li>
  )
}

/** The acts for the run; the most suitable one first. */
function useActs(run: Run, advised: readonly Act[]): readonly Act[] {
  const { stop, look, remove } = useGenerator()
  const acts = [...advised]
  if (run.state.phase === 'queued') acts.push({ label: 'Remove', onSelect: () => remove(run) })
  if (run.state.phase === 'working' && !run.marks.stopped)
    acts.push({ label: 'Stop waiting', onSelect: () => stop(run) })
  // Dismissed from the gallery before it was saved, and not resumed since.
  const isLeft = run.state.phase === 'ready' && run.marks.dismissed && !run.state.trouble
  if (isLeft) acts.push({ label: 'Save again', onSelect: () => look(run) })
  return acts
}

function Acts({ acts, isFirstBest }: { acts: readonly Act[]; isFirstBest: boolean }) {
  return (
    <div className="flex min-w-0 flex-1 flex-wrap gap-1">
      {acts.map(({ label, onSelect }, index) =>
        isFirstBest && index === 0 ? (
          <Button key={label} className="text-xs middle:h-7! middle:px-2.5!" onClick={onSelect}>
            {label}
          </Button>
        ) : (
          <Button
            key={label}
            variant="quiet"
            className={classes('text-xs middle:h-7!', index === 0 && '-ml-2 max-middle:-ml-3')}
            onClick={onSelect}
          >
            {label}
          </Button>
        ),
      )}
    </div>
  )
}

function CopyButton({ run }: { run: Run }) {
  return <IconButton label="Copy details" icon={Copy} onClick={() => copyDetails(run)} className="middle:size-7!" />
}

/** Phase, model and, at the other end, the charge: one line at any width. */
function Facts({ run }: { run: Run }) {
  const took =
    run.state.phase === 'saved' && !isAdopted(run) && describeDuration(run.state.finishedAt - run.state.sentAt)
  return (
    <p className="flex gap-x-3 whitespace-nowrap text-faint text-xs">
      <span className="min-w-0 flex-1 truncate">
        <span>{describeStep(run)}</span>
        {took && <span>{` in ${took}`}</span>}
        {!run.marks.standsIn && <span>{` · ${modelOfRun(run)}`}</span>}
      </span>
      <span>{describeCharge(run)}</span>
    </p>
  )
}

function Keeping({ run }: { run: RunIn<'ready'> }) {
  return <span>{describeKeeping(run, useNow())}</span>
}

const markClass =
  'flex size-10 shrink-0 items-center justify-center overflow-hidden rounded-sm border border-line bg-ground text-faint'

function RunMark({ run }: { run: Run }) {
  return (
    <div className={markClass}>
      <Ratio run={run} />
    </div>
  )
}

function Ratio({ run }: { run: Run }) {
  const { aspectRatio, editRatio } = run.recipe.draft
  return <RatioMark ratio={String((run.recipe.sources.length > 0 ? editRatio : aspectRatio) ?? '')} />
}

function SavedMark({ run }: { run: RunIn<'saved'> }) {
  const [picture] = run.state.pictures
  const thumbnail = useThumbnail(picture)
  const { select, show } = useWorkspace.getState()
  const open = () => {
    select(picture)
    show('stage')
  }
  return (
    <button type="button" aria-label="Show the image" onClick={open} className={markClass}>
      {thumbnail ? <img src={thumbnail} alt="" className="size-full object-cover" /> : <Ratio run={run} />}
    </button>
  )
}

/** The time taken so far; for a run that has ended, its start. */
function Clock({ run }: { run: Run }) {
  const usualMs = useUsualMs(run)
  const clockClass = 'shrink-0 text-faint text-xs'
  if (isOver(run) || run.marks.dismissed || run.state.phase === 'ready') {
    return <span className={clockClass}>{describeClock(run.marks.createdAt)}</span>
  }
  if (isIn(run, 'queued') && run.state.sendsAt !== undefined) {
    return (
      <span className={clockClass}>
        <NextTry run={run} />
      </span>
    )
  }
  if (isAdopted(run) || !(isIn(run, 'sending') || isIn(run, 'working'))) return null
  return (
    <span className={clockClass}>
      <Elapsed sinceMs={run.state.sentAt} />
      {usualMs !== undefined && <span>{`, usually ${describeDuration(usualMs)}`}</span>}
    </span>
  )
}
