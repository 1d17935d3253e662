import { GenerationError } from '#domain/failure.ts'
import { quoteName } from '#domain/file-name.ts'
import { openWorker } from '#platform/trusted-worker.ts'
import type { HeicReply } from './heic-worker.ts'
import heicWorkerUrl from './heic-worker.ts?worker&url'
import { tooHeavy } from './inspect-image.ts'
import type { PrepareJob, PrepareReply } from './prepare-worker.ts'
import prepareWorkerUrl from './prepare-worker.ts?worker&url'
import { sourceLimits } from './source-limits.ts'

export interface PreparedPicture {
  /** PNG or JPEG, upright, without metadata, small enough for the service. */
  bytes: Blob
  /** What was changed, in words for the user. */
  notes: readonly string[]
  width: number
  height: number
}

const mostMs = 90_000

let line: Promise<unknown> = Promise.resolve()

/**
 * Makes a file fit to be sent, one file at a time: each may need hundreds of megabytes while it is decoded.
 * Rejects with `invalid` (field "sources") that names the file and the reason, or as aborted.
 */
export function prepareImage(file: File, signal: AbortSignal): Promise<PreparedPicture> {
  const turn = line.then(() => prepareNow(file, signal))
  line = turn.catch(() => undefined)
  return turn
}

async function prepareNow(file: File, signal: AbortSignal): Promise<PreparedPicture> {
  signal.throwIfAborted()
  if (file.size > sourceLimits.fileBytes) throw refusal(file, tooHeavy(file.size))
  const reply = await prepareInWorker({ file }, signal)
  const settled = reply?.kind === 'needs-decoder' ? await prepareHeic(file, signal) : reply
  if (settled?.kind === 'prepared') return settled
  throw refusal(file, settled?.kind === 'refused' ? settled.reason : 'is more than this browser could open.')
}

async function prepareHeic(file: File, signal: AbortSignal): Promise<PrepareReply | undefined> {
  const decoded = await askWorker<HeicReply>(heicWorkerUrl, 'heic', file, signal)
  if (!decoded) return { kind: 'refused', reason: 'is a HEIC photo that cannot be decoded. Export it as JPEG.' }
  return prepareInWorker({ file, decoded }, signal)
}

function prepareInWorker(job: PrepareJob, signal: AbortSignal): Promise<PrepareReply | undefined> {
  return askWorker<PrepareReply>(prepareWorkerUrl, 'prepare', job, signal, job.decoded ? [job.decoded] : [])
}

/** A worker for one question: its end gives all memory back, whatever the file did to it. `undefined`: no answer. */
function askWorker<Reply>(url: string, name: string, job: unknown, signal: AbortSignal, transfer: Transferable[] = []) {
  const worker = openWorker(url, name)
  const ending = new AbortController()
  const answer = new Promise<Reply | undefined>((resolve, reject) => {
    const listening = { signal: ending.signal }
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => resolve(data), listening)
    worker.addEventListener(
      'error',
      (event) => {
        event.preventDefault()
        resolve(undefined)
      },
      listening,
    )
    signal.addEventListener('abort', () => reject(signal.reason), listening)
    AbortSignal.timeout(mostMs).addEventListener('abort', () => resolve(undefined), listening)
    worker.postMessage(job, transfer)
  })
  return answer.finally(() => {
    ending.abort()
    worker.terminate()
  })
}

function refusal(file: File, reason: string): GenerationError {
  return new GenerationError({
    kind: 'invalid',
    issues: [{ field: 'sources', message: `${quoteName(file.name)} ${reason}` }],
  })
}
