import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { dropOldest } from '#domain/drop-oldest.ts'
import { GenerationError } from '#domain/failure.ts'
import type { TaskId } from '#domain/ids.ts'
import { digestOf } from '#providers/events.ts'
import type { Callbacks as Dialect, Provider } from '#providers/provider.ts'
import { findProvider, providers } from '#providers/registry.ts'
import { pathOf } from '#server/edge/address.ts'
import { readAnyJson } from '#server/edge/body.ts'
import { createQuota } from '#server/edge/quota.ts'
import { type Handler, refused, sendJson } from '#server/edge/refusals.ts'
import { callbackPath, jsonLimitsOf, type Route } from '#server/edge/routes.ts'
import type { Log } from '#server/log.ts'
import type { RunEvents } from '#server/shared/memory/events.ts'
import { createTaskLearner, type TaskLearnerParts } from './learn-task.ts'

export interface CallbackParts extends Omit<TaskLearnerParts, 'pausesMs'> {
  /** An origin that the service can reach. */
  publicUrl: string
  /** The keys that calls are signed with, including old ones during a change of keys. Empty: calls are not signed. */
  webhookKeys: readonly string[]
  events: RunEvents
  log: Log
}

export interface Callbacks {
  /** The same submission with an address to call when its task has ended. Nobody else can construct that address. */
  addTo(body: unknown, path: string, run: string): unknown
  handlerFor(route: Route): Handler
  /** Resolves when all calls have been processed. */
  settled(): Promise<void>
}

/** Calls read at the same time. The service makes a few a second, and repeats one that was not accepted. */
const mostReading = 64
const mostSkewSeconds = 300
/** The service repeats calls, and anyone may repeat a signed one: within this time one is enough. */
const onceInMs = 10_000
const remembered = 1000
/** Pauses before a task is looked up again. */
const pausesMs = [2_000, 10_000, 60_000]
const taken = { code: 200, msg: 'success' }

/**
 * A callback only wakes pages: nothing in it is stored or trusted. Each is answered at once. If a run's answer is not
 * known, its task id is learned from the call, after the service itself has confirmed that task.
 */
export function createCallbacks(parts: CallbackParts): Callbacks {
  const { publicUrl, webhookKeys, events, log } = parts
  // Addresses are valid as long as the key: on every replica, and after a restart.
  const secret = createHmac('sha256', parts.gateway.key).update('atelier callbacks').digest()
  const learn = createTaskLearner({ ...parts, pausesMs })
  const tokenFor = (provider: string, run: string) =>
    createHmac('sha256', secret).update(`${provider} ${run}`).digest('base64url')
  const count = createCount(log)
  const recent = createRecentRuns()
  const underWay = new Set<Promise<void>>()
  const reading = createQuota({
    perUser: 4,
    inAll: mostReading,
    msg: 'Too many calls at once.',
    retryAfterMs: 5_000,
  })

  async function take(provider: Provider, dialect: Dialect, run: string, task: TaskId): Promise<void> {
    const outcome = await learn(provider, dialect, run, task)
    if (outcome === 'known' || outcome === 'learned') await events.publish(await digestOf(run))
    else count(outcome)
  }

  function work(run: string, done: Promise<void>): void {
    const noted = done
      .catch((error: unknown) => {
        recent.forget(run)
        if (error instanceof GenerationError) return count('refused run')
        log.error({ run, err: error }, 'a callback could not be handled')
      })
      .finally(() => underWay.delete(noted))
    underWay.add(noted)
  }

  return {
    addTo(body, path, run) {
      const provider = providers.find(({ endpoints }) => endpoints.some((endpoint) => endpoint.path === path))
      if (!provider?.callbacks) return body
      const address = `${publicUrl}${callbackPath}/${provider.id}/${run}/${tokenFor(provider.id, run)}`
      return provider.callbacks.withAddress(body, address)
    },

    handlerFor(route) {
      const limits = jsonLimitsOf(route)
      return async (incoming, outgoing) => {
        const [providerId, run, token] = partsOf(incoming)
        const provider = findProvider(providerId)
        // Checked before anything is read: a caller without the token costs nothing, and does not learn which runs
        // exist.
        if (!provider?.callbacks || !isEqual(token, tokenFor(providerId, run))) {
          count('foreign token')
          outgoing.setHeader('connection', 'close')
          return sendJson(outgoing, 200, taken)
        }
        const dialect = provider.callbacks
        const release = reading.take(run)
        const task = dialect.readTask(await readAnyJson(incoming, limits).finally(release))
        if (webhookKeys.length > 0 && !(task && isSigned(incoming, dialect, task, webhookKeys))) {
          count('bad signature')
          throw refused(401, 'The signature does not match.')
        }
        // At once, because the service waits for at most 15 s.
        sendJson(outgoing, 200, taken)
        if (task === undefined) return count('no task')
        if (recent.isNew(run)) work(run, take(provider, dialect, run, task))
      }
    },

    async settled() {
      await Promise.all(underWay)
    },
  }
}

/** Counts rejected calls. Logs only when a count doubles, so that strangers cannot fill the log. */
function createCount(log: Log): (what: string) => void {
  const counts = new Map<string, number>()
  return (what) => {
    const number = (counts.get(what) ?? 0) + 1
    counts.set(what, number)
    if ((number & (number - 1)) === 0) log.warn({ callbacks: what, number }, 'callbacks were rejected')
  }
}

/** The runs that were called about most recently. `now`: milliseconds of a monotonic clock. */
export function createRecentRuns(now = () => performance.now()) {
  const lastAt = new Map<string, number>()
  return {
    forget: (run: string) => void lastAt.delete(run),
    /** Whether a call about this run is the first for a while. */
    isNew(run: string): boolean {
      const at = now()
      if (at - (lastAt.get(run) ?? Number.NEGATIVE_INFINITY) < onceInMs) return false
      lastAt.delete(run)
      lastAt.set(run, at)
      dropOldest(lastAt, remembered)
      return true
    },
  }
}

/** Provider, run and token: the path of the route has these three. */
function partsOf(incoming: IncomingMessage): [string, string, string] {
  const path = pathOf(incoming).slice(callbackPath.length + 1)
  return path.split('/') as [string, string, string]
}

/** The signature covers the task and the time only: a signed call may contain anything else. docs/services.md 5.3. */
function isSigned({ headers }: IncomingMessage, dialect: Dialect, task: TaskId, keys: readonly string[]): boolean {
  const { header, timeHeader, text } = dialect.signature
  const seconds = String(headers[timeHeader])
  const given = String(headers[header])
  const isRecent = Math.abs(Date.now() / 1000 - Number(seconds)) <= mostSkewSeconds
  if (!isRecent) return false
  return keys.some((key) => isEqual(given, createHmac('sha256', key).update(text(task, seconds)).digest('base64')))
}

/** Takes a time that depends on neither text. */
function isEqual(given: string, expected: string): boolean {
  const digest = (text: string) => createHmac('sha256', expected).update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
