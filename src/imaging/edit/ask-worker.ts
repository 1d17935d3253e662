import { openWorker } from '#platform/trusted-worker.ts'

export type WorkerReply<Step, Result> =
  | { kind: 'step'; step: Step }
  | { kind: 'done'; result: Result }
  | { kind: 'failed'; reason: string }

const mostMs = 90_000

/**
 * Sends one job to a new worker, whose memory is released when it ends. Rejects as aborted, or with an Error that says what
 * failed, also when there is no result after 90 s.
 */
export function askWorker<Step, Result>(
  [url, name]: readonly [url: string, name: string],
  job: unknown,
  onStep: (step: Step) => void,
  signal: AbortSignal,
): Promise<Result> {
  signal.throwIfAborted()
  const worker = openWorker(url, name)
  const ending = new AbortController()
  const result = new Promise<Result>((resolve, reject) => {
    const listening = { signal: ending.signal }
    const onReply = ({ data }: MessageEvent<WorkerReply<Step, Result>>) => {
      if (data.kind === 'step') onStep(data.step)
      else if (data.kind === 'done') resolve(data.result)
      else reject(new Error(data.reason))
    }
    const onError = (event: ErrorEvent) => {
      event.preventDefault()
      reject(new Error(event.message || 'The image could not be worked on.'))
    }
    worker.addEventListener('message', onReply, listening)
    worker.addEventListener('error', onError, listening)
    signal.addEventListener('abort', () => reject(signal.reason), listening)
    worker.postMessage(job)
  })
  const late = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('It took more than 90 seconds.')), mostMs)
    ending.signal.addEventListener('abort', () => clearTimeout(timer))
  })
  return Promise.race([result, late]).finally(() => {
    ending.abort()
    worker.terminate()
  })
}

/** The worker's side: does the job that it receives, and sends the result. */
export function answerInWorker<Job, Step, Result>(
  work: (job: Job, onStep: (step: Step) => void) => Promise<Result>,
): void {
  self.onmessage = async ({ data }: MessageEvent<Job>) => {
    const tell = (reply: WorkerReply<Step, Result>) => self.postMessage(reply)
    await work(data, (step) => tell({ kind: 'step', step })).then(
      (result) => tell({ kind: 'done', result }),
      (error: unknown) => tell({ kind: 'failed', reason: error instanceof Error ? error.message : 'unknown' }),
    )
  }
}
