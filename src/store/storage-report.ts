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
  const contents = new Map<string, Content>()
  let [images, sizeBytes] = [0, 0]
  for await (const page of pages) {
    for (const picture of page) {
      const { id, shelf, sha256, origin, createdAt } = picture
      const isNew = noteContent(contents, picture)
      images += 1
      if (isNew) sizeBytes += picture.sizeBytes
      for (const parent of picture.parents) needed.add(parent)
      if (createdAt > now - recentDays * dayMs && origin.kind !== 'sample') {
        if (isNew) recent.sizeBytes += picture.sizeBytes
        recent.days = Math.max(recent.days, Math.ceil((now - createdAt) / dayMs), 1)
      }
      if (shelf === 'bin') {
        bin.ids.push(id)
        if (!picture.file) bin.sizeBytes += picture.sizeBytes
      }
      if (shelf !== 'gallery' || origin.kind !== 'dropped' || sha256 === undefined) continue
      const isMarked = picture.marks !== undefined
      const copies = imported.get(sha256) ?? []
      copies.push({ id, createdAt, isMarked })
      imported.set(sha256, copies)
    }
  }
  for (const content of contents.values()) if (!content.isElsewhere) bin.sizeBytes += content.sizeBytes
  return { images, sizeBytes, recent, bin, duplicates: { ids: duplicatesIn(imported.values(), needed) } }
}

/** The bytes of users' files, which are stored once for all images that have them. */
interface Content {
  sizeBytes: number
  /** An image outside of the bin has them. */
  isElsewhere: boolean
}

/** Whether the image has bytes that no image before it had. */
function noteContent(contents: Map<string, Content>, { shelf, file, sha256, sizeBytes }: Picture): boolean {
  if (!file || sha256 === undefined) return true
  const known = contents.get(sha256)
  contents.set(sha256, { sizeBytes, isElsewhere: known?.isElsewhere === true || shelf !== 'bin' })
  return known === undefined
}

interface Imported {
  id: PictureId
  createdAt: number
  isMarked: boolean
}

/** Copies of files that were imported several times, except one: not used as a source, not in a form and without marks. */
function duplicatesIn(groups: Iterable<Imported[]>, needed: ReadonlySet<PictureId>): PictureId[] {
  const ids: PictureId[] = []
  for (const copies of groups) {
    const spare = copies.filter(({ id, isMarked }) => !isMarked && !needed.has(id))
    // If all copies could go, the oldest one stays.
    spare.sort((a, b) => b.createdAt - a.createdAt)
    ids.push(...spare.slice(0, copies.length - 1).map(({ id }) => id))
  }
  return ids
}
