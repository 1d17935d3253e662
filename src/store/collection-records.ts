import type { Collection } from '#domain/collection.ts'
import type { Database } from './database.ts'

/** In list order. Collections are written by acts (`act-records`) and by a restore. */
export async function readCollections(database: Database): Promise<Collection[]> {
  return inListOrder(
    await database.read(['collections'], (transaction) => transaction.objectStore('collections').getAll()),
  )
}

export function inListOrder(collections: readonly Collection[]): Collection[] {
  return collections.toSorted((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1))
}
