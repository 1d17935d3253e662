import type { PictureId } from '#domain/ids.ts'
import { openGallery } from '#store/gallery-store.ts'

interface Saved {
  /** The longest time in which the page could not answer a message. */
  blockedMs: number
  totalMs: number
}

declare global {
  /** The ways to save a picture, each while the page is busy answering messages. */
  var saving: Record<'ours' | 'naive' | 'kinder' | 'nothing', (bytes: Blob) => Promise<Saved>> & {
    open(name: string): Promise<Blob>
  }
}

const aroundMs = 50
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const store = await openGallery({ name: 'bench' })
const plain = await openPlainDatabase()

globalThis.saving = {
  open: async (name) => (await fetch(name)).blob(),
  ours: (bytes) =>
    watch(() =>
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
  naive: (bytes) => watch(async () => saveHere(bytes, await openImage(bytes))),
  kinder: (bytes) => watch(async () => saveHere(bytes, await createImageBitmap(bytes))),
  nothing: () => watch(() => pause(aroundMs)),
}

async function watch(work: () => Promise<unknown>): Promise<Saved> {
  const { port1, port2 } = new MessageChannel()
  let isWatching = true
  let last = performance.now()
  let blockedMs = 0
  port1.onmessage = () => {
    const now = performance.now()
    blockedMs = Math.max(blockedMs, now - last)
    last = now
    if (isWatching) port2.postMessage(undefined)
  }
  port2.postMessage(undefined)
  await pause(aroundMs)
  blockedMs = 0
  const startedAt = performance.now()
  await work()
  const totalMs = performance.now() - startedAt
  await pause(aroundMs)
  isWatching = false
  return { blockedMs, totalMs }
}

async function openImage(bytes: Blob): Promise<HTMLImageElement> {
  const image = new Image()
  image.src = URL.createObjectURL(bytes)
  await new Promise((resolve) => {
    image.onload = resolve
  })
  return image
}

/** What a page does that has no worker. Unlike a bitmap, an image is decoded here, when it is drawn. */
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
