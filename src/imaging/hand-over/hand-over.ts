import { askWorker } from '../edit/ask-worker.ts'
import type { SheetPage } from './draw-sheet.ts'
import type { HandOverJob } from './hand-over-job.ts'
import handOverWorkerUrl from './hand-over-worker.ts?worker&url'
import type { PsdJob } from './layers.ts'
import type { ShrinkJob, Shrunk } from './shrink.ts'

/** Makes the files of a hand-over. Each call rejects with an Error whose message can be shown, or with an abort error. */
export interface HandOverWork {
  shrink(job: ShrinkJob, signal: AbortSignal): Promise<Shrunk>
  /** One page as an image. */
  drawSheet(page: SheetPage, signal: AbortSignal): Promise<Blob>
  /** A Photoshop file. */
  psdFrom(job: PsdJob, signal: AbortSignal): Promise<Blob>
}

const ask = <Result>(job: HandOverJob, signal: AbortSignal) =>
  askWorker<never, Result>([handOverWorkerUrl, 'hand-over'], job, () => undefined, signal)

/** Runs in a new worker each time; ending the worker frees all memory. */
export const handOverWork: HandOverWork = {
  shrink: (job, signal) => ask({ task: 'shrink', ...job }, signal),
  drawSheet: (page, signal) => ask({ task: 'sheet', ...page }, signal),
  psdFrom: (job, signal) => ask({ task: 'psd', ...job }, signal),
}
