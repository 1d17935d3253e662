import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { SaveAnswer, SaveAsk } from '#platform/save-messages.ts'

/** The worker's scope, and a private file that has room for so many bytes. */
function openScope(roomBytes: number) {
  const scope = new EventTarget() as EventTarget & { postMessage(answer: SaveAnswer): void }
  let size = 0
  let isOpen = false
  const file = {
    write(bytes: Uint8Array) {
      const written = Math.min(bytes.byteLength, roomBytes - size)
      size += written
      return written
    },
    truncate: () => undefined,
    flush: () => undefined,
    close() {
      isOpen = false
    },
  }
  const handle = {
    async createSyncAccessHandle() {
      isOpen = true
      return file
    },
  }
  const folder = { getFileHandle: async () => handle }
  const root = { getDirectoryHandle: async () => folder }
  vi.stubGlobal('self', scope)
  vi.stubGlobal('navigator', { storage: { getDirectory: async () => root } })
  const ask = (asked: SaveAsk) =>
    new Promise<SaveAnswer>((resolve) => {
      scope.postMessage = resolve
      scope.dispatchEvent(Object.assign(new Event('message'), { data: asked }))
    })
  return { ask, isOpen: () => isOpen }
}

beforeEach(() => vi.resetModules())
afterEach(() => vi.unstubAllGlobals())

it('reports a disk that takes only a part of what is written as full, and closes the file', async () => {
  const { ask, isOpen } = openScope(5)
  await import('#platform/save-worker.ts')
  expect(await ask({ act: 'open', folder: 'downloads', name: 'x' })).toEqual({ done: true })
  expect(await ask({ act: 'write', bytes: new Uint8Array(4) })).toEqual({ done: true })
  expect(await ask({ act: 'write', bytes: new Uint8Array(4) })).toEqual({
    done: false,
    error: { name: 'QuotaExceededError', message: 'The disk is full.' },
  })
  expect(await ask({ act: 'close' })).toEqual({ done: true })
  expect(isOpen()).toBe(false)
})
