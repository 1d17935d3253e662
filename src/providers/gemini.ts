import * as z from 'zod/mini'
import { encodeBase64 } from '#domain/base64.ts'
import { type Failure, GenerationError } from '#domain/failure.ts'
import type { RunId, TaskId } from '#domain/ids.ts'
import { geminiRatios, modelTitle, nearestRatio, priceDollarsOf } from './gemini-models.ts'
import type { Provider, TaskStatus } from './provider.ts'
import { keptSubmission, readRefusal } from './proxy.ts'
import { parseJson } from './send.ts'

/** The proxy's routes for Gemini. The service has no tasks: the proxy makes one call and keeps its result. */
export const geminiPaths = { generate: '/api/gemini/generate', pictures: '/api/gemini/pictures' } as const

const sizes = z.enum(['1K', '2K'])

/**
 * The body that the proxy accepts, strict: the service's own, without the model, which the proxy chooses.
 * docs/services.md 8.1.
 */
export const GeminiBody = z.strictObject({
  contents: z.tuple([
    z.strictObject({
      role: z.literal('user'),
      parts: z
        .array(
          z.union([
            z.strictObject({ text: z.string().check(z.minLength(1), z.maxLength(20_000)) }),
            z.strictObject({
              inlineData: z.strictObject({
                mimeType: z.enum(['image/png', 'image/jpeg', 'image/webp']),
                data: z.string().check(z.regex(/^[A-Za-z0-9+/]+={0,2}$/)),
              }),
            }),
          ]),
        )
        .check(z.minLength(1), z.maxLength(15)),
    }),
  ]),
  generationConfig: z.strictObject({
    responseModalities: z.tuple([z.literal('TEXT'), z.literal('IMAGE')]),
    imageConfig: z.strictObject({ aspectRatio: z.optional(z.enum(geminiRatios)), imageSize: sizes }),
  }),
})
export type GeminiBody = z.infer<typeof GeminiBody>

const words = { code: z.optional(z.number()), said: z.optional(z.string()) }
/** The failures that `readGemini` can find. */
const GeminiFailure = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rejected'), reason: z.string(), ...words }),
  z.object({ kind: z.literal('no-picture'), text: z.string(), ...words }),
  z.object({ kind: z.literal('unexpected'), detail: z.string(), ...words }),
  z.object({ kind: z.literal('unavailable'), detail: z.string(), ...words }),
  z.object({
    kind: z.literal('invalid'),
    issues: z.array(z.object({ field: z.string(), message: z.string() })),
    ...words,
  }),
  z.object({ kind: z.literal('rate-limited'), retryAfterMs: z.optional(z.number()), ...words }),
  z.object({ kind: z.enum(['unauthorized', 'out-of-credits', 'timed-out']), ...words }),
])

/** What the proxy keeps about a finished call. The bytes of an image are kept separately, at their own address. */
export const GeminiOutcome = z.discriminatedUnion('state', [
  z.object({ state: z.literal('made'), model: z.string(), size: sizes }),
  z.object({
    state: z.literal('failed'),
    failure: GeminiFailure,
    chargePossible: z.boolean(),
  }),
])
export type GeminiOutcome =
  | Extract<z.infer<typeof GeminiOutcome>, { state: 'made' }>
  | { state: 'failed'; failure: Failure; chargePossible: boolean }

const Accepted = z.object({ taskId: z.string() })

/** Google's image models, as the fallback for every family. */
export const gemini: Provider = {
  id: 'gemini',
  endpoints: [],
  uploadsKeptMs: 0,

  /** Images are sent inside the submission itself. */
  async upload(image) {
    return `data:${image.type};base64,${encodeBase64(new Uint8Array(await image.arrayBuffer()))}`
  },

  standIn: {
    toBody({ prompt, ratio, size }, sources): GeminiBody {
      const pictures = sources.map((source) => {
        const [, mimeType = '', data = ''] = /^data:([^;]*);base64,(.*)$/.exec(source) ?? []
        return { inlineData: { mimeType: mimeType as 'image/png', data } }
      })
      return {
        contents: [{ role: 'user', parts: [{ text: prompt }, ...pictures] }],
        generationConfig: {
          responseModalities: ['TEXT', 'IMAGE'],
          imageConfig: { ...(ratio === undefined ? {} : { aspectRatio: nearestRatio(ratio) }), imageSize: size },
        },
      }
    },
  },

  async submit(body, run, { send, signal }) {
    const headers = { 'content-type': 'application/json', 'idempotency-key': run }
    const response = await send(geminiPaths.generate, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal,
    })
    return gemini.readSubmission(response.status, await response.text())
  },

  readSubmission(status, body) {
    const json = parseJson(body)
    const refusal = readRefusal(json)
    if (refusal) throw new GenerationError(refusal.failure)
    const accepted = Accepted.safeParse(json)
    if (!accepted.success) throw new GenerationError({ kind: 'unconfirmed', code: status })
    return accepted.data.taskId as TaskId
  },

  async check(taskId, _ageMs, { send, signal }) {
    const run = taskId as string as RunId
    const kept = await keptSubmission(send, run, signal)
    if (kept?.state === 'pending') return { state: 'running' }
    if (kept?.state !== 'answered') return inDoubt
    return readOutcome(run, parseJson(kept.body))
  },

  freshLink: () => Promise.reject(new GenerationError({ kind: 'expired' })),
}

/** Lost on the way to the service, or by a restart of the proxy. */
const inDoubt: TaskStatus = { state: 'failed', failure: { kind: 'unconfirmed' }, chargePossible: true }

function readOutcome(run: RunId, json: unknown): TaskStatus {
  const refusal = readRefusal(json)
  if (refusal) return refusal.sent === 'no' ? { state: 'failed', failure: refusal.failure } : inDoubt
  const outcome = GeminiOutcome.safeParse(json)
  if (!outcome.success) return inDoubt
  if (outcome.data.state === 'failed') {
    const { failure, chargePossible } = outcome.data
    return { state: 'failed', failure: failure as Failure, ...(chargePossible ? { chargePossible } : {}) }
  }
  const { model, size } = outcome.data
  const priceDollars = priceDollarsOf(model, size)
  const madeBy = { model: modelTitle(model), ...(priceDollars === undefined ? {} : { priceDollars }) }
  return { state: 'done', imageUrls: [`${geminiPaths.pictures}/${run}`], spareUrls: [], madeBy }
}
