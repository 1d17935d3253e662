import { providers } from '#providers/registry.ts'
import type { Fault } from './fault.ts'
import { type Gateway, serviceHeaders } from './gateways.ts'
import type { Answer, Outbound } from './guard.ts'
import type { Whole } from './questions-client.ts'

/** Knows whether the service answers at all. */
export interface Breaker {
  /** The same outbound client, observed. */
  outbound: Outbound
  /**
   * Whether something paid may be sent. After several calls without an answer, a free request is made first: a
   * submission whose answer is lost may be charged, so it must not be used as a probe.
   */
  isAnswering(): Promise<boolean>
}

const mostUnanswered = 3
const probeMs = 5_000
const probeBytes = 64 * 1024
const noAnswer = new Set<Fault['cause']>(['late', 'broken', 'unreachable'])
/** Answers of servers in front of the service when it is down. */
const nobodyThere = new Set([502, 503, 504])

export function createBreaker(outbound: Outbound, gateway: Gateway): Breaker {
  let unanswered = 0
  let probing: Promise<boolean> | undefined
  const endpoints = providers.flatMap((provider) => provider.endpoints)
  const [freePath] = endpoints.filter(({ kind }) => kind === 'credits').map(({ path }) => path)

  function note(outcome: Answer | Whole | Fault): void {
    if (outcome.ok ? nobodyThere.has(outcome.status) : noAnswer.has(outcome.cause)) unanswered += 1
    else if (outcome.ok) unanswered = 0
  }

  async function probe(): Promise<boolean> {
    note(
      await outbound.ask({
        to: gateway.api.to,
        path: `${gateway.api.path}${freePath}`,
        headers: serviceHeaders(gateway),
        deadlineMs: probeMs,
        maxBytes: probeBytes,
      }),
    )
    return unanswered === 0
  }

  return {
    outbound: {
      ...outbound,
      async request(call) {
        const outcome = await outbound.request(call)
        if (call.to === gateway.api.to) note(outcome)
        return outcome
      },
      async ask(question) {
        const outcome = await outbound.ask(question)
        if (question.to === gateway.api.to) note(outcome)
        return outcome
      },
    },
    async isAnswering() {
      if (unanswered < mostUnanswered) return true
      probing ??= probe().finally(() => {
        probing = undefined
      })
      return probing
    },
  }
}
