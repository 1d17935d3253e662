import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Handler, sendText } from './edge/refusals.ts'
import type { Route } from './edge/routes.ts'
import type { Limiter } from './shared/memory/limiter.ts'
import type { Outcome } from './shared/memory/submissions.ts'

/** Metrics in the format of Prometheus. No value names a user, a run or an address. */
export interface Metrics {
  handler: Handler
  /** Counts the answer to a request when it has ended. */
  watch(outgoing: ServerResponse, route: Route | undefined): void
  countOutcome(state: Outcome['state']): void
  /** The same limiter, with its waits counted. */
  timed(limiter: Limiter): Limiter
}

export interface MetricsParts {
  /** How many there are now. */
  streams(): number
  transfers(): number
  /** Bytes. */
  bodies(): number
}

const reasons: Readonly<Record<number, string>> = {
  400: 'malformed',
  401: 'token',
  403: 'page',
  404: 'address',
  405: 'method',
  409: 'conflict',
  413: 'size',
  415: 'type',
  421: 'host',
  422: 'content',
  429: 'limit',
  431: 'headers',
}

/** Loads its library only if metrics are enabled. */
export async function createMetrics({ streams, transfers, bodies }: MetricsParts): Promise<Metrics> {
  const { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } = await import('prom-client')
  const registers = [new Registry()]
  const [registry] = registers as [InstanceType<typeof Registry>]
  // Memory and event loop delay, among others.
  collectDefaultMetrics({ register: registry })
  const counter = (name: string, help: string, label: string) =>
    new Counter({ name: `atelier_${name}_total`, help, labelNames: [label], registers })
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `atelier_${name}`,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  const submissions = counter('submissions', 'Submissions by outcome.', 'outcome')
  const answers = counter('answers', 'Answers by route.', 'route')
  const refusals = counter('refusals', 'Refusals by reason.', 'reason')
  const waits = new Histogram({
    name: 'atelier_limiter_wait_seconds',
    help: 'Waiting time that the limiter gave to submissions; 0: sent at once.',
    buckets: [0, 1, 5, 11, 22, 44, 88],
    registers,
  })
  gauge('streams', 'Open event streams.', streams)
  gauge('transfers', 'Images being transferred.', transfers)
  gauge('large_bodies_bytes', 'Bytes of large submissions in memory.', bodies)

  return {
    async handler(_incoming: IncomingMessage, outgoing) {
      const text = await registry.metrics()
      sendText(outgoing, 200, registry.contentType, text)
    },
    watch(outgoing, route) {
      outgoing.once('finish', () => {
        answers.inc({ route: route?.kind ?? 'none' })
        if (outgoing.statusCode >= 400) refusals.inc({ reason: reasons[outgoing.statusCode] ?? 'service' })
      })
    },
    countOutcome: (outcome) => submissions.inc({ outcome }),
    timed: (limiter) => async (user, run) => {
      const waitMs = await limiter(user, run)
      waits.observe(waitMs / 1000)
      return waitMs
    },
  }
}
