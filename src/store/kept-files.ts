import { isDiskFull, toFailure } from '#domain/failure.ts'
import type { PictureId } from '#domain/ids.ts'
import { imageMimes, type Picture } from '#domain/picture.ts'
import { fileMimes } from '#domain/source-file.ts'
import { kindOf } from '#imaging/image-header.ts'
import { type Database, storageError } from './database.ts'
import { bytesIn, findBytes, isIntact, isWhole } from './file-bytes.ts'
import { packThumbnail } from './image-processor.ts'
import { deletePicture, putPicture } from './picture-writes.ts'
import type { StoredBytes, StoredRendition, WholeFile } from './schema.ts'
import { toStoredPicture } from './shelf-writes.ts'
import type { NewFile, RestoredPicture } from './store.ts'

/** All records of a file that is kept whole. */
export interface FileEntry {
  picture: Picture
  file: WholeFile
  thumbnail: Omit<StoredBytes, 'id'>
  rendition?: StoredRendition
}

/** Bytes for a record: an ArrayBuffer where the browser cannot store a Blob in a database. */
type BytesOf = (bytes: Blob) => Promise<Blob | ArrayBuffer>

/**
 * Stores a file and its records in one transaction, and reads it back to be sure. Bytes that another image has already
 * are not stored again. If the image is there already, nothing changes. Rejects with `storage`, and then nothing of it is stored.
 */
export async function keepFile(database: Database, given: NewFile): Promise<void> {
  await keepWhole(database, given, (bytesOf) => toFileEntry(given, bytesOf))
}

/** The same for a file of a backup, with its record unchanged. */
export async function keepFileAgain(database: Database, restored: RestoredPicture): Promise<void> {
  await keepWhole(database, restored.picture, (bytesOf) => toRestoredFileEntry(restored, bytesOf))
}

async function keepWhole(
  database: Database,
  { id, sha256 }: Pick<Picture, 'id' | 'sha256'>,
  entry: (bytesOf: BytesOf) => Promise<FileEntry>,
) {
  const kept = await database.read(['pictures'], (transaction) => transaction.objectStore('pictures').getKey(id))
  if (kept !== undefined) return
  const bytesAt = sha256 === undefined ? undefined : await findBytes(database, sha256)
  if (bytesAt !== undefined && (await putFile(database, await entry(async (bytes) => bytes), bytesAt))) return
  if (await tryToKeep(database, await entry(async (bytes) => bytes))) return
  if (await tryToKeep(database, await entry((bytes) => bytes.arrayBuffer()))) return
  throw storageError('the browser did not give back what was written')
}

/** `false`: the browser does not store the bytes in this form, or gave back different ones; nothing is stored. */
async function tryToKeep(database: Database, entry: FileEntry): Promise<boolean> {
  try {
    await putFile(database, entry)
  } catch (error) {
    if (isDiskFull(toFailure(error)) || entry.file.bytes instanceof ArrayBuffer) throw error
    return false
  }
  const { id } = entry.picture
  const file = await database.read(['files'], (transaction) => transaction.objectStore('files').get(id))
  if (await isIntact(file)) return true
  await removeFile(database, id)
  return false
}

export async function toFileEntry(given: NewFile, bytesOf: BytesOf = async (bytes) => bytes): Promise<FileEntry> {
  const { id, bytes, facts, name, sha256, thumbnail, rendition, notes, parents = [], found, ...about } = given
  const { mime, width, height, signed, ...rest } = facts
  const picture: Picture = {
    ...about,
    id,
    prompt: name,
    mime,
    width,
    height,
    sizeBytes: bytes.size,
    parents,
    origin: { kind: 'dropped', fileName: name, notes, ...(found ? { found } : {}) },
    file: { name, ...rest },
    ...(signed ? { signed } : {}),
    sha256,
  }
  return {
    picture,
    file: { id, name, mime, sha256, bytes: await bytesOf(bytes) },
    thumbnail: await packThumbnail(thumbnail),
    ...(await renditionOf(id, rendition, bytesOf)),
  }
}

export async function toRestoredFileEntry(
  { picture, bytes, drawn }: RestoredPicture,
  bytesOf: BytesOf = async (bytes) => bytes,
): Promise<FileEntry> {
  const { id, mime, file, sha256 } = picture
  if (!file || sha256 === undefined || !drawn) throw storageError('its record is not that of a file')
  const { thumbnail, rendition } = drawn
  return {
    picture,
    file: { id, name: file.name, mime, sha256, bytes: await bytesOf(bytes) },
    thumbnail: await packThumbnail(thumbnail),
    ...(await renditionOf(id, rendition, bytesOf)),
  }
}

async function renditionOf(
  id: PictureId,
  rendition: Blob | undefined,
  bytesOf: BytesOf,
): Promise<{ rendition?: StoredRendition }> {
  const mime = imageMimes.find((known) => known === rendition?.type)
  return rendition && mime ? { rendition: { id, mime, bytes: await bytesOf(rendition) } } : {}
}

/** With `bytesAt`, the file refers to those bytes; `false`: they are no longer there, and nothing is stored. */
async function putFile(
  database: Database,
  { picture, file, thumbnail, rendition }: FileEntry,
  bytesAt?: PictureId,
): Promise<boolean> {
  const { id } = picture
  const { bytes: _bytes, ...about } = file
  return database.write(['pictures', 'thumbnails', 'files', 'renditions'], async (transaction) => {
    const files = transaction.objectStore('files')
    const holder = bytesAt === undefined ? undefined : await files.get(bytesAt)
    if (bytesAt !== undefined && !(holder && isWhole(holder))) return false
    // A deleted image whose bytes others need still has its record here; restored, it uses that again.
    const there = await files.get(id)
    if (there && there.sha256 !== file.sha256) throw storageError('another file is stored under its id')
    if (bytesAt !== id) await files.put(bytesAt === undefined ? file : { ...about, bytesAt })
    await putPicture(transaction, toStoredPicture(picture))
    await transaction.objectStore('thumbnails').put({ id, ...thumbnail })
    if (rendition) await transaction.objectStore('renditions').put(rendition)
    return true
  })
}

async function removeFile(database: Database, id: PictureId) {
  await database.write(['pictures', 'thumbnails', 'files', 'renditions'], async (transaction) => {
    await deletePicture(transaction, id)
    await transaction.objectStore('thumbnails').delete(id)
    await transaction.objectStore('files').delete(id)
    await transaction.objectStore('renditions').delete(id)
  })
}

/** The kept file with its own type; `undefined` if its bytes are missing or are not an image. */
export async function openFile(record: WholeFile | StoredRendition | undefined): Promise<Blob | undefined> {
  if (!record) return undefined
  const type = fileMimes.find((mime) => mime === record.mime)
  const bytes = new Blob([record.bytes])
  const start = await bytesIn(bytes.slice(0, 64)).catch(() => undefined)
  if (!type || !start || `image/${kindOf(start)}` !== type) return undefined
  return bytes.slice(0, bytes.size, type)
}
