import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { newPicture, savedRun, workingRun } from '../../support/gallery-records.ts'
import { paintedImage } from '../../support/images.ts'
import { nodeProcessor } from '../../support/node-processor.ts'
import { recordsOf } from '../../support/raw-database.ts'

const stores = ['pictures', 'thumbnails', 'originals']
const run = savedRun('a', ['a-0', 'a-1'])
let name: string
let store: GalleryStore
let png: Blob

beforeEach(async () => {
  name = `settling-${crypto.randomUUID()}`
  store = await openGallery({ name, processor: nodeProcessor })
  png = await paintedImage('png')
  await store.saveRun(workingRun('a'))
})

afterEach(() => {
  store.close()
  vi.restoreAllMocks()
})

const settle = () => store.settle(run, [newPicture('a-0', png), newPicture('a-1', png)])

async function nothingChanged() {
  expect(await store.run(run.id)).toEqual(workingRun('a'))
  for (const each of stores) expect(await recordsOf(name, each)).toEqual([])
}

/** A fake of a failing disk: sets the result of each `put` of an original. */
function onPutOriginal(act: (store: IDBObjectStore, record: { id: string; base64: string }) => object) {
  const put = IDBObjectStore.prototype.put
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
    return put.call(this, this.name === 'originals' ? act(this, value) : value, key)
  })
}

test('originals are base64 without a prefix, one record each, byte for byte', async () => {
  await settle()
  expect(await recordsOf(name, 'originals')).toEqual([
    { id: 'a-0', mime: 'image/png', base64: Buffer.from(await png.arrayBuffer()).toString('base64') },
    { id: 'a-1', mime: 'image/png', base64: Buffer.from(await png.arrayBuffer()).toString('base64') },
  ])
})

test('everything is on disk when settling resolves: each write asks for strict durability', async () => {
  const begun = vi.spyOn(IDBDatabase.prototype, 'transaction')
  await settle()
  const writes = begun.mock.calls.filter(([, mode]) => mode === 'readwrite')
  expect(writes).toEqual([[['runs', ...stores, 'ledger'], 'readwrite', { durability: 'strict' }]])
})

test('P18 an error halfway leaves nothing behind', async () => {
  onPutOriginal((_store, record) => {
    if (record.id === 'a-1') throw new DOMException('cannot be stored', 'DataError')
    return record
  })
  await expect(settle()).rejects.toMatchObject({ failure: { kind: 'storage', detail: 'cannot be stored' } })
  await nothingChanged()
})

test('D01 a full disk is told as such, though its requests say only "aborted", and leaves nothing behind', async () => {
  onPutOriginal(({ transaction }, record) => {
    // Like Chromium: the transaction aborts with the reason, its requests without.
    if (record.id === 'a-1') (transaction as unknown as { _abort(reason: string): void })._abort('QuotaExceededError')
    return record
  })
  await expect(settle()).rejects.toMatchObject({
    failure: { kind: 'storage', detail: 'the browser has no room left' },
  })
  await nothingChanged()
})

test('D01 a disk that is found full at the very end is no success', async () => {
  const put = IDBObjectStore.prototype.put
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
    const request = put.call(this, value, key)
    const { transaction } = this as unknown as { transaction: { _abort(reason: string): void } }
    if (this.name === 'originals' && value.id === 'a-1') {
      // All requests have succeeded by then; only the transaction fails.
      request.addEventListener('success', () => queueMicrotask(() => transaction._abort('QuotaExceededError')))
    }
    return request
  })
  await expect(settle()).rejects.toMatchObject({
    failure: { kind: 'storage', detail: 'the browser has no room left' },
  })
  await nothingChanged()
})

test('D17 bytes that do not come back as they were written do not count as saved', async () => {
  onPutOriginal((_store, record) => (record.id === 'a-1' ? { ...record, base64: record.base64.slice(0, 8) } : record))
  await expect(settle()).rejects.toMatchObject({
    failure: { kind: 'storage', detail: 'the browser did not give back what was written' },
  })
  await nothingChanged()
  vi.restoreAllMocks()
  expect(await settle()).toHaveLength(2)
})

test('D16 a window that settles the same run late changes nothing any more', async () => {
  let go: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const late = await openGallery({
    name,
    processor: { process: (...given) => gate.then(() => nodeProcessor.process(...given)) },
  })
  const settling = late.settle({ ...run, state: { ...run.state, finishedAt: 5_000 } }, [
    newPicture('a-0', png),
    newPicture('a-1', png),
  ])
  const kept = await settle()
  go()
  expect(await settling).toEqual(kept)
  expect(await store.run(run.id)).toEqual(run)
  expect(await store.countPictures('gallery')).toBe(2)
  late.close()
})

test('a run that is saved is not processed again', async () => {
  await settle()
  const process = vi.spyOn(nodeProcessor, 'process')
  await store.deleteForEver(['a-1' as PictureId])
  expect(await settle()).toHaveLength(1)
  expect(process).not.toHaveBeenCalled()
})

test('D17 damaged bytes count as gone; the record still says what the picture was', async () => {
  await settle()
  await damage('a-0')
  expect(await store.original('a-0' as PictureId)).toBeUndefined()
  expect(await store.picture('a-0' as PictureId)).toMatchObject({ prompt: 'a fox' })
})

function damage(id: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name)
    opening.onsuccess = () => {
      const database = opening.result
      const transaction = database.transaction('originals', 'readwrite')
      transaction.objectStore('originals').put({ id, mime: 'image/png', base64: '%%%' })
      transaction.oncomplete = () => {
        database.close()
        resolve()
      }
    }
    opening.onerror = () => reject(opening.error)
  })
}
