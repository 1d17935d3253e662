import type { PictureId } from '#domain/ids.ts'
import { openGallery } from '#store/gallery-store.ts'

interface Saved {
  /** The longest time in which the page could not answer a message. */
  blockedMs: number
  totalMs: number
}

declare global {
  /** The ways to save a picture, each while the page is busy answering messages. */
  var saving: Record<'ours' | 'naive' | 'nothing', (bytes: Blob) => Promise<Saved>> & { picture: Promise<Blob> }
}

const aroundMs = 50
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const store = await openGallery({ name: 'bench' })
const plain = await openPlainDatabase()

globalThis.saving = {
  picture: fetch('/picture.jpg').then((response) => response.blob()),
  ours: (bytes) =>
    watch(() =>
      store.addPicture({
        id: crypto.randomUUID() as PictureId,
        shelf: 'gallery',
        createdAt: Date.now(),
        prompt: 'A picture',
        parents: [],
        origin: { kind: 'dropped', fileName: 'picture.jpg', notes: [] },
        bytes,
      }),
    ),
  naive: (bytes) => watch(() => saveHere(bytes)),
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

/** What a page does that has no worker. */
async function saveHere(bytes: Blob): Promise<void> {
  const bitmap = await createImageBitmap(bytes)
  const canvas = document.createElement('canvas')
  canvas.width = 320
  canvas.height = Math.round((320 * bitmap.height) / bitmap.width)
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
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
