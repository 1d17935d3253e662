import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { Database } from './database.ts'
import type { StorageReport } from './store.ts'

const pageLength = 1_000
const dayMs = 86_400_000
/** The forecast is based on the images of this many days. */
const recentDays = 30

/** See `GalleryStore.storageReport`. Records are read in pages, because all at once might not fit into memory. */
export async function readStorageReport(
  database: Database,
  inForms: readonly PictureId[],
  now: number,
): Promise<StorageReport> {
  async function* pages() {
    for (let after: PictureId | undefined; ; ) {
      const range = after === undefined ? undefined : IDBKeyRange.lowerBound(after, true)
      const page = await database.read(['pictures'], (transaction) =>
        transaction.objectStore('pictures').getAll(range, pageLength),
      )
      yield page
      after = page.at(-1)?.id
      if (page.length < pageLength) return
    }
  }
  return toStorageReport(pages(), inForms, now)
}

/** `pages`: all records, in any order. */
export async function toStorageReport(
  pages: AsyncIterable<readonly Picture[]>,
  inForms: readonly PictureId[],
  now: number,
): Promise<StorageReport> {
  const needed = new Set(inForms)
  const bin = { ids: [] as PictureId[], sizeBytes: 0 }
  const recent = { sizeBytes: 0, days: 0 }
  const imported = new Map<string, Imported[]>()
  let [images, sizeBytes] = [0, 0]
  for await (const page of pages) {
    for (const picture of page) {
      const { id, shelf, sha256, origin, createdAt } = picture
      images += 1
      sizeBytes += picture.sizeBytes
      for (const parent of picture.parents) needed.add(parent)
      if (createdAt > now - recentDays * dayMs && origin.kind !== 'sample') {
        recent.sizeBytes += picture.sizeBytes
        recent.days = Math.max(recent.days, Math.ceil((now - createdAt) / dayMs), 1)
      }
      if (shelf === 'bin') {
        bin.ids.push(id)
        bin.sizeBytes += picture.sizeBytes
      }
      if (shelf !== 'gallery' || origin.kind !== 'dropped' || sha256 === undefined) continue
      const isMarked = picture.marks !== undefined
      const copies = imported.get(sha256) ?? []
      copies.push({ id, createdAt, sizeBytes: picture.sizeBytes, isMarked })
      imported.set(sha256, copies)
    }
  }
  return { images, sizeBytes, recent, bin, duplicates: duplicatesIn(imported.values(), needed) }
}

interface Imported {
  id: PictureId
  createdAt: number
  sizeBytes: number
  isMarked: boolean
}

/** Copies of files that were imported several times, except one: not used as a source, not in a form and without marks. */
function duplicatesIn(groups: Iterable<Imported[]>, needed: ReadonlySet<PictureId>): StorageReport['duplicates'] {
  const ids: PictureId[] = []
  let sizeBytes = 0
  for (const copies of groups) {
    const spare = copies.filter(({ id, isMarked }) => !isMarked && !needed.has(id))
    // If all copies could go, the oldest one stays.
    spare.sort((a, b) => b.createdAt - a.createdAt)
    for (const copy of spare.slice(0, Math.min(spare.length, copies.length - 1))) {
      ids.push(copy.id)
      sizeBytes += copy.sizeBytes
    }
  }
  return { ids, sizeBytes }
}
