import { saveFile } from './save-file.ts'
import type { SaveAnswer, SaveAsk } from './save-messages.ts'
import saveWorkerUrl from './save-worker.ts?worker&url'
import { openWorker } from './trusted-worker.ts'

/** Only the members used here: `tsc` does not know the file picker. */
interface PickerWindow {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>
}

/** Only Chromium can remove a file by its handle. */
type RemovableHandle = FileSystemFileHandle & { remove?(): Promise<void> }

/** A place for a stream to be written to. */
export interface SaveTarget {
  /**
   * Writes all of it to the user's downloads, or to the chosen file. When it rejects, or the stream ends with an error,
   * no file is left. A full disk rejects with a `QuotaExceededError`.
   */
  write(stream: ReadableStream<Uint8Array>): Promise<void>
}

/** There is neither room for a copy nor a file picker. The message is for users. */
export class NoRoomToSave extends Error {
  override readonly name = 'NoRoomToSave'
}

/** Larger files are not held in memory, because the browser keeps the whole Blob until the download has ended. */
const mostInMemoryBytes = 64_000_000
/** Bytes sent to the worker at once. */
const partBytes = 1_000_000
const folder = 'downloads'
/** Held by every window that has a file there, as long as the window lives. */
const folderLock = 'atelier-downloads'

/**
 * Finds a place for about this many bytes; must be called from a button press. A small file is kept in memory, a larger
 * one in the page's private file system, from which it is downloaded; if there is no room for it, the user chooses a
 * file. `undefined`: the user chose none. Rejects with `NoRoomToSave`.
 */
export async function openSaveTarget(name: string, aboutBytes: number): Promise<SaveTarget | undefined> {
  if (aboutBytes <= mostInMemoryBytes) return inMemory(name)
  if (await hasRoom(aboutBytes)) return inPrivateFile(name)
  const { showSaveFilePicker } = globalThis as PickerWindow
  if (!showSaveFilePicker) {
    throw new NoRoomToSave(
      'This browser has no room to put the file together. Free space in Settings, or save fewer images at once.',
    )
  }
  try {
    return inChosenFile(await showSaveFilePicker.call(globalThis, { suggestedName: name }))
  } catch (error) {
    if ((error as Error).name === 'AbortError') return undefined
    throw error
  }
}

/** Deletes what earlier windows left behind. Files that another window still needs stay. */
export async function removeSaveLeftovers(): Promise<void> {
  const root = await navigator.storage?.getDirectory?.()
  if (!root || !navigator.locks) return
  await navigator.locks.request(folderLock, { ifAvailable: true }, async (lock) => {
    if (lock) await root.removeEntry(folder, { recursive: true }).catch(() => undefined)
  })
}

async function hasRoom(bytes: number): Promise<boolean> {
  const { storage, locks } = navigator
  if (!storage?.getDirectory || !locks) return false
  const { usage = 0, quota = 0 } = await storage.estimate()
  return quota - usage > bytes * 1.1
}

function inMemory(name: string): SaveTarget {
  return {
    async write(stream) {
      // A Response would replace the stream's own error with another, so the parts are collected here.
      const parts: Blob[] = []
      for await (const bytes of inParts(stream)) parts.push(new Blob([bytes]))
      saveFile(new Blob(parts), name)
    },
  }
}

function inChosenFile(handle: FileSystemFileHandle): SaveTarget {
  return {
    async write(stream) {
      // The picker creates an empty file for a new name. One that was there before stays as it was.
      const isNew = (await handle.getFile()).size === 0
      try {
        // The browser writes to a temporary file and replaces the real one when everything is written.
        await stream.pipeTo(await handle.createWritable())
      } catch (error) {
        if (isNew) await (handle as RemovableHandle).remove?.().catch(() => undefined)
        throw error
      }
    },
  }
}

function inPrivateFile(name: string): SaveTarget {
  return {
    async write(stream) {
      await holdFolder()
      const own = crypto.getRandomValues(new Uint32Array(2)).join('-')
      const worker = openWorker(saveWorkerUrl, 'atelier-save')
      const ask = askOf(worker)
      try {
        await ask({ act: 'open', folder, name: own })
        for await (const bytes of inParts(stream)) await ask({ act: 'write', bytes }, [bytes.buffer])
        await ask({ act: 'close' })
        saveFile(await openPrivate(own), name)
      } catch (error) {
        await ask({ act: 'close' }).catch(() => undefined)
        await removePrivate(own).catch(() => undefined)
        throw error
      } finally {
        worker.terminate()
      }
    },
  }
}

let held: Promise<void> | undefined

function holdFolder(): Promise<void> {
  held ??= new Promise((resolve, reject) => {
    const forEver = () => new Promise<void>(() => resolve())
    navigator.locks.request(folderLock, { mode: 'shared' }, forEver).catch(reject)
  })
  return held
}

function askOf(worker: Worker) {
  return (ask: SaveAsk, transfer: Transferable[] = []) =>
    new Promise<void>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<SaveAnswer>) => {
        if (data.done) resolve()
        else reject(new DOMException(data.error.message, data.error.name))
      }
      worker.onerror = (event) => {
        event.preventDefault()
        reject(new Error('The part of this page that writes files could not start.'))
      }
      worker.postMessage(ask, transfer)
    })
}

const privateFolder = async () => (await navigator.storage.getDirectory()).getDirectoryHandle(folder)

async function openPrivate(own: string): Promise<Blob> {
  return (await (await privateFolder()).getFileHandle(own)).getFile()
}

async function removePrivate(own: string): Promise<void> {
  await (await privateFolder()).removeEntry(own)
}

/** The same bytes in larger parts, each of which is one message to the worker. */
async function* inParts(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = (stream as ReadableStream<Uint8Array<ArrayBuffer>>).getReader()
  let waiting: Uint8Array<ArrayBuffer>[] = []
  let count = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (value) {
      waiting.push(value)
      count += value.byteLength
    }
    if (count > 0 && (done || count >= partBytes)) {
      yield new Uint8Array(await new Blob(waiting).arrayBuffer())
      waiting = []
      count = 0
    }
    if (done) return
  }
}
