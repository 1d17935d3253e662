import { GenerationError } from '#domain/failure.ts'
import { quoteName } from '#domain/file-name.ts'
import { openWorker } from '#platform/trusted-worker.ts'
import type { HeicAsk } from './heic-worker.ts'
import heicWorkerUrl from './heic-worker.ts?worker&url'
import { tooHeavy } from './inspect-image.ts'
import type { PrepareJob, PrepareReply, ReadFile, SendAsk, SentFile } from './prepare-worker.ts'
import prepareWorkerUrl from './prepare-worker.ts?worker&url'
import { openLimits } from './source-limits.ts'

const mostMs = 90_000

type Task = { task: 'read' } | ({ task: 'send' } & SendAsk) | { task: 'pixels' }

let line: Promise<unknown> = Promise.resolve()

/**
 * Reads what is kept of a file, one file at a time, because decoding may need hundreds of megabytes. Rejects with
 * `invalid` (field "sources"), naming the file and the reason, or as aborted.
 */
export async function readImage(file: Blob, name: string, signal: AbortSignal): Promise<ReadFile> {
  const reply = await inLine(file, name, { task: 'read' }, signal)
  if (reply.kind === 'read') return reply.read
  throw refusalOf(name, reply)
}

/** Makes from a file what is sent to a service. Takes turns with `readImage`, and rejects alike. */
export async function deriveSent(file: Blob, name: string, asked: SendAsk, signal: AbortSignal): Promise<SentFile> {
  const reply = await inLine(file, name, { task: 'send', ...asked }, signal)
  if (reply.kind === 'sent') return reply.sent
  throw refusalOf(name, reply)
}

/**
 * A hash of an image's pixels as this browser draws them, so that a copy is recognised whose file was written again
 * without loss. Takes turns with `readImage`. `undefined`: the browser cannot draw it. Rejects as aborted only.
 */
export async function pixelHash(file: Blob, signal: AbortSignal): Promise<string | undefined> {
  const reply = await inLine(file, '', { task: 'pixels' }, signal)
  return reply.kind === 'pixels' ? reply.sha256 : undefined
}

function inLine(file: Blob, name: string, task: Task, signal: AbortSignal): Promise<PrepareReply> {
  const turn = line.then(() => prepareNow(file, name, task, signal))
  line = turn.catch(() => undefined)
  return turn
}

async function prepareNow(file: Blob, name: string, task: Task, signal: AbortSignal): Promise<PrepareReply> {
  signal.throwIfAborted()
  if (file.size > openLimits.fileBytes) throw refusal(name, tooHeavy(file.size))
  const reply = await prepareInWorker({ ...task, file }, signal)
  const settled = reply?.kind === 'needs-decoder' ? await prepareHeic(file, task, signal) : reply
  return settled ?? { kind: 'refused', reason: 'is more than this browser could open.' }
}

/** A HEIC photo upright and in sRGB, decoded by our own worker. `undefined` if it cannot be decoded. */
function decodeHeic<As extends HeicAsk['as']>(file: Blob, as: As, signal: AbortSignal) {
  return askWorker<As extends 'png' ? Blob : ImageBitmap>(heicWorkerUrl, 'heic', { file, as } satisfies HeicAsk, signal)
}

/** The same as PNG. */
export function heicToPng(file: Blob, signal: AbortSignal): Promise<Blob | undefined> {
  return decodeHeic(file, 'png', signal)
}

async function prepareHeic(file: Blob, task: Task, signal: AbortSignal): Promise<PrepareReply | undefined> {
  const decoded = await decodeHeic(file, 'bitmap', signal)
  if (!decoded) return { kind: 'refused', reason: 'is a HEIC photo that cannot be decoded. Export it as JPEG.' }
  return prepareInWorker({ ...task, file, decoded }, signal)
}

function prepareInWorker(job: PrepareJob, signal: AbortSignal): Promise<PrepareReply | undefined> {
  return askWorker<PrepareReply>(prepareWorkerUrl, 'prepare', job, signal, job.decoded ? [job.decoded] : [])
}

/** A worker for one job: when it ends, all memory is released, whatever the file caused. `undefined`: no answer. */
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

function refusalOf(name: string, reply: PrepareReply): GenerationError {
  return refusal(name, reply.kind === 'refused' ? reply.reason : 'is more than this browser could open.')
}

function refusal(name: string, reason: string): GenerationError {
  return new GenerationError({
    kind: 'invalid',
    issues: [{ field: 'sources', message: `${quoteName(name)} ${reason}` }],
  })
}
