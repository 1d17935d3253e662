import type { IDBPObjectStore } from 'idb'
import type { RunId } from '#domain/ids.ts'
import type { Marks, Run, RunState } from '#domain/run.ts'
import { mayFollow } from '#domain/run-machine.ts'
import { type Database, storageError } from './database.ts'
import type { RunOfVersion1, Schema, StoredRun } from './schema.ts'
import type { GalleryStore, StoreChange } from './store.ts'

type Reading = IDBPObjectStore<Schema, ['runs'], 'runs', 'readonly'>
export type RunRecords = Pick<
  GalleryStore,
  'openRuns' | 'recentRuns' | 'run' | 'saveRun' | 'startRuns' | 'amendRun' | 'removeRun'
>

export function createRunRecords(database: Database, onChange: (change: StoreChange) => void): RunRecords {
  const read = <T>(work: (runs: Reading) => Promise<T>) =>
    database.read(['runs'], (transaction) => work(transaction.objectStore('runs')))

  /** Steps after a submission for which the disk had no room: kept until one of the same run is written. */
  const aside = new Map<RunId, Run>()
  const show = (record: StoredRun | RunOfVersion1) => {
    const kept = aside.get(record.id)
    const stored = toRun(record)
    return kept && mayFollow(stored, kept) ? kept : stored
  }

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
      if (next !== stored) aside.delete(id)
    } catch (error) {
      // Before money is spent a step counts only on disk. Afterwards nothing that is known may be lost with it.
      if (!next || next.state.phase === 'queued' || next.state.phase === 'sending') throw error
      aside.set(id, next)
    }
    if (next !== stored) onChange({ kind: 'runs', ids: [id] })
    return next
  }

  return {
    openRuns: async () => (await read((runs) => runs.index('openSince').getAll())).map(show),
    async recentRuns(limit, since) {
      // Ascending is newest first; an array comes after every id.
      const range = since === undefined ? null : IDBKeyRange.upperBound([-since, []])
      return (await read((runs) => runs.index('order').getAll(range, limit))).map(show)
    },
    async run(id) {
      const record = await read((runs) => runs.get(id))
      return record && show(record)
    },
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
      if (replaced) aside.delete(replaced.id)
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

/** The run to keep: the next step with the marks that only the user sets, or the stored one when `next` is a step back. */
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

export function isOpen({ marks, state }: Run): boolean {
  return state.phase !== 'saved' && marks.dismissed !== true
}

export function toStoredRun(run: Run): StoredRun {
  const { createdAt } = run.marks
  return { ...run, order: [-createdAt, run.id], ...(isOpen(run) ? { openSince: createdAt } : {}) }
}

/** Reads records of every version. Version 1 kept marks and state side by side in one flat record. */
export function toRun({ order: _order, openSince: _openSince, ...record }: StoredRun | RunOfVersion1): Run {
  return 'state' in record ? record : unflattened(record)
}

const markNames: Readonly<Record<keyof Marks, true>> = {
  createdAt: true,
  priceCredits: true,
  pace: true,
  standsIn: true,
  again: true,
  simulated: true,
  gateway: true,
  proxy: true,
  batch: true,
  stopped: true,
  dismissed: true,
}

function unflattened({ id, recipe, ...flat }: Omit<RunOfVersion1, 'order' | 'openSince'>): Run {
  const entries = Object.entries(flat)
  const isMark = ([name]: [string, unknown]) => Object.hasOwn(markNames, name)
  return {
    id,
    recipe,
    marks: Object.fromEntries(entries.filter(isMark)) as unknown as Marks,
    state: Object.fromEntries(entries.filter((entry) => !isMark(entry))) as unknown as RunState,
  }
}
