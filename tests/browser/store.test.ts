import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cdp } from 'vitest/browser'
import type { PictureId } from '#domain/ids.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { newPicture, pictureIds, savedRun, workingRun } from '../support/gallery-records.ts'
import { recordsOf } from '../support/raw-database.ts'

let name: string
let store: GalleryStore
let workers: Worker[]
/** All messages to and from workers. */
let posted: unknown[]

beforeEach(async () => {
  workers = []
  posted = []
  const { Worker: RealWorker } = globalThis
  vi.stubGlobal(
    'Worker',
    class extends RealWorker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args)
        workers.push(this)
        this.addEventListener('message', ({ data }) => posted.push(data))
      }
      override postMessage(message: unknown, ...rest: []) {
        posted.push(message)
        super.postMessage(message, ...rest)
      }
    },
  )
  name = `browser-${crypto.randomUUID()}`
  store = await openGallery({ name })
})

afterEach(async () => {
  vi.unstubAllGlobals()
  store.close()
  indexedDB.deleteDatabase(name)
})

/** A file that does not compress: noise over a gradient; `clear` leaves a transparent hole. */
async function noisyImage(size: number, type: string, clear = false): Promise<Blob> {
  const canvas = new OffscreenCanvas(size, size)
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
  const pixels = context.createImageData(size, size)
  const words = new Uint32Array(pixels.data.buffer)
  let state = 1
  for (let index = 0; index < words.length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    words[index] = state | 0xff000000
  }
  context.putImageData(pixels, 0, 0)
  if (clear) context.clearRect(size / 4, size / 4, size / 2, size / 2)
  return canvas.convertToBlob({ type, quality: 0.8 })
}

async function digest(bytes: Blob): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer())
  return btoa(String.fromCharCode(...new Uint8Array(hash)))
}

async function sizeOf(url: string): Promise<[number, number]> {
  const image = new Image()
  image.src = url
  await image.decode()
  return [image.naturalWidth, image.naturalHeight]
}

/** The longest string in any message between page and worker. */
function longestString(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (value === null || typeof value !== 'object' || value instanceof Blob) return 0
  return Math.max(0, ...Object.values(value).map(longestString))
}

const storedOriginals = async () =>
  (await recordsOf(name, 'originals')) as { id: string; mime: string; base64: string }[]

/** Waits for the code that starts the worker, which is loaded on first use. */
const started = (turn: number) => vi.waitUntil(() => workers[turn], { interval: 1, timeout: 15_000 })

describe('the worker', () => {
  test('starts with the first picture, not with the page', async () => {
    await store.pictures('gallery', 9)
    expect(workers).toHaveLength(0)
    await store.addPicture(newPicture('p', await noisyImage(32, 'image/png')))
    expect(workers).toHaveLength(1)
  })

  test('keeps a large picture byte for byte, and no base64 crosses to the page or back', async () => {
    const given = await noisyImage(2048, 'image/jpeg')
    await store.saveRun(workingRun('a'))
    const [kept] = await store.settle(savedRun('a', ['a-0']), [newPicture('a-0', given)])
    expect(kept).toMatchObject({ mime: 'image/jpeg', width: 2048, height: 2048, sizeBytes: given.size })
    expect(await store.run(workingRun('a').id)).toMatchObject({ state: { phase: 'saved' } })
    const original = await store.original('a-0' as PictureId)
    expect(await digest(original as Blob)).toEqual(await digest(given))
    const [record] = await storedOriginals()
    expect(record?.base64.length).toBe(Math.ceil(given.size / 3) * 4)
    expect(record?.base64).toMatch(/^\/9j\//)
    expect(given.size).toBeGreaterThan(1_000_000)
    expect(longestString(posted)).toBeLessThan(200)
  })

  test('resumes its work after a crash', async () => {
    const adding = store.addPicture(newPicture('p', await noisyImage(512, 'image/png')))
    const worker = await started(0)
    worker.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }))
    expect((await adding).id).toBe('p')
    expect(workers).toHaveLength(2)
    expect(await store.countPictures('gallery')).toBe(1)
  })

  test('gives up work that makes it crash again, and continues with the rest', async () => {
    const adding = store.addPicture(newPicture('p', await noisyImage(1024, 'image/png')))
    for (const turn of [0, 1]) (await started(turn)).dispatchEvent(new ErrorEvent('error'))
    await expect(adding).rejects.toMatchObject({ failure: { kind: 'storage' } })
    expect((await store.addPicture(newPicture('q', await noisyImage(64, 'image/png')))).id).toBe('q')
  })

  test('D06 lets go of the database when another window has a newer one', async () => {
    await store.addPicture(newPicture('p', await noisyImage(32, 'image/png')))
    const heard = new Promise((resolve) => store.onHealth(resolve))
    const newer = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(name, 9)
      request.onsuccess = () => resolve(request.result)
    })
    expect(await heard).toBe('outdated')
    await expect(store.original('p' as PictureId)).rejects.toMatchObject({ failure: { kind: 'storage' } })
    newer.close()
  })
})

