import { startOfDay, startOfMonth } from '#domain/calendar.ts'
import { describeDay } from '#domain/date-heading.ts'
import { needsCard, type Run } from '#domain/run.ts'
import { spendingSince } from '#domain/spending.ts'
import { useLedger } from '#store/ledger-queries.ts'
import { keys, useOpenRuns, useUnread } from '#store/queries.ts'
import { Empty } from '#ui/empty.tsx'
import { NotRead } from '#ui/not-read.tsx'
import { useToday } from '#ui/use-today.ts'
import { AdoptForm } from './adopt-form.tsx'
import { describeSpending } from './ledger-words.ts'
import { TaskRow } from './task-row.tsx'

const lookBackDays = 7
const dayMs = 24 * 3_600_000
/** More runs than anyone makes in that time. */
const lookBackRuns = 1_000
const monthRuns = 20_000

/** The list of tasks: everything that is running, waits or failed, what was made in the last days, and what it cost. */
export function TaskList({ onSettings }: { onSettings: () => void }) {
  useToday()
  const open = useOpenRuns()
  const ledger = useLedger(lookBackRuns)
  const past = pastDays(ledger, new Set(open.map(({ id }) => id)))
  const unread = useUnread(keys.runs)
  const isEmpty = open.length === 0 && past.length === 0 && !unread.failed
  return (
    <div className="flex min-h-full flex-col">
      <Sum isUnread={unread.failed} />
      {unread.failed && <NotRead what="runs" onAgain={unread.readAgain} />}
      <div className="flex-1">
        {isEmpty && <Empty title="Nothing running">Runs stay here until saved.</Empty>}
        <Rows label="Running" runs={open.filter((run) => !needsCard(run))} onSettings={onSettings} />
        <Rows label="Needs attention" runs={open.filter(needsCard)} onSettings={onSettings} />
        {past.map(({ day, runs }) => (
          <Rows key={day} label={day} runs={runs} onSettings={onSettings} />
        ))}
      </div>
      <AdoptForm />
    </div>
  )
}

/** Runs that have ended, by the day they were started, newest first. */
function pastDays(ledger: readonly Run[], open: ReadonlySet<Run['id']>): { day: string; runs: Run[] }[] {
  const now = Date.now()
  const since = startOfDay(now) - lookBackDays * dayMs
  const days = new Map<string, Run[]>()
  for (const run of ledger) {
    if (open.has(run.id) || run.marks.createdAt < since) continue
    const day = describeDay(run.marks.createdAt, now)
    days.set(day, [...(days.get(day) ?? []), run])
  }
  return [...days].map(([day, runs]) => ({ day, runs }))
}

/**
 * What today and this month have cost, unless that could not be read. A run counts by when it was sent, which may be the
 * day after it was created.
 */
function Sum({ isUnread }: { isUnread: boolean }) {
  const now = Date.now()
  const since = startOfMonth(now)
  const runs = useLedger(monthRuns, since - dayMs)
  const [spent, ...others] = describeSpending(spendingSince(runs, startOfDay(now)), spendingSince(runs, since))
  if (isUnread) return null
  return (
    <p className="sticky top-0 z-10 flex min-h-11 flex-wrap items-center gap-x-3 border-line border-b bg-panel px-4 py-2 text-faint text-xs">
      <span className="font-medium text-ink text-sm">{spent}</span>
      {others.map((part) => (
        <span key={part}>{part}</span>
      ))}
    </p>
  )
}

function Rows({ label, runs, onSettings }: { label: string; runs: readonly Run[]; onSettings: () => void }) {
  if (runs.length === 0) return null
  return (
    <section aria-label={label}>
      <h2 className="px-4 pt-3 pb-1 text-faint text-xs">{label}</h2>
      <ul>
        {runs.map((run) => (
          <TaskRow key={run.id} run={run} onSettings={onSettings} />
        ))}
      </ul>
    </section>
  )
}
