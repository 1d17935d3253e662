import * as z from 'zod/mini'
import type { Failure } from '#domain/failure.ts'
import type { RunId } from '#domain/ids.ts'
import type { Send } from './provider.ts'
import { parseJson, proxyPaths } from './send.ts'

/**
 * A refusal by the proxy itself, in the format of the services, so that one decoder reads both. `sent` tells whether
 * the request may have reached the service: `no` is certain, `unknown` means it may have been charged.
 */
export const ProxyRefusal = z.object({
  code: z.number(),
  msg: z.string(),
  proxy: z.object({
    sent: z.enum(['no', 'unknown']),
    issues: z.optional(z.array(z.object({ field: z.string(), message: z.string() }))),
    retryAfterMs: z.optional(z.number()),
    /** The pause is for the proxy's queue: the run keeps its place in it. */
    turn: z.optional(z.literal(true)),
    /** Not a pause to wait for: the daily limit set by the proxy's owner. */
    limit: z.optional(z.literal('daily-credits')),
  }),
})
export type ProxyRefusal = z.infer<typeof ProxyRefusal>

/** What the proxy knows about a run's submission. `none` may also mean that the proxy was restarted since. */
export const KeptSubmission = z.discriminatedUnion('state', [
  z.object({ state: z.literal('none') }),
  z.object({ state: z.literal('pending') }),
  z.object({ state: z.literal('unknown') }),
  z.object({ state: z.literal('answered'), status: z.number(), body: z.string() }),
])
export type KeptSubmission = z.infer<typeof KeptSubmission>

/**
 * Asks for the answer to a submission that may have been lost on its way here. `undefined`: this proxy keeps none.
 * Rejects if it cannot answer now.
 */
export async function keptSubmission(send: Send, run: RunId, signal: AbortSignal): Promise<KeptSubmission | undefined> {
  const response = await send(`${proxyPaths.submissions}/${encodeURIComponent(run)}`, { signal })
  const json = parseJson(await response.text())
  if (readRefusal(json)?.failure.kind === 'unavailable') throw new Error('the proxy cannot tell')
  const reply = KeptSubmission.safeParse(json)
  return reply.success ? reply.data : undefined
}

/** The failure behind a refusal by the proxy itself; `undefined` if the answer is not one. */
export function readRefusal(json: unknown): { failure: Failure; sent: 'no' | 'unknown' } | undefined {
  const parsed = ProxyRefusal.safeParse(json)
  if (!parsed.success) return undefined
  const { code, msg, proxy } = parsed.data
  const extra = { code, said: msg }
  if (proxy.sent === 'unknown') return { sent: 'unknown', failure: { kind: 'unconfirmed', ...extra } }
  return { sent: 'no', failure: { ...refusalCause(code, msg, proxy), ...extra } }
}

function refusalCause(code: number, msg: string, proxy: ProxyRefusal['proxy']): Failure {
  // The proxy's own code: what a service says about its key is passed on in the service's words.
  if (code === 401) return { kind: 'locked' }
  if (proxy.limit !== undefined) {
    const { retryAfterMs } = proxy
    return { kind: 'over-budget', detail: msg, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  }
  if (code === 429) {
    const retryAfterMs = proxy.retryAfterMs ?? 10_000
    return { kind: 'rate-limited', retryAfterMs, ...(proxy.turn ? { turn: true } : {}) }
  }
  if (code >= 400 && code < 500)
    return { kind: 'invalid', issues: proxy.issues ?? [{ field: 'request', message: msg }] }
  return { kind: 'unavailable', detail: msg }
}
