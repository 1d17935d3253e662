import type { PictureId } from '#domain/ids.ts'
import { openGallery } from '#store/gallery-store.ts'

declare global {
  /** Ways to save the opened image. Each gives its time in ms. */
  var saving: Record<'ours' | 'naive' | 'kinder', () => Promise<number>> & {
    open(name: string): Promise<void>
  }
}

const store = await openGallery({ name: 'bench' })
const plain = await openPlainDatabase()
let bytes = new Blob()

globalThis.saving = {
  async open(name) {
    bytes = await (await fetch(name)).blob()
  },
  ours: () =>
    time(() =>
      store.addPicture({
        id: crypto.randomUUID() as PictureId,
        shelf: 'gallery',
        createdAt: Date.now(),
        prompt: 'A picture',
        parents: [],
        origin: { kind: 'dropped', fileName: 'picture', notes: [] },
        bytes,
      }),
    ),
  naive: () => time(async () => saveHere(bytes, await openImage(bytes))),
  kinder: () => time(async () => saveHere(bytes, await createImageBitmap(bytes))),
}

/** As separate tasks, so that being called and returning the result are outside the marks. */
async function time(work: () => Promise<unknown>): Promise<number> {
  const nextTask = () => new Promise((resolve) => setTimeout(resolve))
  await nextTask()
  performance.mark('begin')
  await work()
  performance.mark('end')
  const { duration } = performance.measure('save', 'begin', 'end')
  await nextTask()
  return duration
}

async function openImage(bytes: Blob): Promise<HTMLImageElement> {
  const image = new Image()
  image.src = URL.createObjectURL(bytes)
  await new Promise((resolve) => {
    image.onload = resolve
  })
  return image
}

/** What a page without a worker does. Unlike a bitmap, an image is decoded here, when it is drawn. */
async function saveHere(bytes: Blob, picture: HTMLImageElement | ImageBitmap): Promise<void> {
  const canvas = document.createElement('canvas')
  canvas.width = 320
  canvas.height = Math.round((320 * picture.height) / picture.width)
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  if (picture instanceof ImageBitmap) picture.close()
  else URL.revokeObjectURL(picture.src)
  const thumbnail = canvas.toDataURL('image/jpeg', 0.8)
  const original = await new Promise((resolve) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result)
    reader.readAsDataURL(bytes)
  })
  await new Promise<void>((resolve, reject) => {
    const transaction = plain.transaction('pictures', 'readwrite')
    transaction.objectStore('pictures').put({ original, thumbnail }, crypto.randomUUID())
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}

function openPlainDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('plain')
    opening.onupgradeneeded = () => opening.result.createObjectStore('pictures')
    opening.onsuccess = () => resolve(opening.result)
    opening.onerror = () => reject(opening.error)
  })
}
