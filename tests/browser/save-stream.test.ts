import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { SaveAnswer, SaveAsk } from '#platform/save-messages.ts'
import { openSaveTarget, removeSaveLeftovers } from '#platform/save-stream.ts'

const large = 200_000_000
/** Blobs that were downloaded. */
let saved: { name: string; bytes: Promise<Blob> }[]

beforeEach(() => {
  saved = []
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push({ name: this.download, bytes: fetch(this.href).then((response) => response.blob()) })
  })
})
afterEach(() => vi.restoreAllMocks())

function streamOf(parts: number, fail?: Error): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      if (sent < parts) controller.enqueue(new Uint8Array(300_000).fill(sent))
      else if (fail) controller.error(fail)
      else controller.close()
      sent += 1
    },
  })
}

async function filesLeft(): Promise<number> {
  const root = await navigator.storage.getDirectory()
  const folder = await root.getDirectoryHandle('downloads', { create: true })
  let count = 0
  for await (const _ of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) count += 1
  return count
}

async function contents(blob: Blob | undefined): Promise<number[]> {
  const bytes = new Uint8Array(await (blob as Blob).arrayBuffer())
  return Array.from({ length: bytes.length / 300_000 }, (_, part) => bytes[part * 300_000 + 1] ?? -1)
}

test.each([
  ['small, from memory', 1_000],
  ['large, through a private file', large],
])('%s: a stream becomes a download, byte for byte', async (_way, aboutBytes) => {
  const target = await openSaveTarget('all.zip', aboutBytes)
  await target?.write(streamOf(11))
  expect(saved.map(({ name }) => name)).toEqual(['all.zip'])
  expect(await contents(await saved[0]?.bytes)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

test.each([1_000, large])('a stream that is stopped leaves no file (about %i bytes)', async (aboutBytes) => {
  const before = await filesLeft()
  const target = await openSaveTarget('all.zip', aboutBytes)
  const stopped = new DOMException('Stopped.', 'AbortError')
  await expect(target?.write(streamOf(5, stopped))).rejects.toMatchObject({ name: 'AbortError' })
  expect(saved).toEqual([])
  expect(await filesLeft()).toBe(before)
})

test('without room and without a file picker it is said before anything is written', async () => {
  vi.spyOn(navigator.storage, 'estimate').mockResolvedValue({ usage: 90, quota: 100 })
  vi.stubGlobal('showSaveFilePicker', undefined)
  await expect(openSaveTarget('all.zip', large)).rejects.toMatchObject({ name: 'NoRoomToSave' })
  vi.unstubAllGlobals()
})

test('without room the user is asked for a file, and may choose none', async () => {
  vi.spyOn(navigator.storage, 'estimate').mockResolvedValue({ usage: 90, quota: 100 })
  vi.stubGlobal('showSaveFilePicker', () => Promise.reject(new DOMException('', 'AbortError')))
  expect(await openSaveTarget('all.zip', large)).toBeUndefined()
  vi.unstubAllGlobals()
})

test('a file that this window still needs is not deleted as a leftover', async () => {
  const target = await openSaveTarget('all.zip', large)
  await target?.write(streamOf(2))
  const before = await filesLeft()
  await removeSaveLeftovers()
  expect(await filesLeft()).toBe(before)
})

/** The worker of a private file, on a disk that takes only two parts. As in some browsers, the third is not written whole. */
class FullDiskWorker {
  onmessage: ((event: { data: SaveAnswer }) => void) | undefined
  private parts = 0

  async postMessage(ask: SaveAsk) {
    if (ask.act === 'open') {
      const root = await navigator.storage.getDirectory()
      await (await root.getDirectoryHandle(ask.folder, { create: true })).getFileHandle(ask.name, { create: true })
    }
    if (ask.act === 'write') this.parts += 1
    const isFull = ask.act === 'write' && this.parts > 2
    const error = { name: 'QuotaExceededError', message: 'The disk is full.' }
    this.onmessage?.({ data: isFull ? { done: false, error } : { done: true } })
  }

  terminate() {
    this.onmessage = undefined
  }
}

test('a full disk in the middle of a private file is told by its name, and leaves no file', async () => {
  const before = await filesLeft()
  const target = await openSaveTarget('all.zip', large)
  vi.stubGlobal('Worker', FullDiskWorker)
  await expect(target?.write(streamOf(40))).rejects.toMatchObject({ name: 'QuotaExceededError' })
  vi.unstubAllGlobals()
  expect(saved).toEqual([])
  expect(await filesLeft()).toBe(before)
})

test('a full disk in the middle of it is told by its name, and nothing is put among the downloads', async () => {
  vi.spyOn(navigator.storage, 'estimate').mockResolvedValue({ usage: 90, quota: 100 })
  let parts = 0
  const full = new WritableStream({
    write() {
      parts += 1
      if (parts > 2) throw new DOMException('no room', 'QuotaExceededError')
    },
  })
  vi.stubGlobal('showSaveFilePicker', async () => ({
    getFile: async () => new Blob(),
    createWritable: async () => full,
  }))
  const target = await openSaveTarget('all.zip', large)
  await expect(target?.write(streamOf(11))).rejects.toMatchObject({ name: 'QuotaExceededError' })
  expect(saved).toEqual([])
  vi.unstubAllGlobals()
})
