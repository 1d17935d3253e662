import { openWorker } from '#platform/trusted-worker.ts'
import type { LayTimes } from './laying-worker.ts'
import workerUrl from './laying-worker.ts?worker&url'

declare global {
  /** Lays an answer into a source, both given by address, with an area of that share of the image. */
  var laying: (source: string, answer: string, share: number, isAlone?: boolean) => Promise<LayTimes>
}

globalThis.laying = async (source, answer, share, isAlone = false) => {
  const worker = openWorker(workerUrl, 'laying')
  const files = await Promise.all([source, answer].map(async (url) => (await fetch(url)).blob()))
  const times = new Promise<LayTimes>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<LayTimes>) => resolve(data)
    worker.onerror = ({ message }) => reject(new Error(message))
  })
  worker.postMessage({ files, share, isAlone })
  return times.finally(() => worker.terminate())
}
