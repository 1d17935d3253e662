import * as z from 'zod/mini'
import type { Failure } from '#domain/failure.ts'
import { parseJson } from './send.ts'

/** The meaning of an answer of generateContent, and whether another call is free of a second charge. */
export type GeminiReading =
  /** Base64. The type is found from the bytes, because the label may be wrong. */
  | { kind: 'picture'; data: string }
  | {
      kind: 'none'
      failure: Failure
      /** The answer counts the tokens of an image, or broke off without saying what was used. */
      chargePossible: boolean
      /**
       * What may be tried next: another model; the same one later; the same one, asking for an image only. Absent:
       * nothing.
       */
      again?: 'next-model' | 'later' | 'picture-only'
      retryAfterMs?: number
    }
  /** The answer did not come from this service, so an image may have been made. */
  | { kind: 'doubt' }

const Inline = z.object({ data: z.string(), mimeType: z.optional(z.string()), mime_type: z.optional(z.string()) })
const Part = z.object({
  text: z.optional(z.string()),
  thought: z.optional(z.boolean()),
  inlineData: z.optional(Inline),
  inline_data: z.optional(Inline),
})
const Usage = z.object({
  candidatesTokenCount: z.optional(z.number()),
  candidatesTokensDetails: z.optional(
    z.array(z.object({ modality: z.optional(z.string()), tokenCount: z.optional(z.number()) })),
  ),
})
const Answer = z.object({
  candidates: z.nullish(
    z.array(
      z.object({
        finishReason: z.optional(z.string()),
        finishMessage: z.optional(z.string()),
        content: z.nullish(z.object({ parts: z.nullish(z.array(z.unknown())) })),
      }),
    ),
  ),
  promptFeedback: z.nullish(z.object({ blockReason: z.optional(z.string()) })),
  usageMetadata: z.optional(z.unknown()),
})
const Trouble = z.object({
  error: z.object({
    status: z.optional(z.string()),
    message: z.optional(z.string()),
    details: z.optional(z.array(z.object({ reason: z.optional(z.string()), retryDelay: z.optional(z.string()) }))),
  }),
})

type Part = z.infer<typeof Part>

const blocked = new Set([
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
  'SAFETY',
  'PROHIBITED_CONTENT',
  'BLOCKLIST',
  'SPII',
  'RECITATION',
])
const nothingDrawn = new Set(['NO_IMAGE', 'IMAGE_OTHER', 'OTHER', 'STOP'])
/** The smallest image counts 747 tokens. */
const leastPictureTokens = 700
const longestText = 300

/** Reads an answer by its HTTP status, which this service uses correctly, unlike KIE. docs/services.md 8.3 and 8.4. */
export function readGemini(httpStatus: number, text: string): GeminiReading {
  const json = parseJson(text)
  if (httpStatus !== 200) return readTrouble(httpStatus, json)
  const answer = Answer.safeParse(json)
  return answer.success ? readAnswer(answer.data) : { kind: 'doubt' }
}

function readAnswer({ candidates, promptFeedback, usageMetadata }: z.infer<typeof Answer>): GeminiReading {
  const parts = (candidates ?? []).flatMap(({ content }) => (content?.parts ?? []).flatMap(readPart))
  // Parts marked as thought may hold drafts of the image. The last of the other parts is the result.
  const spoken = parts.filter(({ thought }) => thought !== true)
  const data = spoken.map(pictureIn).findLast((found) => found !== undefined)
  if (data !== undefined) return { kind: 'picture', data }

  const chargePossible = countsPicture(usageMetadata)
  const [first] = candidates ?? []
  const reason = first?.finishReason ?? promptFeedback?.blockReason
  const said = trim(first?.finishMessage ?? reason ?? '')
  if (!first && reason !== undefined) return { kind: 'none', failure: rejected(reason, said), chargePossible }
  if (reason !== undefined && blocked.has(reason))
    return { kind: 'none', failure: rejected(reason, said), chargePossible }
  if (reason !== undefined && !nothingDrawn.has(reason)) {
    const failure: Failure = { kind: 'unexpected', detail: `it stopped early (${reason}).`, said }
    return { kind: 'none', failure, chargePossible }
  }
  const words = trim(spoken.map((part) => part.text ?? '').join(' '))
  const failure: Failure = { kind: 'no-picture', text: words, ...(said === '' ? {} : { said }) }
  // A call whose answer counted an image, or cannot be read, is not repeated.
  const mayAsk = first !== undefined && !chargePossible
  return { kind: 'none', failure, chargePossible, ...(mayAsk ? { again: 'picture-only' } : {}) }
}

