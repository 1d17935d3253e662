import { againId, isOver, type Run } from '#domain/run.ts'
import { toRun } from './create-run.ts'
import { dismissed } from './dismissed.ts'
import type { RunnerPorts } from './ports.ts'

/** A second press within this time means the same try, even if the first run has failed already. */
const samePressMs = 1_000

/**
 * Stores a new run of the same recipe, and in the same transaction takes the old one off the grid: if the new one
 * cannot be stored, the old card stays. The new id follows from the old one, so that at most one such run is under way,
 * however often and in however many windows it is asked for. Gives the run that is under way. Sends nothing.
 */
export async function tryAgain(ports: Pick<RunnerPorts, 'store' | 'now' | 'newId'>, run: Run): Promise<Run> {
  const { store, now } = ports
  const { batch } = run.marks
  for (let times = 1; ; times += 1) {
    const id = againId(run.id, times)
    const there = await store.run(id)
    const isSameWish = there && (!isOver(there) || Math.abs(now() - there.marks.createdAt) < samePressMs)
    if (there && !isSameWish) continue
    const next = there ?? { ...toRun(ports, run.recipe, { again: true, ...(batch ? { batch } : {}) }), id }
    const [started = next] = await store.startRuns([next], { id: run.id, change: dismissed })
    return started
  }
}
