import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb'
import type { PictureId, RunId } from '#domain/ids.ts'
import type { ImageMime, Picture, Shelf } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'

/** A run with what its indexes look at. */
export type StoredRun = Run & {
  /** Ascending is newest first. */
  order: [number, RunId]
  /** The run's `createdAt` as long as the grid shows it, else absent, so that the index holds open runs only. */
  openSince?: number
}

/** A picture's record with what its indexes look at. */
export type StoredPicture = Picture & {
  /** Ascending is newest first within a shelf, so that a page is one plain `getAll` that costs the same at any depth. */
  order: [Shelf, number, PictureId]
  /** Where a picture in the bin goes back to. */
  home?: Shelf
}

/** Bytes as they are kept: base64 without a `data:` prefix. */
export interface StoredBytes {
  id: PictureId
  mime: ImageMime
  base64: string
}

/**
 * What is on users' disks. The names of the database, of its stores and indexes and of every member that an index looks
 * at need an upgrade step to change; a released step never changes.
 */
export interface Schema extends DBSchema {
  runs: { key: RunId; value: StoredRun; indexes: { order: [number, RunId]; openSince: number } }
  pictures: {
    key: PictureId
    value: StoredPicture
    indexes: { order: [Shelf, number, PictureId]; parents: PictureId; origin: string }
  }
  thumbnails: { key: PictureId; value: StoredBytes }
  originals: { key: PictureId; value: StoredBytes }
}

export type Names = StoreNames<Schema>

/** Takes a database one version further. All steps of an opening share one transaction: all of them happen, or none. */
export type UpgradeStep = (
  connection: IDBPDatabase<Schema>,
  transaction: IDBPTransaction<Schema, Names[], 'versionchange'>,
) => void | Promise<void>

/** The step at index n makes version n + 1 out of version n. A new version is one more step at the end. */
export const upgradeSteps: readonly UpgradeStep[] = [
  (connection) => {
    const runs = connection.createObjectStore('runs', { keyPath: 'id' })
    runs.createIndex('order', 'order')
    runs.createIndex('openSince', 'openSince')
    const pictures = connection.createObjectStore('pictures', { keyPath: 'id' })
    pictures.createIndex('order', 'order')
    pictures.createIndex('parents', 'parents', { multiEntry: true })
    pictures.createIndex('origin', 'origin.kind')
    connection.createObjectStore('thumbnails', { keyPath: 'id' })
    connection.createObjectStore('originals', { keyPath: 'id' })
  },
]