function readPart(value: unknown): Part[] {
  const part = Part.safeParse(value)
  return part.success ? [part.data] : []
}

function pictureIn({ inlineData, inline_data }: Part): string | undefined {
  const inline = inlineData ?? inline_data
  const mime = inline?.mimeType ?? inline?.mime_type ?? ''
  return inline && mime.startsWith('image/') && inline.data !== '' ? inline.data : undefined
}

function countsPicture(usage: unknown): boolean {
  const read = Usage.safeParse(usage)
  if (!read.success) return false
  const { candidatesTokenCount = 0, candidatesTokensDetails } = read.data
  if (!candidatesTokensDetails) return candidatesTokenCount >= leastPictureTokens
  return candidatesTokensDetails.some(({ modality, tokenCount = 0 }) => modality === 'IMAGE' && tokenCount > 0)
}

function rejected(reason: string, said: string): Failure {
  return { kind: 'rejected', reason: reason.toLowerCase().replaceAll('_', ' '), said }
}

function readTrouble(code: number, json: unknown): GeminiReading {
  const trouble = Trouble.safeParse(json)
  // Not an answer in the service's format: something on the way answered instead, and the outcome of the call is
  // unknown.
  if (!trouble.success && code >= 500) return { kind: 'doubt' }
  const { status = '', message = '', details = [] } = trouble.success ? trouble.data.error : {}
  const said = trim(message)
  const retryAfterMs = details.map(({ retryDelay }) => toMs(retryDelay)).find((ms) => ms !== undefined)
  const pause = retryAfterMs === undefined ? {} : { retryAfterMs }
  const none = (cause: Failure, more: { chargePossible?: true; again?: 'next-model' | 'later' } = {}) =>
    ({ kind: 'none', failure: { ...cause, code, said }, chargePossible: false, ...more }) as const
  switch (code) {
    case 400:
      return none(
        refusalOf(
          status,
          details.map(({ reason }) => reason ?? ''),
          said,
        ),
      )
    case 401:
    case 403:
      return none({ kind: 'unauthorized' })
    case 402:
      return none({ kind: 'out-of-credits' })
    case 404:
      return none({ kind: 'unavailable', detail: 'The service does not offer this model.' }, { again: 'next-model' })
    case 429:
      return { ...none({ kind: 'rate-limited', ...pause }, { again: 'later' }), ...pause }
    case 503: {
      const detail = 'The service is too busy at the moment.'
      return { ...none({ kind: 'unavailable', detail }, { again: 'later' }), ...pause }
    }
    case 504:
      return none({ kind: 'timed-out' }, { chargePossible: true })
    default: {
      const detail = said || `error ${code}`
      // A refusal has used nothing; a call that broke off may be charged.
      return none({ kind: 'unexpected', detail }, code >= 499 ? { chargePossible: true } : {})
    }
  }
}

function refusalOf(status: string, reasons: readonly string[], said: string): Failure {
  if (reasons.includes('API_KEY_INVALID')) return { kind: 'unauthorized' }
  if (status === 'FAILED_PRECONDITION') {
    return { kind: 'unavailable', detail: `The service is not offered to this account: ${said}` }
  }
  return { kind: 'invalid', issues: [{ field: 'request', message: `The service refused the settings: ${said}` }] }
}

/** "17s", "0.5s". */
function toMs(delay: string | undefined): number | undefined {
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(delay ?? '')?.[1]
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000)
}

function trim(text: string): string {
  const plain = text.replace(/\s+/g, ' ').trim()
  return plain.length > longestText ? `${plain.slice(0, longestText - 1)}…` : plain
}
