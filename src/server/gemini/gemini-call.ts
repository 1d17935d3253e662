import { setTimeout } from 'node:timers/promises'
import type { Failure } from '#domain/failure.ts'
import { sniffImage } from '#domain/picture.ts'
import type { GeminiBody } from '#providers/gemini.ts'
import { type GeminiReading, readGemini } from '#providers/gemini-answers.ts'
import { sizeFor } from '#providers/gemini-models.ts'
import type { JsonWithBlobs } from '#server/edge/body.ts'
import { mostPictureBytes } from '#server/shared/memory/kept-pictures.ts'
import type { Fault } from '#server/upstream/fault.ts'
import { type Outbound, readAnswer } from '#server/upstream/guard.ts'
import { createMask } from '#server/upstream/relay.ts'
import { type GeminiService, geminiHeaders, type ModelList } from './gemini-service.ts'

type Size = GeminiBody['generationConfig']['imageConfig']['imageSize']

/** How a call ended. */
export type CallEnd =
  | { state: 'made'; model: string; size: Size; bytes: Buffer }
  | { state: 'failed'; failure: Failure; chargePossible: boolean }
  /** Nothing was sent, or what was sent was refused. */
  | { state: 'not-sent' }
  /** It may have made an image that was lost. */
  | { state: 'doubt'; late: boolean }

export interface CallParts {
  service: GeminiService
  outbound: Pick<Outbound, 'request'>
  models: ModelList
  /** Fires when the proxy stops: pauses end, and nothing is sent any more. */
  stopping: AbortSignal
  /** For tests: waits, and rejects if the signal fires before. */
  pause?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** JSON with the images in it. */
type Write = JsonWithBlobs['write']
type None = Extract<GeminiReading, { kind: 'none' }>
interface Limits {
  /** For each try that is left for answers that ask to come back later. */
  pausesMs: number[]
  pictureOnly: boolean
}

/** An image as base64, perhaps with drafts of it, and text. */
const mostAnswerBytes = 48 * 1024 * 1024
const pausesMs = [2_000, 6_000]
/** For a longer pause the user decides whether to wait. */
const longestPauseMs = 30_000

/**
 * Makes one image, and pays for at most one. The call is repeated only if the answer itself says that nothing was made:
 * with the next model if one is retired, twice after a pause if it was not accepted, once asking for an image only if
 * the answer was text. docs/services.md 8.2 to 8.4.
 */
export function createGeminiCall(
  parts: CallParts,
): (body: GeminiBody, json: Pick<JsonWithBlobs, 'write'>, deadlineMs: number) => Promise<CallEnd> {
  const { models, stopping, pause = (ms, signal) => setTimeout(ms, undefined, { signal }) } = parts
  const ask = createQuestion(parts)

  async function askModel(
    model: string,
    body: GeminiBody,
    write: Write,
    deadlineMs: number,
  ): Promise<CallEnd | 'retired'> {
    const left: Limits = { pausesMs: [...pausesMs], pictureOnly: false }
    for (;;) {
      const reading = await ask(model, write(bodyFor(model, body, left.pictureOnly)), deadlineMs)
      if (reading.kind === 'fault') return reading.sent === 'no' ? { state: 'not-sent' } : doubt(reading.cause)
      if (reading.kind === 'doubt') return doubt()
      if (reading.kind === 'picture') return toPicture(reading.data, model, sizeOf(model, body))
      if (reading.again === 'next-model') return 'retired'
      const pauseMs = stopping.aborted ? undefined : pauseBeforeAgain(reading, left)
      if (pauseMs === undefined) return toFailed(reading)
      const isOver = pauseMs === 0 || (await pause(pauseMs, stopping).then(yes, no))
      if (!isOver) return toFailed(reading)
    }
  }

  return async (body, json, deadlineMs) => {
    for (const model of models.inService()) {
      const end = await askModel(model, body, json.write, deadlineMs)
      if (end !== 'retired') return end
      models.retire(model)
    }
    const detail = 'The service offers none of the models that this proxy may ask (GEMINI_MODELS).'
    return { state: 'failed', failure: { kind: 'unavailable', detail, code: 404 }, chargePossible: false }
  }
}

function createQuestion({ service, outbound }: CallParts) {
  const headers = [...geminiHeaders(service), 'content-type', 'application/json']
  const mask = createMask(service.key)
  return async (
    model: string,
    body: ReturnType<Write>,
    deadlineMs: number,
  ): Promise<GeminiReading | ({ kind: 'fault' } & Fault)> => {
    const answer = await outbound.request({
      to: service.api.to,
      path: `${service.api.path}/v1beta/models/${model}:generateContent`,
      method: 'POST',
      headers,
      body,
      deadlineMs,
    })
    if (!answer.ok) return { kind: 'fault', ...answer }
    const read = await readAnswer(answer, mostAnswerBytes)
    if (!read.ok) return { kind: 'fault', ...read }
    return readGemini(answer.status, mask(read.bytes.toString()))
  }
}

/** The body for this model: some know fewer sizes, or none. JSON leaves out a size that is undefined. */
function bodyFor(model: string, { contents, generationConfig }: GeminiBody, pictureOnly: boolean): unknown {
  const { responseModalities, imageConfig } = generationConfig
  const { imageSize: wanted, ...ratio } = imageConfig
  return {
    contents,
    generationConfig: {
      responseModalities: pictureOnly ? ['IMAGE'] : responseModalities,
      imageConfig: { ...ratio, imageSize: sizeFor(model, wanted) },
    },
  }
}

function sizeOf(model: string, { generationConfig }: GeminiBody): Size {
  return sizeFor(model, generationConfig.imageConfig.imageSize) ?? '1K'
}

/** How long to wait before the same model is asked again; `undefined`: it is not. */
function pauseBeforeAgain({ again, retryAfterMs }: None, left: Limits): number | undefined {
  if (again === 'picture-only' && !left.pictureOnly) {
    left.pictureOnly = true
    return 0
  }
  const usualMs = again === 'later' ? left.pausesMs.shift() : undefined
  if (usualMs === undefined) return undefined
  const pauseMs = retryAfterMs ?? usualMs * (0.85 + Math.random() * 0.3)
  return pauseMs > longestPauseMs ? undefined : pauseMs
}

const yes = () => true
const no = () => false

function toPicture(data: string, model: string, size: Size): CallEnd {
  const bytes = Buffer.from(data, 'base64')
  if (sniffImage(bytes) !== undefined && bytes.length <= mostPictureBytes) return { state: 'made', model, size, bytes }
  const failure = { kind: 'unexpected', detail: 'what it sent is not an image that can be kept.' } as const
  return { state: 'failed', failure, chargePossible: true }
}

function toFailed({ failure, chargePossible }: None): CallEnd {
  return { state: 'failed', failure, chargePossible }
}

function doubt(cause?: Fault['cause']): CallEnd {
  return { state: 'doubt', late: cause === 'late' }
}
