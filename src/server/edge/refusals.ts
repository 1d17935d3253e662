import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ProxyRefusal } from '#providers/proxy.ts'

/** Answers one request on Node's own response. A rejection becomes a refusal. */
export type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void | Promise<void>

type Extra = Partial<ProxyRefusal['proxy']>

const jsonType = 'application/json; charset=utf-8'
const mostIssues = 20
const longestField = 100
const longestMessage = 300

/** For all answers of the API: nothing in them may be run, framed, sniffed or cached. Names and values alternate. */
export const closedHeaders = [
  'cache-control',
  'private, no-store',
  'content-security-policy',
  "default-src 'none'; sandbox",
  'x-content-type-options',
  'nosniff',
] as const

/**
 * `sent` is "no" unless given; only a submission can be uncertain. A refusal is always small: it names at most 20
 * issues, and shortens what they quote.
 */
export function toRefusal(code: number, msg: string, extra: Extra = {}): ProxyRefusal {
  const { issues, ...rest } = extra
  const few = issues?.slice(0, mostIssues).map(({ field, message }) => ({
    field: cut(field, longestField),
    message: cut(message, longestMessage),
  }))
  return { code, msg, proxy: { sent: 'no', ...rest, ...(few ? { issues: few } : {}) } }
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}

/** Thrown where a request is refused; the edge answers it. */
class Refused extends Error {
  readonly refusal: ProxyRefusal

  constructor(refusal: ProxyRefusal) {
    super(refusal.msg)
    this.refusal = refusal
  }
}

/** An exception for handlers to throw. `code` is also the HTTP status. */
export function refused(code: number, msg: string, extra: Extra = {}): Error {
  return new Refused(toRefusal(code, msg, extra))
}

/** The refusal inside an exception made by `refused`. */
export function refusalIn(error: unknown): ProxyRefusal | undefined {
  return error instanceof Refused ? error.refusal : undefined
}

export function sendText(
  outgoing: ServerResponse,
  status: number,
  type: string,
  body: string,
  readers: 'same-origin' | 'cross-origin' = 'same-origin',
): void {
  if (outgoing.headersSent || outgoing.destroyed) return
  const length = Buffer.byteLength(body)
  const own = ['content-type', type, 'content-length', length, 'cross-origin-resource-policy', readers]
  outgoing.writeHead(status, [...own, ...closedHeaders])
  outgoing.end(body)
}

export function sendJson(outgoing: ServerResponse, status: number, value: unknown): void {
  sendText(outgoing, status, jsonType, JSON.stringify(value))
}

export function sendRefusal(
  outgoing: ServerResponse,
  refusal: ProxyRefusal,
  readers: 'same-origin' | 'cross-origin' = 'same-origin',
): void {
  if (refusal.proxy.retryAfterMs !== undefined) tellWhen(outgoing, refusal.proxy.retryAfterMs)
  sendText(outgoing, refusal.code, jsonType, JSON.stringify(refusal), readers)
}

export function tellWhen(outgoing: ServerResponse, retryAfterMs: number): void {
  if (!outgoing.headersSent) outgoing.setHeader('retry-after', Math.ceil(retryAfterMs / 1000))
}
