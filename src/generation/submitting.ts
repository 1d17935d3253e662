import { type Failure, GenerationError, isNamed } from '#domain/failure.ts'
import type { Marks, Run, RunIn } from '#domain/run.ts'
import type { ModelFamily } from '#models/model.ts'
import type { Provider } from '#providers/provider.ts'
import { partsOf } from './parts-of.ts'
import { type Push, type RunnerPorts, sendFor, sendThrough } from './ports.ts'
import { createRateGate } from './rate-gate.ts'
import type { RunSteps } from './run-steps.ts'
import { lostContact, reach, recover, type Sent, submitOnce } from './sending.ts'
import type { createUploads } from './uploads.ts'

/**
 * The service refused the submission for its rate limit. After this many refusals in a row the user decides.
 * docs/services.md 1.5.
 */
const limitTries = 3
const limitPauseMs = 11_000
/** A network that has just come back may fail a few more times. */
const returnPausesMs = [500, 1_000, 2_000, 4_000, 8_000]
const networkPauseMs = 30_000

const noFallback: Failure = { kind: 'unavailable', detail: 'This proxy no longer has a fallback.' }

/** What one drive remembers between its tries to submit. */
export interface Tries {
  /** Refusals for the rate limit in a row. */
  refusals: number
  /** Failed tries since the network came back; `undefined` if it was never away. */
  sinceReturn?: number
}

export interface Submitting {
  /** Waits for the rate limit or the network. Nothing is sent. */
  untilDue(run: RunIn<'queued'>, signal: AbortSignal): Promise<void>
  /** Uploads the sources, then submits once. Nothing before the submission costs anything. */
  submit(run: RunIn<'queued'>, tries: Tries, signal: AbortSignal): Promise<Run | undefined>
  /** Asks for the answer to a submission that was lost. Sends nothing paid. */
  findAnswer(run: RunIn<'sending'>, tries: Tries): Promise<Run | undefined>
}

interface Ready {
  urls: string[]
  ports: RunnerPorts
  marks: Pick<Marks, 'simulated' | 'gateway' | 'proxy'>
}

export function createSubmitting(
  ports: RunnerPorts,
  { advance, fail }: RunSteps,
  push: Push,
  uploads: ReturnType<typeof createUploads>,
): Submitting {
  const { now, monotonic, network, route } = ports
  const gate = createRateGate(monotonic)

  async function prepare(run: RunIn<'queued'>, provider: Provider, signal: AbortSignal): Promise<Ready> {
    const proxy = route?.current()
    const through = { ...ports, send: sendThrough(ports, proxy) }
    const { mode, gateway, fallback, locked } = await reach(through.send, signal)
    if (locked) throw new GenerationError({ kind: 'locked' })
    const { standsIn } = run.marks
    const service = standsIn ? fallback : { mode }
    if (!service) throw new GenerationError(noFallback)
    const marks = {
      ...(service.mode === 'simulated' ? { simulated: true as const } : {}),
      // A run at the fallback service does not use a gateway.
      ...(gateway === undefined || standsIn ? {} : { gateway }),
      ...(proxy === undefined ? {} : { proxy }),
    }
    const urls = await uploads.urls(run.recipe, provider, marks.gateway, signal, through.send)
    signal.throwIfAborted()
    return { urls, ports: through, marks }
  }

  /** Keeps the run queued while the network is away or has just come back; fails it otherwise. Nothing was sent. */
  function notReady(run: RunIn<'queued'>, tries: Tries, error: unknown): Promise<Run | undefined> {
    const failure = lostContact(error)
    const hold = { type: 'hold', waitsFor: 'network', trouble: failure } as const
    if (isNamed(error, 'GenerationError')) return fail(run, failure, false)
    if (network?.isOffline()) {
      tries.sinceReturn = 0
      return advance(run, hold)
    }
    const pauseMs = nextReturnPauseMs(tries)
    return pauseMs === undefined ? fail(run, failure, false) : advance(run, { ...hold, until: now() + pauseMs })
  }

  function settle(run: RunIn<'sending'>, provider: Provider, sent: Sent, tries: Tries): Promise<Run | undefined> {
    if ('task' in sent) {
      return advance(run, { type: 'accept', task: { provider: provider.id, taskId: sent.task } })
    }
    const { failure } = sent
    if (failure.kind !== 'rate-limited') return fail(run, failure, failure.kind === 'unconfirmed')
    // With a time it is the proxy's own limit, and the run waits for it as often as necessary.
    if (failure.retryAfterMs === undefined) tries.refusals += 1
    if (tries.refusals >= limitTries) return fail(run, failure, false)
    const pauseMs = longestPauseMs(failure) * (0.85 + Math.random() * 0.15)
    return advance(run, { type: 'refuse', until: now() + pauseMs, trouble: failure })
  }

  async function send(run: RunIn<'queued'>, tries: Tries, family: ModelFamily, provider: Provider, ready: Ready) {
    const sending = await advance(run, { type: 'send', at: now() }, ready.marks)
    if (sending?.state.phase !== 'sending') return sending
    if (!provider.standIn) gate.count()
    const sent = await submitOnce(ready.ports, push, sending, family, provider, ready.urls)
    if ('failure' in sent && sent.failure.kind === 'invalid') uploads.forget(sending, provider)
    return settle(sending as RunIn<'sending'>, provider, sent, tries)
  }

  return {
    untilDue: (run, signal) => untilDue(ports, run, signal),
    async submit(run, tries, signal) {
      const { family, provider } = partsOf(run)
      if (run.state.waitsFor === 'network') tries.sinceReturn ??= 0
      let ready: Ready
      try {
        ready = await prepare(run, provider, signal)
      } catch (error) {
        signal.throwIfAborted()
        return notReady(run, tries, error)
      }
      const waitMs = provider.standIn ? 0 : gate.waitMs()
      if (waitMs > 0) return advance(run, { type: 'hold', until: now() + waitMs })
      return send(run, tries, family, provider, ready)
    },
    async findAnswer(run, tries) {
      const { provider } = partsOf(run)
      const through = { ...ports, send: sendFor(ports, run) }
      return settle(run, provider, await recover(through, push, run.id, provider), tries)
    },
  }
}

/** Waits for the network, and for the rest of the pause that was stored with the run. */
async function untilDue(
  { now, monotonic, network, wait }: RunnerPorts,
  { state: { sendsAt = 0, trouble, waitsFor } }: RunIn<'queued'>,
  signal: AbortSignal,
): Promise<void> {
  if (waitsFor === 'network') await network?.back(signal)
  // Waits again until the pause is really over: a window that becomes active ends a wait early, but not the service's limit.
  const mostMs = waitsFor === 'network' ? networkPauseMs : longestPauseMs(trouble)
  const pauseMs = Math.min(sendsAt - now(), mostMs)
  const startedAt = monotonic()
  for (let leftMs = pauseMs; leftMs > 0; leftMs = pauseMs - (monotonic() - startedAt)) await wait(leftMs, signal)
}

/** The pause before the next try since the network came back; `undefined`: it was never away, or there were enough. */
function nextReturnPauseMs(tries: Tries): number | undefined {
  if (tries.sinceReturn === undefined) return undefined
  tries.sinceReturn += 1
  return returnPausesMs[tries.sinceReturn - 1]
}

/** How long the service's limit may hold a run back. A clock change since then does not make it longer. */
function longestPauseMs(limit: Failure | undefined): number {
  const askedMs = limit?.kind === 'rate-limited' ? limit.retryAfterMs : undefined
  return (askedMs ?? limitPauseMs) * 1.2
}
