import type { IDBPObjectStore } from 'idb'
import type { PictureId } from '#domain/ids.ts'
import type { Names, Schema, StoredPicture } from './schema.ts'

declare const writes: unique symbol

/**
 * A write transaction. Records of images can only be read through it: they are written with `putPicture` and
 * `deletePicture`, which mark the change for search. The compiler refuses any other way.
 */
export interface Writing<Stores extends readonly Names[]> {
  readonly [writes]: true
  objectStore<Name extends Stores[number]>(
    name: Name,
  ): IDBPObjectStore<Schema, Names[], Name, Name extends 'pictures' ? 'readonly' : 'readwrite'>
}

/** Any write transaction; one without the store `pictures` rejects. */
type AnyWriting = Pick<Writing<Names[]>, typeof writes>

interface Stores {
  objectStore<Name extends Names>(name: Name): IDBPObjectStore<Schema, Names[], Name, 'readwrite'>
}

/** The stores that a transaction needs for writing image records. */
export function withMarkers(stores: readonly Names[]): Names[] {
  return stores.includes('pictures') && !stores.includes('ledger') ? [...stores, 'ledger'] : [...stores]
}

export async function putPicture(transaction: AnyWriting, record: StoredPicture): Promise<void> {
  await Promise.all([storesOf(transaction).objectStore('pictures').put(record), mark(transaction, record.id)])
}

export async function deletePicture(transaction: AnyWriting, id: PictureId): Promise<void> {
  await Promise.all([storesOf(transaction).objectStore('pictures').delete(id), mark(transaction, id)])
}

/** Keys in `ledger` of the images that changed after the search snapshot. */
export const markerKeys = {
  of: (id: PictureId): IDBValidKey => [1, id],
  all: () => IDBKeyRange.bound([1], [2], false, true),
  toId: (key: IDBValidKey) => (key as [number, PictureId])[1],
}

/** Each marker has a new number, so that a marker that was set again meanwhile differs from the one that was read. */
async function mark(transaction: AnyWriting, id: PictureId): Promise<void> {
  await storesOf(transaction).objectStore('ledger').put(Math.random(), markerKeys.of(id))
}

function storesOf(transaction: AnyWriting): Stores {
  return transaction as unknown as Stores
}
