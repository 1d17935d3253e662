import type { IDBPObjectStore } from 'idb'
import { loadPart } from '#platform/load-part.ts'
import type { Database } from './database.ts'
import type { RunOfVersion1, Schema, StoredRun } from './schema.ts'
import type { GalleryStore, StoreChange } from './store.ts'
import { type RunWrites, shownRun, type UnwrittenSteps } from './stored-run.ts'

type Reading = IDBPObjectStore<Schema, ['runs'], 'runs', 'readonly'>
export type RunRecords = Pick<GalleryStore, 'openRuns' | 'recentRuns' | 'run'> & RunWrites

const loadWrites = () => import('./run-writes.ts')

export function createRunRecords(database: Database, onChange: (change: StoreChange) => void): RunRecords {
  const read = <T>(work: (runs: Reading) => Promise<T>) =>
    database.read(['runs'], (transaction) => work(transaction.objectStore('runs')))

  const unwritten: UnwrittenSteps = new Map()
  const show = (record: StoredRun | RunOfVersion1) => shownRun(record, unwritten)

  /** Only the machine of runs writes; it is loaded together with this (`app/services.tsx`). */
  let written: RunWrites | undefined
  const writes = async () => {
    const { createRunWrites } = await loadPart(loadWrites)
    written ??= createRunWrites(database, onChange, unwritten)
    return written
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
    saveRun: async (run) => (await writes()).saveRun(run),
    startRuns: async (...given) => (await writes()).startRuns(...given),
    amendRun: async (...given) => (await writes()).amendRun(...given),
    removeRun: async (id) => (await writes()).removeRun(id),
  }
}
