import { askWorker } from './ask-worker.ts'
import chainWorkerUrl from './chain-worker.ts?worker&url'
import type { LayInJob, LayInResult, LayInStep, MarkJob } from './lay-in-file.ts'

export type { LayInJob, LayInResult, LayInStep, MarkJob } from './lay-in-file.ts'

/**
 * Lays a model's answer into its source, in a worker of its own, whose memory is released at the end. `onStep` reports
 * the current step. Rejects as aborted, with a TimeoutError after 90 s, or with an Error whose message says which file
 * could not be read; the answer itself is never changed.
 */
export function layIn(job: LayInJob, onStep: (step: LayInStep) => void, signal: AbortSignal): Promise<LayInResult> {
  return askWorker([chainWorkerUrl, 'lay-in'], job, onStep, signal)
}

/** The numbers of the marks that an answer still shows. In a worker like `layIn`, and rejects as that does. */
export function findMarks(job: Omit<MarkJob, 'task'>, signal: AbortSignal): Promise<readonly number[]> {
  return askWorker([chainWorkerUrl, 'marks'], { task: 'marks', ...job }, () => undefined, signal)
}
