import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { sha256Of } from '#imaging/sha256.ts'
import { type Database, openDatabase } from '#store/database.ts'
import { createPictureRecords, type PictureRecords } from '#store/picture-records.ts'
import type { NewFile } from '#store/store.ts'
import { newPicture, pictureIds, savedRun } from '../../support/gallery-records.ts'
import { lightProcessor } from '../../support/light-images.ts'
import { recordsOf } from '../../support/raw-database.ts'

const png = new Blob([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')], { type: 'image/png' })
const notWritten = { failure: { kind: 'storage', detail: 'the browser did not give back what was written' } }
const [a, b] = pictureIds('a', 'b') as [PictureId, PictureId]

let name: string
let database: Database
let records: PictureRecords

beforeEach(async () => {
  name = `records-${crypto.randomUUID()}`
  database = await openDatabase(name, { onHealth: () => undefined })
  records = createPictureRecords(database, lightProcessor)
})

afterEach(() => {
  database.close()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** A fake of a browser that has written something, but does not give it back. */
function loseReads(storeName: string) {
  const get = IDBObjectStore.prototype.get
  vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (this: IDBObjectStore, key) {
    return get.call(this, this.name === storeName ? 'gone' : key)
  })
}

async function nothingStored() {
  for (const each of ['pictures', 'thumbnails', 'originals', 'runs']) expect(await recordsOf(name, each)).toEqual([])
}

describe('what the browser does not give back', () => {
  test.each(['pictures', 'originals'])('does not count as stored, where it is in "%s"', async (storeName) => {
    loseReads(storeName)
    await expect(records.addPicture(newPicture('a', png))).rejects.toMatchObject(notWritten)
    await nothingStored()
  })

  test.each(['pictures', 'originals'])('leaves no run that was not there before: "%s"', async (storeName) => {
    loseReads(storeName)
    await expect(records.settle(savedRun('run', ['a']), [newPicture('a', png)])).rejects.toMatchObject(notWritten)
    await nothingStored()
  })

  test.each<[string, (record: { sizeBytes?: number; base64?: string }) => object]>([
    ['pictures', ({ sizeBytes = 0, ...record }) => ({ ...record, sizeBytes: sizeBytes + 1 })],
    ['originals', ({ base64 = '', ...record }) => ({ ...record, base64: base64.slice(4) })],
  ])('is found by its size, too: "%s"', async (storeName, change) => {
    const put = IDBObjectStore.prototype.put
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
      return put.call(this, this.name === storeName ? change(value) : value, key)
    })
    await expect(records.addPicture(newPicture('a', png))).rejects.toMatchObject(notWritten)
    vi.restoreAllMocks()
    await nothingStored()
  })

  test('of a file that is gone at once is told', async () => {
    loseReads('pictures')
    const file: NewFile = {
      id: a,
      shelf: 'sources',
      createdAt: 1,
      name: 'a.png',
      bytes: png,
      facts: { mime: 'image/png', width: 1, height: 1, orientation: 1, profile: 'srgb', hasAlpha: false },
      sha256: await sha256Of(new Uint8Array(await png.arrayBuffer())),
      thumbnail: png,
      notes: [],
    }
    await expect(records.addFile(file)).rejects.toMatchObject(notWritten)
  })
})

test('a run that this browser does not have is stored with its images', async () => {
  expect((await records.settle(savedRun('run', ['a']), [newPicture('a', png)])).map(({ id }) => id)).toEqual([a])
  expect(await recordsOf(name, 'runs')).toMatchObject([{ id: 'run', state: { phase: 'saved' } }])
})

test('an image that another window has stored meanwhile stays as it is', async () => {
  let go: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (go = resolve))
  const process: typeof lightProcessor.process = (...given) => gate.then(() => lightProcessor.process(...given))
  const late = createPictureRecords(database, { process }).addPicture(newPicture('a', png, { prompt: 'late' }))
  // Only its bytes are missing now.
  await database.read(['pictures'], async () => undefined)
  const kept = await records.addPicture(newPicture('a', png, { prompt: 'first' }))
  go()
  expect(await late).toEqual(kept)
  expect(kept.prompt).toBe('first')
})

test('samples are stored and named batch by batch; those that are there stay as they are', async () => {
  vi.stubGlobal('fetch', async () => new Response(png))
  const batches: (readonly PictureId[])[] = []
  const add = () => records.addSamples(2, 'https://page.example/', (ids) => batches.push(ids))
  await add()
  const stored = await recordsOf(name, 'pictures')
  expect(batches).toEqual([stored.map((record) => (record as { id: PictureId }).id)])
  expect(stored).toHaveLength(2)
  await add()
  expect(await recordsOf(name, 'pictures')).toEqual(stored)
})

test('what is shown of an image without a rendition is the image itself', async () => {
  await records.addPicture(newPicture('a', png))
  expect((await records.drawable(a))?.size).toBe(png.size)
  expect(await records.drawable(b)).toBeUndefined()
})
