import { toReadable } from '../readable-file.ts'
import { askWorker } from './ask-worker.ts'
import type { FrameJob } from './frame-file.ts'
import frameWorkerUrl from './frame-worker.ts?worker&url'

/** An image turned, mirrored, straightened and cropped, as PNG, in a worker. Rejects as `askWorker` does. */
export async function frameImage({ source, frame }: FrameJob, signal: AbortSignal): Promise<Blob> {
  const job: FrameJob = { source: (await toReadable(source, signal)).file, frame }
  return askWorker([frameWorkerUrl, 'frame'], job, () => undefined, signal)
}
