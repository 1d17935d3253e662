import { describeFailure } from '#domain/failure.ts'
import { describeCharge, isOver, type Run } from '#domain/run.ts'
import { againLabel, detailsOf, mayLookAgain } from '#gallery/failure-fix.ts'
import { modelOfRun, promptOf } from '#gallery/run-words.ts'
import { useGenerator, useUsualMs } from '#generation/use-generate.ts'
import { useLedger, useOpenRuns, useThumbnail } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { describeDuration, Elapsed } from '#ui/elapsed.tsx'
import { Empty } from '#ui/empty.tsx'
import { notify } from '#ui/notices.tsx'
import { RatioMark } from '#ui/ratio-mark.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

const lookBack = 20

/** Everything that is out, waits or went wrong, and what was saved last. */
export function TaskList() {
  const open = useOpenRuns()
  const saved = useLedger(lookBack).filter((run) => run.phase === 'saved')
  return (
    <div className="flex flex-col">
      {open.length === 0 && (
        <Empty title="Nothing in work">Every run shows here, from the button to the gallery.</Empty>
      )}
      {open.length > 0 && <Rows label="In work" runs={open} />}
      {saved.length > 0 && <Rows label="Saved last" runs={saved} />}
    </div>
  )
}

function Rows({ label, runs }: { label: string; runs: readonly Run[] }) {
  return (
    <section aria-label={label}>
      <h3 className="px-4 pt-3 pb-1 text-faint text-xs">{label}</h3>
      <ul>
        {runs.map((run) => (
          <TaskRow key={run.id} run={run} />
        ))}
      </ul>
    </section>
  )
}

function TaskRow({ run }: { run: Run }) {
  const trouble = run.phase === 'failed' ? run.failure : isOver(run) ? undefined : run.trouble
  const prompt = promptOf(run)
  return (
    <li className="flex gap-3 border-line border-b px-4 py-2.5 last:border-b-0" data-phase={run.phase}>
      {run.phase === 'saved' ? <SavedMark run={run} /> : <RunMark run={run} />}
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline gap-3">
          <p className="min-w-0 flex-1 truncate text-ink" title={prompt}>
            {prompt}
          </p>
          <Clock run={run} />
        </div>
        <p className="text-faint text-xs">
          <Whole>{describePhase(run)}</Whole> · <Whole>{modelOfRun(run)}</Whole> · <Whole>{describeCharge(run)}</Whole>
        </p>
        {trouble && <p className="mt-1 text-danger text-xs">{describeFailure(trouble)}</p>}
        <Acts run={run} />
      </div>
    </li>
  )
}

function describePhase(run: Run): string {
  switch (run.phase) {
    case 'queued':
      return 'waiting here'
    case 'sending':
      return 'sent, waiting for an answer'
    case 'working':
      return run.stopped ? 'no longer waited for' : 'working'
    case 'ready':
      return 'ready at the service, not saved here'
    case 'saved':
      return 'saved'
    case 'failed':
      return run.failure.kind === 'unconfirmed' ? 'may have been sent' : 'failed'
  }
}

/** Words that are not broken over two lines. */
function Whole({ children }: { children: string }) {
  return <span className="whitespace-nowrap">{children}</span>
}

const markClass =
  'flex size-10 shrink-0 items-center justify-center overflow-hidden rounded-sm border border-line bg-ground'

function RunMark({ run }: { run: Run }) {
  const { aspectRatio, editRatio } = run.recipe.draft
  const ratio = run.recipe.sources.length > 0 ? editRatio : aspectRatio
  return (
    <div className={`${markClass} text-faint`}>
      <RatioMark ratio={String(ratio ?? '')} />
    </div>
  )
}

function SavedMark({ run }: { run: Extract<Run, { phase: 'saved' }> }) {
  const [picture] = run.pictures
  const thumbnail = useThumbnail(picture)
  const { select, show } = useWorkspace.getState()
  const open = () => {
    select(picture)
    show('stage')
  }
  return (
    <button type="button" aria-label="Show the picture" onClick={open} className={markClass}>
      {thumbnail && <img src={thumbnail} alt="" className="size-full object-cover" />}
    </button>
  )
}

function Clock({ run }: { run: Run }) {
  const usualMs = useUsualMs(run.pace)
  const clockClass = 'shrink-0 text-faint text-xs'
  if (run.phase === 'saved') return <span className={clockClass}>{describeDuration(run.finishedAt - run.sentAt)}</span>
  if (run.phase !== 'sending' && run.phase !== 'working') return null
  return (
    <span className={clockClass}>
      <Elapsed sinceMs={run.sentAt} />
      {usualMs !== undefined && `, usually ${describeDuration(usualMs)}`}
    </span>
  )
}

function Acts({ run }: { run: Run }) {
  const { stop, look, again, remove, dismiss } = useGenerator()
  const waits = !run.stopped && !run.trouble
  const acts = {
    Remove: run.phase === 'queued' && (() => remove(run)),
    'Stop waiting': run.phase === 'working' && !run.stopped && (() => stop(run)),
    'Look again':
      ((run.phase === 'working' && !waits) || (run.phase === 'failed' && mayLookAgain(run))) && (() => look(run)),
    'Save again': run.phase === 'ready' && !waits && (() => look(run)),
    [againLabel(run)]: run.phase === 'failed' && (() => again(run)),
    Dismiss: run.phase === 'failed' && (() => dismiss(run)),
    'Copy details': run.phase !== 'saved' && run.phase !== 'queued' && (() => copyDetails(run)),
  }
  const offered = Object.entries(acts).flatMap(([label, act]) => (act ? [{ label, act }] : []))
  if (offered.length === 0) return null
  return (
    <div className="-ml-2 mt-0.5 flex flex-wrap max-middle:-ml-3">
      {offered.map(({ label, act }) => (
        <Button key={label} variant="quiet" className="text-xs" onClick={act}>
          {label}
        </Button>
      ))}
    </div>
  )
}

function copyDetails(run: Run): void {
  navigator.clipboard.writeText(detailsOf(run)).then(
    () => notify({ text: 'Details copied.' }),
    () => notify({ text: 'The browser did not allow copying.', tone: 'error' }),
  )
}
