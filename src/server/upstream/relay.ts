import type { ServerResponse } from 'node:http'
import { refused, sendText } from '#server/edge/refusals.ts'
import type { Fault } from './fault.ts'
import { type Answer, readAnswer } from './guard.ts'
import type { Whole } from './questions-client.ts'

/** No endpoint that this proxy forwards has larger answers. */
export const mostReplyBytes = 1024 * 1024
const isJson = /^application\/([\w.+-]*\+)?json\b/i

/** A service's answer, ready to be passed on: its status, and its text without our key. */
export interface Reply {
  status: number
  type: string
  /** As a string: it is then sent together with the headers, which bytes would not be. */
  body: string
}

/** Removes our key from what a service echoes. */
export type Mask = (text: string) => string

export function createMask(key: string | undefined): Mask {
  // A key as short as a word would remove words from answers. Real keys are long.
  if (key === undefined || key.length < 6) return (text) => text
  const spelled = new RegExp([everySpellingOf(key), ...base64Of(key).map(escaped)].join('|'), 'g')
  return (text) => text.replace(spelled, '[key]')
}

/** Each character plain, as a JSON escape (also of JSON within JSON), or URL-encoded. */
function everySpellingOf(key: string): string {
  return [...key]
    .map((character) => {
      const code = character.charCodeAt(0).toString(16).padStart(2, '0')
      const digits = [...code].map((digit) => `[${digit}${digit.toUpperCase()}]`).join('')
      return `(?:${escaped(character)}|\\\\+u00${digits}|%${digits})`
    })
    .join('')
}

/**
 * What base64, in either alphabet, makes of the key at any position of a text, without the characters that depend on
 * its neighbours.
 */
function base64Of(key: string): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const padded = Buffer.concat([Buffer.alloc(shift), Buffer.from(key)])
    const whole = (bytes: Buffer) => bytes.subarray(0, bytes.length - (bytes.length % 3))
    const core = whole(padded)
      .toString('base64')
      .slice(shift === 0 ? 0 : 4)
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')].filter((text) => text.length >= 8)
  })
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
}

/** Reads a service's answer to its end. See `toReply`. */
export async function readReply(answer: Answer, mask: Mask): Promise<({ ok: true } & Reply) | Fault> {
  if (!isAnswer(answer.status)) {
    answer.body.destroy()
    return noReply
  }
  const read = await readAnswer(answer, mostReplyBytes)
  return read.ok ? toReply({ ...read, status: answer.status, type: answer.headers['content-type'] }, mask) : read
}

/**
 * A service's answer as text that a browser will not run. A redirect, or an invalid HTTP status, does not count as an
 * answer.
 */
export function toReply({ status, type, bytes }: Whole, mask: Mask): ({ ok: true } & Reply) | Fault {
  if (!isAnswer(status)) return noReply
  const shown = isJson.test(String(type)) ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8'
  return { ok: true, status, type: shown, body: mask(bytes.toString()) }
}

const noReply: Fault = { ok: false, sent: 'unknown', cause: 'broken' }

function isAnswer(status: number): boolean {
  return status >= 200 && status <= 599 && (status < 300 || status >= 400)
}

export function sendReply(outgoing: ServerResponse, { status, type, body }: Reply): void {
  sendText(outgoing, status, type, body)
}

/** Refusals for a free request that got no answer. */
export function refusedFor({ cause }: Fault) {
  switch (cause) {
    case 'late':
      return refused(504, 'The service did not answer in time.')
    case 'forbidden':
      return refused(502, 'The service led to an address that is not allowed.')
    case 'too-large':
      return refused(502, 'The answer of the service is too large.')
    case 'broken':
      return refused(502, 'The answer of the service was cut off.')
    case 'unreachable':
    case 'gone':
      return refused(502, 'The service cannot be reached.')
  }
}
