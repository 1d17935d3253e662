import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb'
import type { Command } from '#domain/command.ts'
import type { CollectionId, PictureId, RunId } from '#domain/ids.ts'
import type { ImageMime, Picture, Shelf } from '#domain/picture.ts'
import type { Marks, Run, RunState } from '#domain/run.ts'
import type { FileMime } from '#domain/source-file.ts'

/** A run with what its indexes look at. */
export type StoredRun = Run & {
  /** Ascending is newest first. */
  order: [number, RunId]
  /** The run's `createdAt` as long as the grid shows it, else absent, so that the index holds open runs only. */
  openSince?: number
}

/** A run as version 1 wrote it: flat. Such records are read as they are, and written anew with the run's next step. */
export type RunOfVersion1 = Pick<Run, 'id' | 'recipe'> & Marks & RunState & Pick<StoredRun, 'order' | 'openSince'>

/** A picture's record with what its indexes look at. */
export type StoredPicture = Picture & {
  /** Ascending is newest first within a shelf, so that a page is one plain `getAll` that costs the same at any depth. */
  order: [Shelf, number, PictureId]
  /** Where a picture in the bin goes back to. */
  home?: Shelf
}

/** Bytes of images that a service made, and thumbnails: base64 without a `data:` prefix. */
export interface StoredBytes {
  id: PictureId
  mime: ImageMime
  base64: string
}

/** A file as the user brought it. Never changed, and never read together with others. */
export interface StoredFile {
  id: PictureId
  name: string
  mime: FileMime
  /** Of `bytes`: 64 hexadecimal digits. */
  sha256: string
  /** An ArrayBuffer where the browser takes no Blob into a database (docs/decisions/0017-files-kept-whole.md). */
  bytes: Blob | ArrayBuffer
}

/**
 * An image that every browser can draw, made of a file that not every browser can (HEIC, TIFF). Derived: it can be deleted
 * and made again.
 */
export interface StoredRendition {
  id: PictureId
  mime: ImageMime
  bytes: Blob | ArrayBuffer
}

/** A named set of images. Which images are in a plain one is written in their own marks. */
export interface StoredCollection {
  id: CollectionId
  name: string
  kind: 'plain' | 'smart'
  /** Of a smart collection: the stored query. */
  rule?: string
  /** Ascending, as listed among those of the same parent. */
  order: number
  /** The collection that it is listed under. Absent, or gone: none. */
  parent?: CollectionId
  /** The image that stands for it. Absent: its newest. */
  cover?: PictureId
  /** Of a plain one: its images in the order that was given by hand. Those that are not named here come after, newest first. */
  sequence?: readonly PictureId[]
}

/** A folder of the disk that the user chose. */
export interface StoredFolder {
  /** What it is chosen for: "copy". */
  id: string
  /** A `FileSystemDirectoryHandle`: only browsers that have them keep one. */
  handle: unknown
  /** Epoch ms: images made until then are in the folder. */
  writtenUntil?: number
}

/**
 * What is on users' disks. The names of the database, of its stores and indexes and of every member that an index looks
 * at need an upgrade step to change; a released step never changes.
 */
export interface Schema extends DBSchema {
  runs: { key: RunId; value: StoredRun | RunOfVersion1; indexes: { order: [number, RunId]; openSince: number } }
  pictures: {
    key: PictureId
    value: StoredPicture
    indexes: { order: [Shelf, number, PictureId]; parents: PictureId; origin: string; sha256: string }
  }
  thumbnails: { key: PictureId; value: StoredBytes }
  /** Bytes of images that were made, and of images that earlier versions prepared for the service. */
  originals: { key: PictureId; value: StoredBytes }
  files: { key: PictureId; value: StoredFile }
  renditions: { key: PictureId; value: StoredRendition }
  acts: { key: string; value: Command; indexes: { at: number } }
  collections: { key: CollectionId; value: StoredCollection }
  folders: { key: string; value: StoredFolder }
  /** Rows for search, made from `pictures`: can be deleted and made again. Keys are given with each row. */
  ledger: { key: IDBValidKey; value: unknown }
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
  (connection, transaction) => {
    // Records without the member are not in the index, so those of version 1 stay as they are.
    transaction.objectStore('pictures').createIndex('sha256', 'sha256')
    connection.createObjectStore('files', { keyPath: 'id' })
    connection.createObjectStore('renditions', { keyPath: 'id' })
    connection.createObjectStore('acts', { keyPath: 'id' }).createIndex('at', 'at')
    connection.createObjectStore('collections', { keyPath: 'id' })
    connection.createObjectStore('ledger')
  },
  (connection) => {
    connection.createObjectStore('folders', { keyPath: 'id' })
  },
]
