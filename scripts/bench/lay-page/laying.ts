import type { Edit } from '#domain/edit.ts'
import { resizeTo } from '#imaging/edit/exact-size.ts'
import { openWorker } from '#platform/trusted-worker.ts'
import type { LayOrder, LayTimes } from './laying-worker.ts'
import workerUrl from './laying-worker.ts?worker&url'
import type { AliasFigures, ResizeFigures, ResizeOrder } from './resizing-worker.ts'
import resizingUrl from './resizing-worker.ts?worker&url'

declare global {
  /** Lays an answer into a source. Both are given by address. */
  var laying: (order: { source: string; answer: string; edit: Edit; isAlone: boolean }) => Promise<LayTimes>
  /** Resizes a file to the size of the image that it was reduced from, in two ways. */
  var comparing: (file: string, original: string) => Promise<ResizeFigures>
  var aliasing: () => Promise<AliasFigures>
  /** Resizes a file as the product does, to a PNG. */
  var resizing: (file: string, from: Size, target: Size) => Promise<void>
}

interface Size {
  width: number
  height: number
}

globalThis.laying = async ({ source, answer, edit, isAlone }) => {
  const order: LayOrder = { files: [await fetchFile(source), await fetchFile(answer)], edit, isAlone }
  return ask<LayTimes>(workerUrl, order)
}

globalThis.comparing = async (file, original) => {
  const order: ResizeOrder = { file: await fetchFile(file), original: await fetchFile(original) }
  return ask<ResizeFigures>(resizingUrl, order)
}

globalThis.aliasing = () => ask<AliasFigures>(resizingUrl, 'alias')

globalThis.resizing = async (name, { width, height }, target) => {
  const file = await fetchFile(name)
  await resizeTo({ file, target, box: [0, 0, width, height] }, new AbortController().signal)
}

async function fetchFile(url: string): Promise<Blob> {
  return (await fetch(url)).blob()
}

/** One order to a new worker, which ends with its answer. */
function ask<Answer>(url: string, order: unknown): Promise<Answer> {
  const worker = openWorker(url, 'bench')
  const answer = new Promise<Answer>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data)
    worker.onerror = ({ message }) => reject(new Error(message))
  })
  worker.postMessage(order)
  return answer.finally(() => worker.terminate())
}