describe('what is kept', () => {
  test('F2 the browser is not asked for persistent storage automatically', async () => {
    const asking = vi.spyOn(navigator.storage, 'persist')
    await store.addPicture(newPicture('p', await noisyImage(32, 'image/png')))
    expect(asking).not.toHaveBeenCalled()
    asking.mockRestore()
  })

  test('thumbnails are small: about 256 pixels, never larger than the picture', async () => {
    await store.addPicture(newPicture('large', await noisyImage(1024, 'image/png')))
    await store.addPicture(newPicture('small', await noisyImage(100, 'image/png')))
    const found = await store.thumbnails(pictureIds('large', 'small'))
    const [large = '', small = ''] = found.values()
    expect(large).toMatch(/^data:image\/jpeg;base64,/)
    expect(large.length).toBeLessThan(80_000)
    expect(await sizeOf(large)).toEqual([256, 256])
    expect(await sizeOf(small)).toEqual([100, 100])
  })

  test('a transparent picture has a transparent thumbnail', async () => {
    await store.addPicture(newPicture('p', await noisyImage(300, 'image/png', true)))
    const [url = ''] = (await store.thumbnails(pictureIds('p'))).values()
    expect(url).toMatch(/^data:image\/webp;base64,/)
  })

  test('a picture asked for as JPEG is converted once, on white', async () => {
    const given = await noisyImage(300, 'image/png', true)
    const kept = await store.addPicture({ ...newPicture('p', given), convertTo: 'image/jpeg' })
    const original = (await store.original(kept.id)) as Blob
    expect([kept.mime, original.type, original.size]).toEqual(['image/jpeg', 'image/jpeg', kept.sizeBytes])
    const bitmap = await createImageBitmap(original)
    const context = new OffscreenCanvas(1, 1).getContext('2d') as OffscreenCanvasRenderingContext2D
    context.drawImage(bitmap, -150, -150)
    expect(Math.min(...context.getImageData(0, 0, 1, 1).data)).toBeGreaterThan(250)
  })

  test('a picture cut off on its way, or no picture at all, is refused', async () => {
    const whole = await noisyImage(300, 'image/jpeg')
    for (const bytes of [whole.slice(0, whole.size / 2), new Blob(['<html>']), new Blob([])]) {
      await expect(store.addPicture(newPicture('p', bytes))).rejects.toMatchObject({ failure: { kind: 'storage' } })
    }
    expect(await store.countPictures('gallery')).toBe(0)
  })

  test('D01 a full disk is reported and leaves everything unchanged', async () => {
    const { origin } = location
    store.close()
    // Chromium caches the free space for a while, except for a new storage bucket.
    await devTools('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' })
    await devTools('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 })
    store = await openGallery({ name })
    await store.saveRun(workingRun('a'))
    const given = await noisyImage(1024, 'image/png')
    const settling = store.settle(savedRun('a', ['a-0']), [newPicture('a-0', given)])
    await expect(settling).rejects.toMatchObject({
      failure: { kind: 'storage', detail: 'the browser has no room left' },
    })
    await devTools('Storage.overrideQuotaForOrigin', { origin })
    expect(await store.run(workingRun('a').id)).toEqual(workingRun('a'))
    expect(await storedOriginals()).toEqual([])
    expect(await store.settle(savedRun('a', ['a-0']), [newPicture('a-0', given)])).toHaveLength(1)
  })
})

function devTools(method: string, params: object): Promise<unknown> {
  const session = cdp() as unknown as { send(method: string, params: object): Promise<unknown> }
  return session.send(method, params)
}
