import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { CollectionId, PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { type Backup, openBackup } from '#library/backup/read-backup.ts'
import { backupEntries } from '#library/backup/write-backup.ts'
import { zipOf } from '#library/zip.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { failedRun, newPicture, pictureIds, queuedRun, savedRun, workingRun } from '../../support/gallery-records.ts'
import { paintedImage } from '../../support/images.ts'
import { nodeProcessor } from '../../support/node-processor.ts'
import { recordsOf } from '../../support/raw-database.ts'

const never = new AbortController().signal
const ignore = () => undefined
let opened: GalleryStore[] = []

async function open(name = `backup-${crypto.randomUUID()}`): Promise<GalleryStore & { name: string }> {
  const store = await openGallery({ name, processor: nodeProcessor })
  opened.push(store)
  return { ...store, name }
}

beforeEach(() => {
  opened = []
})
afterEach(() => {
  vi.restoreAllMocks()
  for (const store of opened) store.close()
})

/** A gallery with an image, one in the bin, a source, and runs in several phases. */
async function filled() {
  const store = await open()
  await store.addPicture(newPicture('fox', await paintedImage('png', { width: 40, height: 30 }), { prompt: 'a fox' }))
  await store.addPicture(newPicture('owl', await paintedImage('jpeg'), { prompt: 'an owl', createdAt: 2_000 }))
  await store.addPicture(newPicture('dog', await paintedImage('webp'), { shelf: 'sources', prompt: 'dog.webp' }))
  await store.moveToBin(pictureIds('dog'))
  await store.saveRun(savedRun('done', ['fox']))
  await store.saveRun(queuedRun('waiting', 2_000))
  await store.saveRun(workingRun('working', 3_000))
  await store.saveRun(failedRun('failed', 4_000))
  return store
}

async function archiveOf(store: GalleryStore): Promise<Blob> {
  return new Response(await zipOf(backupEntries(await store.backup(), () => 5_000, ignore, never))).blob()
}

async function restore(store: GalleryStore, backup: Backup) {
  const records = await store.backup()
  const done = await backup.restore(records, ignore, never)
  records.tellKept()
  return done
}

const hex = async (bytes: Blob | undefined) => bytes && Buffer.from(await bytes.arrayBuffer()).toString('hex')

describe('a backup of a database', () => {
  test('restored into an empty one gives every byte, record and shelf back', async () => {
    const before = await filled()
    const after = await open()
    const done = await restore(after, await openBackup(await archiveOf(before)))
    expect(done).toMatchObject({ fresh: 3, known: 0, damaged: [] })
    for (const id of pictureIds('fox', 'owl', 'dog')) {
      expect(await hex(await after.original(id))).toBe(await hex(await before.original(id)))
      expect(await after.picture(id)).toEqual(await before.picture(id))
    }
    expect(await recordsOf(after.name, 'originals')).toEqual(await recordsOf(before.name, 'originals'))
    expect((await after.thumbnails(pictureIds('fox', 'owl', 'dog'))).size).toBe(3)
    // An image in the bin keeps the shelf that it returns to.
    await after.restore(pictureIds('dog'))
    expect((await after.picture('dog' as PictureId))?.shelf).toBe('sources')
  })

  test('has no run that would be sent again', async () => {
    const after = await open()
    await restore(after, await openBackup(await archiveOf(await filled())))
    expect(await after.openRuns()).toMatchObject([{ id: 'failed' }])
    expect((await after.recentRuns(9)).map(({ id, state }) => [id, state.phase])).toEqual([
      ['failed', 'failed'],
      ['working', 'failed'],
      ['waiting', 'failed'],
      ['done', 'saved'],
    ])
  })

  test('restored twice writes nothing the second time', async () => {
    const archive = await archiveOf(await filled())
    const after = await open()
    await restore(after, await openBackup(archive))
    const put = vi.spyOn(IDBObjectStore.prototype, 'put')
    const done = await restore(after, await openBackup(archive))
    expect(done).toMatchObject({ fresh: 0, known: 3, records: 0 })
    expect(put).not.toHaveBeenCalled()
  })

  test('tells the screens what was restored', async () => {
    const before = await filled()
    await (await before.backup()).keepCollection({ id: 'c1' as CollectionId, name: 'Birds' })
    const archive = await archiveOf(before)
    const after = await open()
    const told: unknown[] = []
    after.subscribe((change) => told.push(change))
    await restore(after, await openBackup(archive))
    expect(told).toContainEqual({ kind: 'pictures', ids: expect.arrayContaining(['fox', 'owl', 'dog']) })
    expect(told).toContainEqual({ kind: 'runs', ids: expect.arrayContaining(['done', 'waiting']) })
    expect(told).toContainEqual({ kind: 'collections' })
  })

  test('a full disk in the middle leaves whole images and no half one', async () => {
    const archive = await archiveOf(await filled())
    const after = await open()
    const { put } = IDBObjectStore.prototype
    let images = 0
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
      if (this.name === 'originals') images += 1
      if (images > 1) (this.transaction as unknown as { _abort(reason: string): void })._abort('QuotaExceededError')
      return put.call(this, value, key)
    })
    await expect(restore(after, await openBackup(archive))).rejects.toThrow(/^The disk is full: “a fox” did not fit/)
    vi.restoreAllMocks()
    const kept = (await recordsOf(after.name, 'pictures')) as Picture[]
    expect(kept).toHaveLength(1)
    expect(await recordsOf(after.name, 'originals')).toHaveLength(1)
    expect(await recordsOf(after.name, 'thumbnails')).toHaveLength(1)
    // With free space again, the same backup restores the rest.
    expect(await restore(after, await openBackup(archive))).toMatchObject({ fresh: 2, known: 1 })
  })

  test('an image that cannot be drawn is named, and the others are restored', async () => {
    const source = await filled()
    const records = await source.backup()
    const torn = new Blob([(await paintedImage('png')).slice(0, 60)], { type: 'image/png' })
    const bytes = async (id: PictureId) => (id === 'owl' ? torn : records.bytes(id))
    const picture = async (id: PictureId) => {
      const found = await records.picture(id)
      return found && id === 'owl' ? { ...found, mime: 'image/png' as const } : found
    }
    const stream = await zipOf(backupEntries({ ...records, bytes, picture }, () => 5_000, ignore, never))
    const after = await open()
    const done = await restore(after, await openBackup(await new Response(stream).blob()))
    expect(done.fresh).toBe(2)
    expect(done.damaged).toEqual([{ name: 'an owl', reason: expect.stringContaining('damaged') }])
  })

  test('marks are merged by their time, and collections are kept', async () => {
    const before = await filled()
    const records = await before.backup()
    await records.setMarks('fox' as PictureId, { star: true, changedAt: 20 })
    await records.keepCollection({ id: 'c1' as CollectionId, name: 'Birds' })
    const archive = await archiveOf(before)
    const after = await filled()
    const target = await after.backup()
    await target.setMarks('fox' as PictureId, { rating: 3, changedAt: 10 })
    expect(await restore(after, await openBackup(archive))).toMatchObject({ fresh: 0, known: 3, records: 2 })
    expect((await after.picture('fox' as PictureId))?.marks).toEqual({ star: true, changedAt: 20 })
    expect(await target.collections()).toMatchObject([{ id: 'c1', name: 'Birds', kind: 'plain' }])
  })

  test('a page without a database gives and takes one as well', async () => {
    const archive = await archiveOf(await filled())
    vi.stubGlobal('indexedDB', undefined)
    const memory = await openGallery({ name: 'none', processor: nodeProcessor })
    vi.unstubAllGlobals()
    expect(memory.health).toBe('memory')
    expect(await restore(memory, await openBackup(archive))).toMatchObject({ fresh: 3 })
    const again = await open()
    expect(await restore(again, await openBackup(await archiveOf(memory)))).toMatchObject({ fresh: 3, damaged: [] })
  })
})
