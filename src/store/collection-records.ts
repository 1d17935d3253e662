import type { Collection } from '#domain/collection.ts'
import type { CollectionId } from '#domain/ids.ts'
import type { Database } from './database.ts'
import type { CollectionRecords, StoreChange } from './store.ts'

export function createCollectionRecords(
  database: Database,
  onChange: (change: StoreChange) => void,
): CollectionRecords {
  return {
    all: async () =>
      inOrder(await database.read(['collections'], (transaction) => transaction.objectStore('collections').getAll())),
    async put(collection) {
      await database.write(['collections'], (transaction) => transaction.objectStore('collections').put(collection))
      onChange({ kind: 'collections' })
    },
    async remove(id) {
      await database.write(['collections'], (transaction) => transaction.objectStore('collections').delete(id))
      onChange({ kind: 'collections' })
    },
  }
}

/** Without a database: collections last as long as the page. */
export function createCollectionsInMemory(
  kept: Map<CollectionId, Collection>,
  onChange: (change: StoreChange) => void,
): CollectionRecords {
  return {
    all: async () => inOrder([...kept.values()]),
    async put(collection) {
      kept.set(collection.id, collection)
      onChange({ kind: 'collections' })
    },
    async remove(id) {
      kept.delete(id)
      onChange({ kind: 'collections' })
    },
  }
}

function inOrder(collections: readonly Collection[]): Collection[] {
  return collections.toSorted((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1))
}
