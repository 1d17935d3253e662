import { openWorker } from '#platform/trusted-worker.ts'
import chainWorkerUrl from './chain-worker.ts?worker&url'
import type { ChainReply, LayInJob, LayInResult, LayInStep } from './lay-in-file.ts'

export type { LayInJob, LayInResult, LayInStep } from './lay-in-file.ts'

const mostMs = 90_000

/**
 * Lays a model's answer into its source, in a worker of its own whose memory is given back at the end.
 * `onStep` tells what is being done. Rejects as aborted, with a TimeoutError after 90 s, or with an Error whose message
 * says which file could not be read; in every case the answer itself is untouched.
 */
export function layIn(job: LayInJob, onStep: (step: LayInStep) => void, signal: AbortSignal): Promise<LayInResult> {
  signal.throwIfAborted()
  const worker = openWorker(chainWorkerUrl, 'lay-in')
  const ending = new AbortController()
  const result = new Promise<LayInResult>((resolve, reject) => {
    const listening = { signal: ending.signal }
    const onReply = ({ data }: MessageEvent<ChainReply>) => {
      if (data.kind === 'step') onStep(data.step)
      else if (data.kind === 'done') resolve(data.result)
      else reject(new Error(data.reason))
    }
    const onError = (event: ErrorEvent) => {
      event.preventDefault()
      reject(new Error(event.message || 'The image could not be laid in.'))
    }
    worker.addEventListener('message', onReply, listening)
    worker.addEventListener('error', onError, listening)
    const stopping = AbortSignal.any([signal, AbortSignal.timeout(mostMs)])
    stopping.addEventListener('abort', () => reject(stopping.reason), listening)
    worker.postMessage(job)
  })
  return result.finally(() => {
    ending.abort()
    worker.terminate()
  })
}
