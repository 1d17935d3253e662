import type { Failure } from '#domain/failure.ts'
import { type Marks, type Run, type RunIn, standInId } from '#domain/run.ts'
import { mayFollow, type RunEvent, step } from '#domain/run-machine.ts'
import { mayFallBack } from './fallback.ts'
import type { RunnerPorts } from './ports.ts'

/** Marks that a step may add. */
type NewMarks = Partial<Pick<Marks, 'simulated' | 'gateway' | 'proxy' | 'standsIn'>>

/** How the runner moves a run on: every step goes through the machine and is stored before anything follows from it. */
export interface RunSteps {
  /**
   * Stores the run after an event and gives what is stored then: the next step, or what another window made of the run.
   * `undefined`: the run was removed before it was sent.
   */
  advance(run: Run, event: RunEvent, marks?: NewMarks): Promise<Run | undefined>
  /** Stores that a run has failed; with it, whether a run of another service takes its place. */
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
    const stored = await store.amendRun(run.id, (before) => {
      if (!mayFollow(before, next)) return before
      return { ...before, marks: { ...before.marks, ...marks }, state: next.state }
    })
    // Nobody can remove a run that was sent: the browser has cleared everything, and this one is paid for.
    const isUnsent = run.state.phase === 'queued'
    return stored ?? (isUnsent ? undefined : store.saveRun({ ...next, marks: { ...next.marks, ...marks } }))
  }

  return {
    advance,
    fail(run, failure, chargePossible) {
      const event = { type: 'fail', at: now(), failure, chargePossible } as const
      const failed = step(run, event)
      const yields = fallback?.() === 'always' && failed !== undefined && mayFallBack(failed) === 'by-itself'
      // Stored with the failure: after a crash it is known that the run goes on elsewhere, and as which one.
      return advance(run, yields ? { ...event, yieldsTo: standInId(run.id) } : event)
    },
  }
}

/** "Look again": back on the grid, where alone a run is driven on after a reload, if task or lost answer may be found. */
export function takenUp(run: Run): Run {
  const taken = step(run, { type: 'find' }) ?? step(run, { type: 'ask', at: run.marks.createdAt })
  if (!taken) return run
  const { dismissed: _off, ...marks } = run.marks
  return { ...taken, marks }
}
