import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { sha256Of } from '#imaging/sha256.ts'
import type { Database } from './database.ts'
import type { Writing } from './picture-writes.ts'
import type { StoredFile, WholeFile } from './schema.ts'

/**
 * The bytes of a user's file are stored once, with the first image that was made from it. Records of further images
 * refer to that record (`bytesAt`), which stays as long as anything refers to it, even when its own image is deleted.
 * Kept bytes are never written again.
 */

/** A file's record with its bytes, wherever they are. `undefined`: there is none, or its bytes are missing. */
export async function fileWithBytes(
  read: (id: PictureId) => Promise<StoredFile | undefined>,
  id: PictureId,
): Promise<WholeFile | undefined> {
  const record = await read(id)
  if (!record || isWhole(record)) return record
  const { bytesAt, ...about } = record
  const other = await read(bytesAt)
  return other && isWhole(other) ? { ...about, bytes: other.bytes } : undefined
}

export function isWhole(file: StoredFile): file is WholeFile {
  return !('bytesAt' in file)
}

/** Whether the stored bytes are those that the record says. */
export async function isIntact(file: StoredFile | undefined): Promise<boolean> {
  if (!file || !isWhole(file)) return false
  const bytes = await bytesIn(file.bytes).catch(() => undefined)
  return bytes !== undefined && (await sha256Of(bytes)) === file.sha256
}

/** Bytes of any realm, as a copy. */
export async function bytesIn(bytes: Blob | ArrayBuffer): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array('arrayBuffer' in bytes ? await bytes.arrayBuffer() : bytes)
}

/** A record that has these bytes, read back to be sure. */
export async function findBytes(database: Database, sha256: string): Promise<PictureId | undefined> {
  const ids = await database.read(['files'], (transaction) =>
    transaction.objectStore('files').index('sha256').getAllKeys(sha256),
  )
  for (const id of ids) {
    const record = await database.read(['files'], (transaction) => transaction.objectStore('files').get(id))
    if (record && isWhole(record) && (await isIntact(record))) return id
  }
  return undefined
}

/**
 * Deletes the files of images that were deleted before in the same transaction. Bytes that other images need stay. Reads
 * keys only.
 */
export async function deleteFiles(
  transaction: Writing<('files' | 'pictures')[]>,
  deleted: readonly Pick<Picture, 'id' | 'sha256'>[],
): Promise<void> {
  const files = transaction.objectStore('files')
  const found = await Promise.all(
    deleted.map(async ({ id, sha256 }) => [
      id,
      // The record with the bytes may be that of an image that was deleted earlier.
      ...(sha256 === undefined ? [] : await files.index('sha256').getAllKeys(sha256)),
    ]),
  )
  const ids = [...new Set(found.flat())]
  const images = await Promise.all(ids.map((id) => transaction.objectStore('pictures').getKey(id)))
  const left = ids.filter((_id, index) => images[index] === undefined)
  const deleteUnneeded = async (id: PictureId) => {
    if ((await files.index('bytesAt').getKey(id)) === undefined) await files.delete(id)
  }
  // Records that refer to others first: then nothing needs those any more.
  for (let round = 0; round < 2; round += 1) for (const id of left) await deleteUnneeded(id)
}

/** Where sharing has come to: the hashes up to there are done. Kept in `ledger`; without it, everything is done again. */
interface Sharing {
  after?: string
  isDone?: boolean
}

const sharingKey: IDBValidKey = ['copies']
/** The most work of one step: keys that are read, and hashes whose bytes are read and shared. */
const stepKeys = 500
const stepHashes = 4

/**
 * One step of making files that earlier versions stored several times refer to one record, whose bytes are checked
 * first. Resolves to whether more is left. Once everything is done, a step is one read.
 */
export async function shareSomeCopies(database: Database): Promise<boolean> {
  const stored = await database.read(['ledger'], (transaction) => transaction.objectStore('ledger').get(sharingKey))
  const { after, isDone } = (stored ?? {}) as Sharing
  if (isDone) return false
  const { several, last } = await nextHashes(database, after)
  for (const sha256 of several) {
    const kept = await findBytes(database, sha256)
    if (kept !== undefined) await shareBytes(database, sha256, kept)
  }
  const next: Sharing = last === undefined ? { isDone: true } : { after: last }
  await database.write(['ledger'], (transaction) => transaction.objectStore('ledger').put(next, sharingKey))
  return last !== undefined
}

/** The next hashes that several files have, and the last hash that was looked at; `undefined`: there are no more. */
function nextHashes(database: Database, after: string | undefined): Promise<{ several: string[]; last?: string }> {
  return database.read(['files'], async (transaction) => {
    const several = new Set<string>()
    let last: string | undefined
    let count = 0
    const range = after === undefined ? undefined : IDBKeyRange.lowerBound(after, true)
    let cursor = await transaction.objectStore('files').index('sha256').openKeyCursor(range)
    for (; cursor; cursor = await cursor.continue()) {
      const isNext = cursor.key !== last
      // A step ends between two hashes, so that all files of one are seen together.
      if (last !== undefined && isNext && (count >= stepKeys || several.size >= stepHashes))
        return { several: [...several], last }
      if (!isNext) several.add(cursor.key)
      last = cursor.key
      count += 1
    }
    return { several: [...several] }
  })
}

async function shareBytes(database: Database, sha256: string, kept: PictureId): Promise<void> {
  await database.write(['files'], async (transaction) => {
    const files = transaction.objectStore('files')
    const holder = await files.get(kept)
    if (!holder || !isWhole(holder)) return
    for (const id of await files.index('sha256').getAllKeys(sha256)) {
      const record = id === kept ? undefined : await files.get(id)
      // A record that others refer to keeps its bytes.
      if (!record || !isWhole(record) || (await files.index('bytesAt').getKey(id)) !== undefined) continue
      const { bytes: _bytes, ...about } = record
      await files.put({ ...about, bytesAt: kept })
    }
  })
}
