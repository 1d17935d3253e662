import type { SaveAnswer, SaveAsk } from './save-messages.ts'

/** Only the members used here: `tsc` knows this type for workers only, and this project is compiled for a page. */
interface SyncFile {
  write(bytes: Uint8Array<ArrayBuffer>, at: { at: number }): number
  truncate(bytes: number): void
  flush(): void
  close(): void
}

let file: SyncFile | undefined
let at = 0

async function perform(ask: SaveAsk): Promise<void> {
  switch (ask.act) {
    case 'open': {
      const root = await navigator.storage.getDirectory()
      const folder = await root.getDirectoryHandle(ask.folder, { create: true })
      const handle = await folder.getFileHandle(ask.name, { create: true })
      file = await (handle as unknown as { createSyncAccessHandle(): Promise<SyncFile> }).createSyncAccessHandle()
      file.truncate(0)
      return
    }
    case 'write': {
      const written = file?.write(ask.bytes, { at }) ?? 0
      // On a full disk, some browsers throw and others write less than was asked.
      if (written < ask.bytes.byteLength) throw new DOMException('The disk is full.', 'QuotaExceededError')
      at += written
      return
    }
    case 'close':
      file?.flush()
      file?.close()
      file = undefined
  }
}

const answerOf = (error: unknown): SaveAnswer => {
  const { name = 'Error', message = '' } = error as Partial<Error>
  return { done: false, error: { name, message } }
}

self.addEventListener('message', async ({ data }: MessageEvent<SaveAsk>) => {
  self.postMessage(await perform(data).then((): SaveAnswer => ({ done: true }), answerOf))
})
