import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb'
import type { Collection } from '#domain/collection.ts'
import type { Command } from '#domain/command.ts'
import type { CollectionId, PictureId, RunId } from '#domain/ids.ts'
import type { ImageMime, Picture, Shelf } from '#domain/picture.ts'
import type { Marks, Run, RunState } from '#domain/run.ts'
import type { FileMime } from '#domain/source-file.ts'

/** A run with the members that its indexes use. */
export type StoredRun = Run & {
  /** Sorts newest first in ascending order. */
  order: [number, RunId]
  /** The run's `createdAt` while the grid shows it, else absent, so that the index holds open runs only. */
  openSince?: number
}

/** A run as stored by version 1: flat. Such records are read as they are, and rewritten with the run's next step. */
export type RunOfVersion1 = Pick<Run, 'id' | 'recipe'> & Marks & RunState & Pick<StoredRun, 'order' | 'openSince'>

/** A picture's record with the members that its indexes use. */
export type StoredPicture = Picture & {
  /** Sorts newest first within a shelf, so that a page is a single `getAll` that costs the same at any depth. */
  order: [Shelf, number, PictureId]
  /** The shelf to which an image in the bin returns. */
  home?: Shelf
}

/** Bytes of images made by a service, and thumbnails: base64 without a `data:` prefix. */
export interface StoredBytes {
  id: PictureId
  mime: ImageMime
  base64: string
}

interface FileAbout {
  id: PictureId
  name: string
  mime: FileMime
  /** Hash of its bytes: 64 hexadecimal digits. */
  sha256: string
}

/** A file as the user brought it. Never changed, and only one is read at a time. */
export interface WholeFile extends FileAbout {
  /** An ArrayBuffer where the browser cannot store a Blob in a database (docs/decisions/0017-files-kept-whole.md). */
  bytes: Blob | ArrayBuffer
}

/** `bytesAt`: the record that has the same bytes; see `file-bytes.ts`. Never one that refers to another itself. */
export type StoredFile = WholeFile | (FileAbout & { bytesAt: PictureId })

/**
 * An image that every browser can draw, made from a file that not every browser can (HEIC, TIFF). It can be deleted and
 * made again.
 */
export interface StoredRendition {
  id: PictureId
  mime: ImageMime
  bytes: Blob | ArrayBuffer
}

/** A folder on disk that the user chose. */
export interface StoredFolder {
  /** Its purpose: "copy". */
  id: string
  /** A `FileSystemDirectoryHandle`; only stored by browsers that have them. */
  handle: unknown
  /** Epoch ms: images made up to then are in the folder. */
  writtenUntil?: number
}

/**
 * What is on users' disks. Names of the database, its stores and indexes, and of members used by an index can only be
 * changed by an upgrade step. A released step never changes.
 */
export interface Schema extends DBSchema {
  runs: { key: RunId; value: StoredRun | RunOfVersion1; indexes: { order: [number, RunId]; openSince: number } }
  pictures: {
    key: PictureId
    value: StoredPicture
    indexes: { order: [Shelf, number, PictureId]; parents: PictureId; origin: string; sha256: string }
  }
  thumbnails: { key: PictureId; value: StoredBytes }
  /** Bytes of images that were made, and of images prepared for the service by earlier versions. */
  originals: { key: PictureId; value: StoredBytes }
  files: { key: PictureId; value: StoredFile; indexes: { sha256: string; bytesAt: PictureId } }
  renditions: { key: PictureId; value: StoredRendition }
  acts: { key: string; value: Command; indexes: { at: number } }
  collections: { key: CollectionId; value: Collection }
  folders: { key: string; value: StoredFolder }
  /**
   * Records that are made from others and can be deleted and made again: those for search, and how far files of earlier
   * versions are shared. Each has an explicit key.
   */
  ledger: { key: IDBValidKey; value: unknown }
}

export type Names = StoreNames<Schema>

/** Upgrades a database by one version. All steps of one opening share a transaction: all of them are done, or none. */
export type UpgradeStep = (
  connection: IDBPDatabase<Schema>,
  transaction: IDBPTransaction<Schema, Names[], 'versionchange'>,
) => void | Promise<void>

/** The step at index n upgrades version n to n + 1. Add a new version at the end. */
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
    // Records without the member are not in the index, so records of version 1 can stay as they are.
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
  (_connection, transaction) => {
    // From here on, a file that is stored already is not stored again. Earlier code cannot read such records.
    const files = transaction.objectStore('files')
    files.createIndex('sha256', 'sha256')
    files.createIndex('bytesAt', 'bytesAt')
  },
]
