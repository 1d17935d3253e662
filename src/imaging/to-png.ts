import { askWorker } from './edit/ask-worker.ts'
import pngWorkerUrl from './png-worker.ts?worker&url'

/**
 * An image as PNG, because the clipboard accepts no other format. Made in a worker: a photo of 24 megapixels would keep the
 * page busy for a second. Rejects as `askWorker` does.
 */
export async function toPng(bytes: Blob): Promise<Blob> {
  if (bytes.type === 'image/png') return bytes
  return askWorker([pngWorkerUrl, 'png'], bytes, () => undefined, new AbortController().signal)
}
