import type { Collection } from '#domain/collection.ts'
import type { CollectionId, PictureId, RunId } from '#domain/ids.ts'
import type { ImageMarks } from '#domain/marks.ts'
import type { Picture } from '#domain/picture.ts'
import { sha256Of } from '#imaging/sha256.ts'
import { type Database, toStorageError } from './database.ts'
import type { PictureRecords } from './picture-records.ts'
import { putPicture } from './picture-writes.ts'
import type { StoredPicture } from './schema.ts'
import type { BackupRecords, StoreChange } from './store.ts'
import { toRun, toStoredRun } from './stored-run.ts'

const pageLength = 1_000
/** Screens are told after this many images: each time they read their lists again. */
const toldTogether = 24

/** What is kept of one image, read and written by the code that has its bytes. */
type Bytes = Pick<PictureRecords, 'original' | 'restorePicture'>

/** A record without the members for indexes, and with the shelf to which an image in the bin returns. */
export function recordOf({ order: _order, ...picture }: StoredPicture): Picture {
  return picture
}

export function createBackupRecords(
  database: Database,
  bytes: Bytes,
  onChange: (change: StoreChange) => void,
): BackupRecords {
  let untold: PictureId[] = []
  let untoldRuns: RunId[] = []
  let isCollectionUntold = false

  function tellKept() {
    if (untold.length > 0) onChange({ kind: 'pictures', ids: untold })
    if (untoldRuns.length > 0) onChange({ kind: 'runs', ids: untoldRuns })
    if (isCollectionUntold) onChange({ kind: 'collections' })
    untold = []
    untoldRuns = []
    isCollectionUntold = false
  }

  function note(id: PictureId) {
    untold.push(id)
    if (untold.length >= toldTogether) tellKept()
  }

  const record = (id: PictureId) =>
    database.read(['pictures'], (transaction) => transaction.objectStore('pictures').get(id))

  return {
    size: () => sizeOf(database),
    pictureIds: () => database.read(['pictures'], (transaction) => transaction.objectStore('pictures').getAllKeys()),
    async picture(id) {
      const found = await record(id)
      return found && recordOf(found)
    },
    bytes: (id) => bytes.original(id).catch(() => undefined),
    async runs() {
      const all = await database.read(['runs'], (transaction) => transaction.objectStore('runs').getAll())
      return all.map(toRun)
    },
    collections: () => database.read(['collections'], (transaction) => transaction.objectStore('collections').getAll()),

    async known(id) {
      const found = await record(id)
      return found && knownFrom(found, await hashOf(found, () => bytes.original(id)))
    },
    async keep(picture, given) {
      await bytes.restorePicture(await toRestored(picture, given))
      note(picture.id)
    },
    async setMarks(id, marks) {
      await database.write(['pictures'], async (transaction) => {
        const pictures = transaction.objectStore('pictures')
        const found = await pictures.get(id)
        if (found) await putPicture(transaction, { ...found, marks })
      })
      note(id)
    },
    hasRun: async (id) =>
      (await database.read(['runs'], (transaction) => transaction.objectStore('runs').getKey(id))) !== undefined,
    async keepRun(run) {
      await database.write(['runs'], (transaction) => transaction.objectStore('runs').put(toStoredRun(run)))
      untoldRuns.push(run.id)
    },
    hasCollection: async (id) =>
      (await database.read(['collections'], (transaction) => transaction.objectStore('collections').getKey(id))) !==
      undefined,
    async keepCollection(collection) {
      await database.write(['collections'], (transaction) =>
        transaction.objectStore('collections').put(toCollection(collection)),
      )
      isCollectionUntold = true
    },
    tellKept,
  }
}

/** Records are read in pages, because all of them might not fit into memory. */
async function sizeOf(database: Database): Promise<{ images: number; bytes: number }> {
  let [images, bytes] = [0, 0]
  for (let after: PictureId | undefined; ; ) {
    const range = after === undefined ? undefined : IDBKeyRange.lowerBound(after, true)
    const page = await database.read(['pictures'], (transaction) =>
      transaction.objectStore('pictures').getAll(range, pageLength),
    )
    images += page.length
    for (const { sizeBytes } of page) bytes += sizeBytes
    after = page.at(-1)?.id
    if (page.length < pageLength) return { images, bytes }
  }
}

/** The hash of an image of an earlier version is computed from its bytes. `''`: they are missing. */
export async function hashOf({ sha256 }: Picture, read: () => Promise<Blob | undefined>): Promise<string> {
  if (sha256 !== undefined) return sha256
  const bytes = await read().catch(() => undefined)
  return bytes ? sha256Of(new Uint8Array(await bytes.arrayBuffer())) : ''
}

export function knownFrom({ marks }: Picture, sha256: string): { sha256: string; marks?: ImageMarks } {
  return { sha256, ...(marks ? { marks } : {}) }
}

/** A collection of an archive as a complete record. */
export function toCollection(collection: { id: CollectionId; name: string }): Collection {
  const { kind, order } = collection as Partial<Collection>
  return {
    ...collection,
    kind: kind === 'smart' ? 'smart' : 'plain',
    order: typeof order === 'number' ? order : Date.now(),
  }
}

/** A file that is kept whole is decoded again for its thumbnail and rendition. */
export async function toRestored(picture: Picture, bytes: Blob) {
  const { file } = picture
  if (!file) return { picture, bytes }
  const { readImage } = await import('#imaging/prepare-image.ts')
  const { thumbnail, rendition, ...drawn } = await readImage(bytes, file.name, new AbortController().signal).catch(
    (error: unknown) => {
      throw toStorageError(error)
    },
  )
  const { sha256 = await sha256Of(new Uint8Array(await bytes.arrayBuffer())) } = picture
  const palette = picture.palette ?? drawn.palette
  return {
    picture: { ...picture, ...(palette ? { palette } : {}), sha256 },
    bytes,
    drawn: { thumbnail, ...(rendition ? { rendition } : {}) },
  }
}
