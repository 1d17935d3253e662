import type { RunId } from '#domain/ids.ts'
import type { Run } from '#domain/run.ts'
import { mayFollow } from '#domain/run-machine.ts'
import { type Database, storageError } from './database.ts'
import type { RunOfVersion1, StoredRun } from './schema.ts'
import type { StoreChange } from './store.ts'
import { type RunWrites, shownRun, toRun, toStoredRun, type UnwrittenSteps } from './stored-run.ts'

/** Changes runs. A step that the state table does not allow leaves the stored run as it is. */
export function createRunWrites(
  database: Database,
  onChange: (change: StoreChange) => void,
  unwritten: UnwrittenSteps,
): RunWrites {
  const show = (record: StoredRun | RunOfVersion1) => shownRun(record, unwritten)

  // A step after a submission that does not fit on the disk is kept in memory.
  const put = async (id: RunId, change: (stored: Run | undefined) => Run | undefined) => {
    let stored: Run | undefined
    let next: Run | undefined
    try {
      await database.write(['runs'], async (transaction) => {
        const runs = transaction.objectStore('runs')
        const record = await runs.get(id)
        stored = record && show(record)
        next = change(stored)
        if (next && next !== stored) await runs.put(toStoredRun(next))
      })
      if (next !== stored) unwritten.delete(id)
    } catch (error) {
      // Before money is spent a step must be on disk. Afterwards nothing that is known may be lost.
      if (!next || next.state.phase === 'queued' || next.state.phase === 'sending') throw error
      const kept = next
      unwritten.set(id, (before) => (mayFollow(before, kept) ? kept : before))
    }
    if (next !== stored) onChange({ kind: 'runs', ids: [id] })
    return next
  }

  return {
    saveRun: async (run) => (await put(run.id, (stored) => stepped(stored, run))) ?? run,
    async startRuns(runs, replaced) {
      const started = await database.write(['runs'], async (transaction) => {
        const records = transaction.objectStore('runs')
        const before = replaced && (await records.get(replaced.id))
        const next = before && amended(show(before), replaced.change)
        if (next) await records.put(toStoredRun(next))
        return Promise.all(
          runs.map(async (run) => {
            const there = await records.get(run.id)
            if (!there) await records.put(toStoredRun(run))
            return there ? show(there) : run
          }),
        )
      })
      if (replaced) unwritten.delete(replaced.id)
      onChange({ kind: 'runs', ids: [...started.map(({ id }) => id), ...(replaced ? [replaced.id] : [])] })
      return started
    },
    amendRun: (id, change) => put(id, (stored) => stored && amended(stored, change)),
    async removeRun(id) {
      const removed = await database.write(['runs'], async (transaction) => {
        const runs = transaction.objectStore('runs')
        const record = await runs.get(id)
        if (!record) return false
        refuseSent(toRun(record))
        await runs.delete(id)
        return true
      })
      if (removed) onChange({ kind: 'runs', ids: [id] })
    },
  }
}

/**
 * The run to keep: the next step with the marks that only the user sets, or the stored one if `next` is a step back.
 */
export function stepped(stored: Run | undefined, next: Run): Run {
  if (!stored) return next
  if (!mayFollow(stored, next)) return stored
  const { stopped: _stopped, dismissed: _dismissed, ...marks } = next.marks
  const { stopped, dismissed } = stored.marks
  return { ...next, marks: { ...marks, ...(stopped ? { stopped } : {}), ...(dismissed ? { dismissed } : {}) } }
}

export function amended(stored: Run, change: (stored: Run) => Run): Run {
  const next = change(stored)
  return mayFollow(stored, next) ? next : stored
}

export function refuseSent({ state }: Run) {
  if (state.phase !== 'queued') throw storageError('only a run of which nothing was sent can be removed')
}
