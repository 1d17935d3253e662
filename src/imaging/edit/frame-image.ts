import { askWorker } from './ask-worker.ts'
import type { FrameJob } from './frame-file.ts'
import frameWorkerUrl from './frame-worker.ts?worker&url'

/** An image turned, mirrored, straightened and cropped, as PNG, in a worker. Rejects as `askWorker` does. */
export function frameImage(job: FrameJob, signal: AbortSignal): Promise<Blob> {
  return askWorker([frameWorkerUrl, 'frame'], job, () => undefined, signal)
}
