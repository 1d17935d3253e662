import { Copy } from 'lucide-react'
import type { ReactNode } from 'react'
import { describeCharge, isAdopted, isOver, type Run, type RunIn } from '#domain/run.ts'
import { copyDetails } from '#gallery/copy-details.ts'
import { describeClock } from '#gallery/date-heading.ts'
import { needsCard } from '#gallery/gallery-rows.ts'
import { modelOfRun, promptOf } from '#gallery/run-words.ts'
import { useRunAdvice } from '#gallery/use-run-advice.ts'
import { useGenerator, useUsualMs } from '#generation/use-generate.ts'
import { useThumbnail } from '#store/queries.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { Countdown, describeDuration, Elapsed, useNow } from '#ui/elapsed.tsx'
import { RatioMark } from '#ui/ratio-mark.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { describeKeeping, describeStep } from './ledger-words.ts'

/** The element of a run's row, for whoever wants to lead there. */
export function rowIdOf(run: Run): string {
  return `task-${run.id}`
}

/** One line of the ledger: where the run is, what it costs, how long it takes, and what can be done. */
export function TaskRow({ run, onSettings }: { run: Run; onSettings: () => void }) {
  const { words, hint, freeAt, acts, dismiss } = useRunAdvice(run, onSettings)
  const prompt = promptOf(run)
  return (
    <li
      id={rowIdOf(run)}
      tabIndex={-1}
      data-phase={run.phase}
      className="group flex gap-3 border-line border-b px-4 py-2.5 -outline-offset-2 last:border-b-0"
    >
      {run.phase === 'saved' ? <SavedMark run={run} /> : <RunMark run={run} />}
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline gap-3">
          <p className="min-w-0 flex-1 truncate text-ink" title={prompt}>
            {prompt}
          </p>
          <Clock run={run} />
        </div>
        <Facts run={run} />
        {words && <p className="mt-1 text-danger text-xs [overflow-wrap:anywhere]">{words}</p>}
        {hint && <p className="text-faint text-xs">{hint}</p>}
        {freeAt !== undefined && <p className="text-faint text-xs">{<FreeAgain at={freeAt} />}</p>}
        {run.phase === 'ready' && run.trouble && run.trouble.kind !== 'expired' && <Keeping run={run} />}
        {run.phase !== 'saved' && <Acts run={run} advised={acts} dismiss={dismiss} />}
      </div>
      {run.phase === 'saved' && (
        <IconButton
          label="Copy details"
          icon={Copy}
          onClick={() => copyDetails(run)}
          className="-mr-2 self-center opacity-0 transition-opacity focus-visible:opacity-100 group-hover:opacity-100 max-middle:opacity-100"
        />
      )}
    </li>
  )
}

/** Phase, model, time and charge. None of them is broken over two lines. */
function Facts({ run }: { run: Run }) {
  const took = run.phase === 'saved' && !isAdopted(run) ? describeDuration(run.finishedAt - run.sentAt) : undefined
  const facts: ReactNode[] = [describeStep(run)]
  if (run.phase === 'queued' && run.sendsAt !== undefined) facts.push(<SendsItself key="sends" at={run.sendsAt} />)
  facts.push(modelOfRun(run), took && `took ${took}`, describeCharge(run))
  return (
    <p className="flex flex-wrap text-faint text-xs">
      {facts.filter(Boolean).map((fact, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the facts of a run stay in their order
        <span key={index} className="whitespace-pre">
          {index > 0 && ' · '}
          <span>{fact}</span>
        </span>
      ))}
    </p>
  )
}

function SendsItself({ at }: { at: number }) {
  return (
    <>
      sends itself in <Countdown untilMs={at} />
    </>
  )
}

function FreeAgain({ at }: { at: number }) {
  if (useNow() >= at) return 'The limit is free again.'
  return (
    <>
      The limit is free again in <Countdown untilMs={at} />.
    </>
  )
}

function Keeping({ run }: { run: RunIn<'ready'> }) {
  const { words, until } = describeKeeping(run, useNow())
  return (
    <p className="text-faint text-xs">
      {words}
      {until !== undefined && (
        <>
          {' '}
          <Countdown untilMs={until} />.
        </>
      )}
    </p>
  )
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
  const [picture] = run.pictures
  const thumbnail = useThumbnail(picture)
  const { select, show } = useWorkspace.getState()
  const open = () => {
    select(picture)
    show('stage')
  }
  return (
    <button type="button" aria-label="Show the picture" onClick={open} className={markClass}>
      {thumbnail ? <img src={thumbnail} alt="" className="size-full object-cover" /> : <Ratio run={run} />}
    </button>
  )
}

/** How long it has taken so far; of what is over, when it was started. */
function Clock({ run }: { run: Run }) {
  const usualMs = useUsualMs(run)
  const isOut = (run.phase === 'sending' || run.phase === 'working') && !isAdopted(run)
  const clockClass = 'shrink-0 text-faint text-xs'
  if (isOver(run) || run.dismissed) return <span className={clockClass}>{describeClock(run.createdAt)}</span>
  if (!isOut) return null
  return (
    <span className={clockClass}>
      <Elapsed sinceMs={run.sentAt} />
      {usualMs !== undefined && `, usually ${describeDuration(usualMs)}`}
    </span>
  )
}

interface ActsProps {
  run: Run
  advised: readonly { label: string; onSelect: () => void }[]
  dismiss: () => void
}

function Acts({ run, advised, dismiss }: ActsProps) {
  const { stop, look, remove } = useGenerator()
  const acts = [
    ...(run.phase === 'queued' ? [{ label: 'Remove', onSelect: () => remove(run) }] : []),
    ...(run.phase === 'working' && !run.stopped ? [{ label: 'Stop waiting', onSelect: () => stop(run) }] : []),
    ...advised,
    // A finished run that nobody drives: taken off the gallery before it was saved.
    ...(run.phase === 'ready' && run.dismissed && !run.trouble
      ? [{ label: 'Save again', onSelect: () => look(run) }]
      : []),
    ...(needsCard(run) && !run.dismissed ? [{ label: 'Dismiss', onSelect: dismiss }] : []),
    ...(run.phase === 'queued' ? [] : [{ label: 'Copy details', onSelect: () => copyDetails(run) }]),
  ]
  return (
    <div className="-ml-2 mt-0.5 flex flex-wrap max-middle:-ml-3">
      {acts.map(({ label, onSelect }) => (
        <Button key={label} variant="quiet" className="text-xs" onClick={onSelect}>
          {label}
        </Button>
      ))}
    </div>
  )
}
