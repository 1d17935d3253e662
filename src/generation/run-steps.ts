import type { Failure } from '#domain/failure.ts'
import { type Marks, type Run, type RunIn, standInId } from '#domain/run.ts'
import { type RunEvent, step } from '#domain/run-machine.ts'
import { mayFallBack } from './fallback.ts'
import type { RunnerPorts } from './ports.ts'

/** Marks that a step may add. */
type NewMarks = Partial<Pick<Marks, 'simulated' | 'gateway' | 'proxy' | 'standsIn'>>

/** Stores the steps of a run: every step goes through the state table and is stored before anything follows from it. */
export interface RunSteps {
  /**
   * Stores the run after an event and gives what is stored then: the next state, or what another window stored.
   * `undefined`: the run was removed before it was sent.
   */
  advance(run: Run, event: RunEvent, marks?: NewMarks): Promise<Run | undefined>
  /** Stores that a run has failed and, with it, whether a run at another service takes its place. */
  fail(
    run: RunIn<'queued' | 'sending' | 'working'>,
    failure: Failure,
    chargePossible: boolean,
  ): Promise<Run | undefined>
}

export function createRunSteps({ store, now, fallback }: RunnerPorts): RunSteps {
  async function advance(run: Run, event: RunEvent, marks: NewMarks = {}): Promise<Run | undefined> {
    const next = step(run, event)
    if (!next) return store.run(run.id)
    // The store keeps what it has if that is further on.
    const stored = await store.amendRun(run.id, (before) => ({
      ...before,
      marks: { ...before.marks, ...marks },
      state: next.state,
    }))
    // A run that was sent cannot be removed by the user, so the browser has cleared everything, and this run is paid
    // for.
    const isUnsent = run.state.phase === 'queued'
    return stored ?? (isUnsent ? undefined : store.saveRun({ ...next, marks: { ...next.marks, ...marks } }))
  }

  return {
    advance,
    fail(run, failure, chargePossible) {
      const event = { type: 'fail', at: now(), failure, chargePossible } as const
      const failed = step(run, event)
      const yields = fallback?.() === 'always' && failed && mayFallBack(failed) === 'by-itself'
      // Stored with the failure, so that after a crash it is known which run takes its place.
      return advance(run, yields ? { ...event, yieldsTo: standInId(run.id) } : event)
    },
  }
}

/**
 * "Check again": back on the grid if its task or lost answer may be found, because only runs on the grid are driven
 * after a reload.
 */
export function checkedAgain(run: Run): Run {
  const taken = step(run, { type: 'find' }) ?? step(run, { type: 'ask', at: run.marks.createdAt })
  if (!taken) return run
  const { dismissed: _off, ...marks } = run.marks
  return { ...taken, marks }
}
