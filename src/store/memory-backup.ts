import type { Collection } from '#domain/collection.ts'
import type { CollectionId, PictureId, RunId } from '#domain/ids.ts'
import type { Run } from '#domain/run.ts'
import { hashOf, knownFrom, recordOf, toCollection, toRestored } from './backup-records.ts'
import type { StoredPicture } from './schema.ts'
import type { BackupRecords, RestoredPicture, StoreChange } from './store.ts'

interface Memory {
  records(): ReadonlyMap<PictureId, StoredPicture>
  original(id: PictureId): Promise<Blob | undefined>
  runs: Map<RunId, Run>
  collections: Map<CollectionId, Collection>
  change(id: PictureId, record: StoredPicture): void
  restore(restored: RestoredPicture): Promise<void>
  tell(change: StoreChange): void
}

/** Backup records for a page without a database. */
export function createMemoryBackup(memory: Memory): BackupRecords {
  const { records, original, runs, collections, change, restore, tell } = memory
  return {
    async size() {
      const all = [...records().values()]
      return { images: all.length, bytes: all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }
    },
    pictureIds: async () => [...records().keys()],
    async picture(id) {
      const found = records().get(id)
      return found && recordOf(found)
    },
    bytes: original,
    runs: async () => [...runs.values()],
    collections: async () => [...collections.values()],
    async known(id) {
      const found = records().get(id)
      return found && knownFrom(found, await hashOf(found, () => original(id)))
    },
    async keep(picture, bytes) {
      await restore(await toRestored(picture, bytes))
      tell({ kind: 'pictures', ids: [picture.id] })
    },
    async setMarks(id, marks) {
      const found = records().get(id)
      if (found) change(id, { ...found, marks })
      tell({ kind: 'pictures', ids: [id] })
    },
    hasRun: async (id) => runs.has(id),
    async keepRun(run) {
      runs.set(run.id, run)
      tell({ kind: 'runs', ids: [run.id] })
    },
    hasCollection: async (id) => collections.has(id),
    async keepCollection(collection) {
      collections.set(collection.id, toCollection(collection))
      tell({ kind: 'collections' })
    },
    tellKept: () => undefined,
  }
}
