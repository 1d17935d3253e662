import { toReadable } from '../readable-file.ts'
import { askWorker } from './ask-worker.ts'
import chainWorkerUrl from './chain-worker.ts?worker&url'
import type { LayInJob, LayInResult, LayInStep, MarkJob } from './lay-in-file.ts'

export type { LayInJob, LayInResult, LayInStep, MarkJob } from './lay-in-file.ts'

/**
 * Lays a model's answer into its source, in a worker of its own, whose memory is released at the end. `onStep` reports
 * the current step. Rejects as `askWorker` does, or with an Error whose message says which file could not be read;
 * the answer itself is never changed.
 */
export async function layIn(
  job: LayInJob,
  onStep: (step: LayInStep) => void,
  signal: AbortSignal,
): Promise<LayInResult> {
  const { file: source, isConverted } = await toReadable(job.source, signal)
  const given = { ...job, source }
  const result = await askWorker<LayInStep, LayInResult>([chainWorkerUrl, 'lay-in'], given, onStep, signal)
  return isConverted ? { ...result, losses: ['profile', ...result.losses] } : result
}

/** The numbers of the marks that an answer still shows. Runs in a worker and rejects like `layIn`. */
export async function findMarks(job: Omit<MarkJob, 'task'>, signal: AbortSignal): Promise<readonly number[]> {
  const { file: source } = await toReadable(job.source, signal)
  return askWorker([chainWorkerUrl, 'marks'], { task: 'marks', ...job, source }, () => undefined, signal)
}
