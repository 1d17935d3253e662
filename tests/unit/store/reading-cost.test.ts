import 'fake-indexeddb/auto'
import { afterEach, expect, test, vi } from 'vitest'
import { openGallery } from '#store/gallery-store.ts'
import type { ImageProcessor } from '#store/image-processor.ts'
import { newPicture, pictureIds, queuedRun, savedRun } from '../../support/gallery-records.ts'

/** A fake image processor, because the cost of reading does not depend on the bytes. */
const idleProcessor: ImageProcessor = {
  process: async () => ({
    mime: 'image/png',
    width: 1,
    height: 1,
    sizeBytes: 3,
    base64: 'AAAA',
    bytes: new Uint8Array(3),
    thumbnail: { mime: 'image/jpeg', base64: 'AAAA' },
  }),
}

afterEach(() => {
  vi.restoreAllMocks()
})

/** Counts the records that requests return, by store. Cursors cannot be counted and are refused. */
function countReads(): Map<string, number> {
  const read = new Map<string, number>()
  const count = (store: string, request: IDBRequest) =>
    request.addEventListener('success', () => {
      const records = Array.isArray(request.result) ? request.result.length : 1
      read.set(store, (read.get(store) ?? 0) + records)
    })
  for (const [prototype, nameOf] of [
    [IDBObjectStore.prototype, (source: IDBObjectStore) => source.name],
    [IDBIndex.prototype, (source: IDBIndex) => source.objectStore.name],
  ] as const) {
    for (const method of ['get', 'getAll', 'openCursor'] as const) {
      const original = prototype[method] as (...args: unknown[]) => IDBRequest
      vi.spyOn(prototype, method).mockImplementation(function (this: never, ...args: unknown[]) {
        if (method === 'openCursor') throw new Error('read by a cursor')
        const request = original.apply(this, args)
        count(nameOf(this), request)
        return request as never
      })
    }
  }
  return read
}

async function galleryOf(count: number) {
  const store = await openGallery({ name: `cost-${crypto.randomUUID()}`, processor: idleProcessor })
  for (let index = 0; index < count; index += 1) {
    await store.addPicture(newPicture(`p${index}`, new Blob(), { createdAt: index }))
  }
  return store
}

test('D14 a page reads its own records and no others, however deep it is and however many there are', async () => {
  const costs: (number | undefined)[] = []
  for (const count of [80, 800]) {
    const store = await galleryOf(count)
    const read = countReads()
    const first = await store.pictures('gallery', 60)
    costs.push(read.get('pictures'))
    await store.pictures('gallery', 10, first.at(-1))
    costs.push(read.get('pictures'))
    expect([...read.keys()]).toEqual(['pictures'])
    vi.restoreAllMocks()
    store.close()
  }
  expect(costs).toEqual([60, 70, 60, 70])
})

test('lists, thumbnails and the bin never read an original', async () => {
  const store = await galleryOf(20)
  const read = countReads()
  await store.pictures('gallery', 9)
  await store.thumbnails(pictureIds('p1', 'p2'))
  await store.childrenOf('p1' as ReturnType<typeof pictureIds>[number])
  await store.countPictures('gallery')
  await store.picturesById(pictureIds('p1', 'p2'))
  await store.moveToBin(pictureIds('p1'))
  await store.restore(pictureIds('p1'))
  await store.deleteForEver(pictureIds('p1'))
  await store.removeSamples()
  expect([...read.keys()].sort()).toEqual(['pictures', 'thumbnails'])
  expect(read.get('thumbnails')).toBe(2)
  store.close()
})

test('open runs are found without reading the saved ones', async () => {
  const store = await galleryOf(0)
  for (let index = 0; index < 30; index += 1) {
    await store.settle(savedRun(`s${index}`, [`s${index}-0`]), [newPicture(`s${index}-0`, new Blob())])
  }
  await store.saveRun(queuedRun('open'))
  const read = countReads()
  expect(await store.openRuns()).toHaveLength(1)
  expect(read).toEqual(new Map([['runs', 1]]))
  store.close()
})
