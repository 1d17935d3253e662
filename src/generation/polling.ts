import { type Failure, toFailure } from '#domain/failure.ts'
import type { NonEmpty } from '#domain/ids.ts'
import { isIn, type Run, type RunIn } from '#domain/run.ts'
import { step } from '#domain/run-machine.ts'
import { findFamily } from '#models/catalogue.ts'
import type { Maker, Provider, TaskStatus } from '#providers/provider.ts'
import { learnPace, nextPauseMs, type Pace } from './pace.ts'
import { type Push, type RunnerPorts, sendFor, withDeadline } from './ports.ts'
import { lostContact } from './sending.ts'

const checkMs = 30_000
/** A task reported as finished may get its image's address a little later. docs/services.md 2.2. */
const emptyMs = 30_000
const troublePausesMs = [1_000, 2_000, 4_000, 8_000, 15_000]
const longestTroublePauseMs = 30_000
const ledgerLength = 200
const afterWordMs = 1_000

export type TaskEnd =
  | { state: 'done'; imageUrls: NonEmpty<string>; spareUrls: readonly string[]; madeBy?: Maker }
  | { state: 'failed'; failure: Failure; chargePossible?: true }

export type Poll = (run: RunIn<'working'>, provider: Provider, signal: AbortSignal, fresh: boolean) => Promise<TaskEnd>

/**
 * Waits for the end of a task. A failed poll says nothing about the task: it is shown, and polling continues more
 * slowly. A task never fails by time; only the service can report that. `fresh`: submitted just now; otherwise it was
 * resumed and is polled at once. Ages are measured with a monotonic clock.
 */
export function createPolling(ports: RunnerPorts, push: Push, others: () => number): Poll {
  const { store, now, monotonic } = ports

  return async (run, provider, signal, fresh) => {
    const send = sendFor(ports, run)
    const startAgeMs = fresh ? 0 : Math.max(0, now() - run.state.sentAt)
    const startedAt = monotonic()
    const ageMs = () => startAgeMs + monotonic() - startedAt
    // A clock change must not make a record that has not appeared yet count as missing. Adopted tasks are old.
    const certainAgeMs = () => Math.max(0, run.marks.createdAt - run.state.sentAt) + monotonic() - startedAt
    const pace = await paceOf(ports, run)
    let shown = run.state.trouble
    let troubles = 0
    let emptySinceMs: number | undefined
    let pauseMs = fresh ? nextPauseMs(pace, 0, others() - 1) : 0

    /** Stored only when it changes: most polls bring nothing new. */
    async function show(trouble: Failure | undefined) {
      if (shown?.kind === trouble?.kind) return
      shown = trouble
      await store.amendRun(run.id, (stored) => step(stored, { type: 'trouble', trouble }) ?? stored)
    }

    for (;;) {
      const hasWord = await push.untilPoll(run.id, pauseMs, signal)
      let status: TaskStatus
      try {
        status = await withDeadline(checkMs, signal, (soon) =>
          provider.check(run.state.task.taskId, certainAgeMs(), { send, signal: soon }),
        )
      } catch (error) {
        signal.throwIfAborted()
        await show(lostContact(error))
        pauseMs = troublePausesMs[troubles] ?? longestTroublePauseMs
        troubles += 1
        continue
      }
      await show(undefined)
      troubles = 0
      if (status.state === 'done' || status.state === 'failed') {
        push.ended(run.id)
        return status
      }
      pauseMs = nextPauseMs(pace, ageMs(), others() - 1)
      // The record may be updated slightly after the callback event.
      if (hasWord) pauseMs = Math.min(pauseMs, afterWordMs)
      if (status.state !== 'empty') continue
      emptySinceMs ??= ageMs()
      pauseMs = 2_000
      if (ageMs() - emptySinceMs > emptyMs) return withoutPicture(status.spareUrls)
    }
  }
}

function withoutPicture(spareUrls: readonly string[]): TaskEnd {
  const [first, ...rest] = spareUrls
  if (first !== undefined) return { state: 'done', imageUrls: [first], spareUrls: rest }
  const failure = { kind: 'unexpected', detail: 'it reports a finished task without an image.' } as const
  return { state: 'failed', failure, chargePossible: true }
}

/** The pace of the user's last runs of this kind; real and simulated ones separately. */
export async function paceOf({ store }: Pick<RunnerPorts, 'store'>, run: RunIn<'working'>): Promise<Pace> {
  const ledger: readonly Run[] = await store.recentRuns(ledgerLength).catch((error) => {
    // The pace is only a guess; unreadable records must not keep a paid task from being polled.
    toFailure(error)
    return []
  })
  const durations = ledger
    .filter((past) => isIn(past, 'saved'))
    .filter(({ marks: { pace, simulated } }) => pace === run.marks.pace && simulated === run.marks.simulated)
    .map(({ state }) => state.finishedAt - state.sentAt)
  const { draft, sources, family } = run.recipe
  return learnPace(durations, findFamily(family)?.quote(draft, sources.length).usualMs ?? 10_000)
}
