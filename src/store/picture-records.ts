import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { isIn, type RunIn } from '#domain/run.ts'
import { mayFollow } from '#domain/run-machine.ts'
import { type Database, storageError } from './database.ts'
import { fileWithBytes } from './file-bytes.ts'
import type { ImageProcessor } from './image-processor.ts'
import { keepFile, keepFileAgain, openFile } from './kept-files.ts'
import { type PictureEntry, toBlob, toEntry, toRestoredEntry } from './picture-entry.ts'
import { toPicture } from './picture-shelves.ts'
import { deletePicture, putPicture, type Writing } from './picture-writes.ts'
import type { Names } from './schema.ts'
import { toStoredPicture } from './shelf-writes.ts'
import type { GalleryStore, NewPicture, RestoredPicture, Samples } from './store.ts'
import { toRun, toStoredRun } from './stored-run.ts'

/** The part of the store that handles image bytes. Runs in a worker where there is one. */
export interface PictureRecords
  extends Pick<GalleryStore, 'settle' | 'addPicture' | 'addFile' | 'original' | 'drawable'> {
  /** One transaction. If an image with its id is there already, nothing changes. */
  restorePicture(restored: RestoredPicture): Promise<void>
  /** `home`: the page's own folder. `onBatch` is called with the samples that have just been stored. */
  addSamples(wanted: Samples, home: string, onBatch: (ids: readonly PictureId[]) => void): Promise<void>
}

const byteStores: ('thumbnails' | 'originals')[] = ['thumbnails', 'originals']
const allStores: Names[] = ['runs', 'pictures', ...byteStores]

export function createPictureRecords(database: Database, processor: ImageProcessor): PictureRecords {
  const pictures = (ids: readonly PictureId[]) =>
    database.read(['pictures'], async (transaction) => {
      const records = await Promise.all(ids.map((id) => transaction.objectStore('pictures').get(id)))
      return records.flatMap((record) => (record ? [toPicture(record)] : []))
    })

  /** An image that has just been stored. */
  async function stored(id: PictureId): Promise<Picture> {
    const [picture] = await pictures([id])
    if (!picture) throw notWrittenError()
    return picture
  }

  async function toEntries(made: readonly NewPicture[]): Promise<PictureEntry[]> {
    const there = new Set((await pictures(made.map(({ id }) => id))).map(({ id }) => id))
    const entries: PictureEntry[] = []
    for (const picture of made) if (!there.has(picture.id)) entries.push(await toEntry(processor, picture))
    return entries
  }

  async function original(id: PictureId): Promise<Blob | undefined> {
    const file = await database.read(['files'], (transaction) =>
      fileWithBytes((each) => transaction.objectStore('files').get(each), id),
    )
    if (file) return openFile(file)
    const bytes = await database.read(['originals'], (transaction) => transaction.objectStore('originals').get(id))
    return bytes && toBlob(bytes.base64)
  }

  return {
    async settle(run, made) {
      const record = await database.read(['runs'], (transaction) => transaction.objectStore('runs').get(run.id))
      const before = record && toRun(record)
      if (before && isIn(before, 'saved')) return pictures(before.state.pictures)
      await keep(database, await toEntries(made), run)
      return pictures(run.state.pictures)
    },
    async addPicture(picture) {
      await keep(database, await toEntries([picture]))
      return stored(picture.id)
    },
    async addFile(file) {
      await keepFile(database, file)
      return stored(file.id)
    },
    async restorePicture(restored) {
      if (restored.picture.file) await keepFileAgain(database, restored)
      else await keep(database, [await toRestoredEntry(processor, restored)])
    },
    original,
    async drawable(id) {
      const rendition = await database.read(['renditions'], (transaction) =>
        transaction.objectStore('renditions').get(id),
      )
      return (await openFile(rendition)) ?? original(id)
    },
    async addSamples(wanted, home, onBatch) {
      const { makeSamples } = await import('./samples.ts')
      await makeSamples(wanted, home, processor, async (entries) => {
        await database.write(allStores, (transaction) => putNew(transaction, entries))
        onBatch(entries.map(({ picture }) => picture.id))
      })
    },
  }
}

/**
 * Stores images and, with them, the run that made them, then reads everything back. If that fails, the previous state
 * is restored.
 */
async function keep(database: Database, entries: readonly PictureEntry[], run?: RunIn<'saved'>) {
  const { before, added } = await database.write(allStores, async (transaction) => {
    const runs = transaction.objectStore('runs')
    const before = run && (await runs.get(run.id))
    if (run && before) {
      const stored = toRun(before)
      if (isIn(stored, 'saved')) return { before, added: [] }
      if (!mayFollow(stored, run)) throw storageError('its run has ended otherwise')
    }
    if (run) await runs.put(toStoredRun(run))
    return { before, added: await putNew(transaction, entries) }
  })
  if (await isOnDisk(database, added)) return
  await database.write(allStores, async (transaction) => {
    for (const { picture } of added) {
      await deletePicture(transaction, picture.id)
      for (const store of byteStores) await transaction.objectStore(store).delete(picture.id)
    }
    if (before) await transaction.objectStore('runs').put(before)
    else if (run) await transaction.objectStore('runs').delete(run.id)
  })
  throw notWrittenError()
}

function notWrittenError() {
  return storageError('the browser did not give back what was written')
}

function isOnDisk(database: Database, entries: readonly PictureEntry[]): Promise<boolean> {
  return database.read(['pictures', 'originals'], async (transaction) => {
    // One at a time, so that only one original is in memory.
    for (const { picture, base64 } of entries) {
      const record = await transaction.objectStore('pictures').get(picture.id)
      const bytes = await transaction.objectStore('originals').get(picture.id)
      if (record?.sizeBytes !== picture.sizeBytes || bytes?.base64.length !== base64.length) return false
    }
    return true
  })
}

/** Stores the images that are not there yet and gives those. Existing ones stay as they are. */
async function putNew(transaction: Writing<Names[]>, entries: readonly PictureEntry[]): Promise<PictureEntry[]> {
  const pictures = transaction.objectStore('pictures')
  const added = await Promise.all(
    entries.map(async (entry) => {
      const { picture, base64, thumbnail } = entry
      const { id, mime } = picture
      if ((await pictures.getKey(id)) !== undefined) return []
      await putPicture(transaction, toStoredPicture(picture))
      await transaction.objectStore('thumbnails').put({ id, ...thumbnail })
      await transaction.objectStore('originals').put({ id, mime, base64 })
      return [entry]
    }),
  )
  return added.flat()
}
