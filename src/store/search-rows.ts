import type { PictureId } from '#domain/ids.ts'
import { openChanges } from './changes.ts'
import { type Database, openDatabase } from './database.ts'
import { toPicture } from './picture-shelves.ts'
import { markerKeys } from './picture-writes.ts'
import type { StoredPicture } from './schema.ts'
import type { ChangedImages, SearchRows, SearchStart } from './store.ts'

interface StoredSnapshot {
  generation: number
  snapshot: unknown
}

const snapshotKey: IDBValidKey = [0]

/** With its own connection, for a worker. Rejects when the browser provides no database. */
export async function openSearchRows(name: string): Promise<SearchRows> {
  const database = await openDatabase(name, { onHealth: () => undefined })
  const changes = openChanges(name)
  return {
    ...createSearchRows(database, changes.subscribe),
    close() {
      changes.close()
      database.close()
    },
  }
}

/** With the page's connection, which stays open. */
export function createSearchRows(database: Database, subscribe: SearchRows['subscribe']): SearchRows {
  const start = () =>
    database.read(['ledger', 'pictures'], async (transaction): Promise<SearchStart> => {
      const ledger = transaction.objectStore('ledger')
      const [stored, keys, stamps] = await Promise.all([
        ledger.get(snapshotKey),
        ledger.getAllKeys(markerKeys.all()),
        ledger.getAll(markerKeys.all()),
      ])
      const { generation = 0, snapshot } = toSnapshot(stored) ?? {}
      const ids = snapshot === undefined ? [] : keys.map(markerKeys.toId)
      const pictures = transaction.objectStore('pictures')
      const changed = sorted(ids, await Promise.all(ids.map((id) => pictures.get(id))))
      return { snapshot, generation, changed, markers: keys.map((key, index) => [key, stamps[index]] as const) }
    })

  return {
    start,
    imagesById: (ids) =>
      database.read(['pictures'], async (transaction) => {
        const pictures = transaction.objectStore('pictures')
        return sorted(ids, await Promise.all(ids.map((id) => pictures.get(id))))
      }),
    async *pages(size) {
      for (let after: PictureId | undefined; ; ) {
        const range = after === undefined ? undefined : IDBKeyRange.lowerBound(after, true)
        const records = await database.read(['pictures'], (transaction) =>
          transaction.objectStore('pictures').getAll(range, size),
        )
        if (records.length > 0) yield records.map(toPicture)
        after = records.at(-1)?.id
        if (records.length < size) return
      }
    },
    collections: () => database.read(['collections'], (transaction) => transaction.objectStore('collections').getAll()),
    count: () => database.read(['pictures'], (transaction) => transaction.objectStore('pictures').count()),
    fold: (generation, snapshot, known) =>
      database.write(['ledger'], async (transaction) => {
        const ledger = transaction.objectStore('ledger')
        if ((toSnapshot(await ledger.get(snapshotKey))?.generation ?? 0) !== generation) return undefined
        await ledger.put({ generation: generation + 1, snapshot } satisfies StoredSnapshot, snapshotKey)
        await Promise.all(
          // An image that was changed again meanwhile has another stamp, and stays marked.
          known.map(async ([key, stamp]) => (await ledger.get(key)) === stamp && ledger.delete(key)),
        )
        return generation + 1
      }),
    subscribe,
    close: () => undefined,
  }
}

function sorted(ids: readonly PictureId[], records: readonly (StoredPicture | undefined)[]): ChangedImages {
  return {
    found: records.flatMap((record) => (record ? [toPicture(record)] : [])),
    gone: ids.filter((_, index) => records[index] === undefined),
  }
}

function toSnapshot(value: unknown): StoredSnapshot | undefined {
  const { generation } = (value ?? {}) as Partial<StoredSnapshot>
  return typeof generation === 'number' ? (value as StoredSnapshot) : undefined
}
