import { randomUUID } from 'node:crypto'
import * as z from 'zod/mini'
import { dropOldest } from '#domain/drop-oldest.ts'
import { parseJson } from '#providers/send.ts'
import { toRefusal } from '#server/edge/refusals.ts'
import { isAnswer, type Outcome, type SubmissionStore, toOutcome } from '#server/shared/memory/submissions.ts'
import type { Redis } from './redis.ts'
import { redisName } from './redis-names.ts'
import { learnScript, lookScript, renewScript, reserveScript, settleScript } from './redis-submission-scripts.ts'

export interface RedisSubmissions extends SubmissionStore {
  /** Tries once more to write what Redis has missed. */
  close(): Promise<void>
}

export interface RedisSubmissionsOptions {
  keptMs?: number
  /**
   * A proxy that has not renewed its lease for this long counts as stopped: the outcome of its submissions is unknown.
   * At least as long as pages ask for a lost answer.
   */
  leaseMs?: number
  /** How often another proxy's answer is looked up, in case its message was lost. */
  lookMs?: number
  /**
   * How many of its own submissions a proxy remembers itself, in case Redis loses them. More than there are in a day.
   */
  remembered?: number
}

/** What Redis knows of a submission. */
type Seen = { state: 'none' | 'pending' } | { state: 'settled'; outcome: Outcome }

/** One submission of this proxy. */
interface Attempt {
  id: string
  body: string
}

/** An attempt that waits for its answer, which may become known in another way. */
interface Waiting extends Attempt {
  stopListening(): void
}

const StoredOutcome = z.object({
  state: z.enum(['answered', 'unclear', 'unknown', 'free']),
  status: z.number(),
  type: z.string(),
  body: z.string(),
  retryAfterMs: z.optional(z.number()),
})

/** An answer of a service has at most a mebibyte; it grows as JSON inside JSON. */
const mostOutcomeBytes = 4 * 1024 * 1024
const freeMs = 60_000
/**
 * Each is a few lines of text. Above this number the oldest are dropped: their records become uncertain on their own.
 */
const mostOwed = 10_000
/** After so many in one go it is assumed that Redis is unreachable. */
const mostFailures = 3
const channel = redisName('settled')
const signOfLife = redisName('proxy')
const lost = toOutcome(
  'unknown',
  toRefusal(502, 'The proxy that sent this run has not reported its outcome.', { sent: 'unknown' }),
)
const notSent = toOutcome('free', toRefusal(503, 'The proxies cannot reach their shared memory at the moment.'))

/**
 * Shared by all proxies of a Redis. A record is created in one step, so that only one proxy sends; only that proxy can
 * make it free again. If it stops without doing so, the outcome is uncertain. docs/decisions/0010.
 */
export function createRedisSubmissions(redis: Redis, options: RedisSubmissionsOptions = {}): RedisSubmissions {
  const { keptMs = 24 * 60 * 60 * 1000, leaseMs = 60_000, lookMs = 2000, remembered = 200_000 } = options
  const owner = randomUUID()
  const alive = `${signOfLife}:${owner}`
  const underWay = new Map<string, Waiting>()
  const sent = createSentNames(remembered)
  const listenFor = createSettledListeners(redis)
  const updates = createUpdates(redis, () => underWay.size > 0, { alive, leaseMs })

  async function look(name: string): Promise<Seen> {
    const reply = await redis.run(lookScript, [name], [`${signOfLife}:`, mostOutcomeBytes])
    const seen = readSeen(reply)
    if (seen.state !== 'none') return seen
    if (underWay.has(name)) return { state: 'pending' }
    return sent.has(name) ? { state: 'settled', outcome: lost } : seen
  }

  /** Resolves with an answer that becomes known in another way while this proxy waits for its own. */
  function learn(name: string, attempt: Attempt): Promise<Outcome> {
    return new Promise((resolve) => {
      const take = async () => {
        const seen = await look(name)
        if (seen.state === 'settled' && seen.outcome.state === 'answered') resolve(seen.outcome)
      }
      const stopListening = listenFor(name, () => void take().catch(() => undefined))
      underWay.set(name, { ...attempt, stopListening })
    })
  }

  /** Writes to Redis now, or when it is back. Rejects if it is not written yet. */
  async function tell(name: string, { id, body }: Attempt, outcome: Outcome): Promise<void> {
    const values = [id, outcome.state, JSON.stringify(outcome), body, keptMs, freeMs, channel, name]
    await updates.write(id, () => redis.run(settleScript, [name], values))
  }

  return {
    async reserve(key, body) {
      const name = redisName('submission', key)
      const attempt: Attempt = { id: randomUUID(), body }
      const values = [body, owner, attempt.id, keptMs, leaseMs]
      const state = await redis.run(reserveScript, [name, alive], values).catch(async (error: unknown) => {
        // The record may have been created all the same, and nobody will send it.
        await tell(name, attempt, notSent).catch(() => undefined)
        throw error
      })
      if (state === 'other-body') return { state }
      if (state !== 'fresh') return { state: 'same', outcome: settled(name, { look, listenFor, leaseMs, lookMs }) }
      if (sent.has(name)) {
        // It was sent from here before, and Redis has lost it.
        await tell(name, attempt, lost)
        return { state: 'same', outcome: Promise.resolve(lost) }
      }
      sent.add(name)
      return { state: 'fresh', learned: learn(name, attempt) }
    },

    async settle(key, outcome) {
      const name = redisName('submission', key)
      const attempt = underWay.get(name)
      if (!attempt) return
      underWay.delete(name)
      attempt.stopListening()
      if (outcome.state === 'free') sent.delete(name)
      await tell(name, attempt, outcome)
    },

    async learn(key, answer) {
      const name = redisName('submission', key)
      await redis.run(learnScript, [name], [JSON.stringify(answer), keptMs, channel, name])
    },

    async find(key) {
      const seen = await look(redisName('submission', key))
      if (seen.state !== 'settled') return seen
      const { state, status, body } = seen.outcome
      if (state === 'free') return { state: 'none' }
      return isAnswer(seen.outcome) ? { state: 'answered', status, body } : { state: 'unknown' }
    },

    close: () => updates.close(),
  }
}

/** Names of what this proxy has sent; the oldest are forgotten. */
function createSentNames(most: number) {
  const names = new Set<string>()
  return {
    has: (name: string) => names.has(name),
    delete: (name: string) => names.delete(name),
    add(name: string): void {
      names.add(name)
      dropOldest(names, most)
    },
  }
}

/** The answer of `lookScript`. An unreadable outcome counts as lost. */
function readSeen(reply: unknown): Seen {
  const [state, text] = z.tuple([z.string(), z.string()]).parse(reply)
  if (state === 'none' || state === 'pending') return { state }
  const outcome = StoredOutcome.safeParse(parseJson(text))
  const isReadable = outcome.success && outcome.data.state === state
  return { state: 'settled', outcome: isReadable ? (outcome.data as Outcome) : lost }
}

interface Looking {
  look(name: string): Promise<Seen>
  listenFor(name: string, wake: () => void): () => void
  leaseMs: number
  lookMs: number
}

/** Waits for the outcome of a submission. It counts as lost after `leaseMs` without an answer of Redis. */
async function settled(name: string, { look, listenFor, leaseMs, lookMs }: Looking): Promise<Outcome> {
  for (let seenAt = performance.now(); performance.now() - seenAt < leaseMs; ) {
    const next = nextMessage(name, { listenFor, lookMs })
    try {
      // While Redis is unreachable, the answer may still come.
      const seen = await look(name).catch(() => undefined)
      if (seen?.state === 'settled') return seen.outcome
      if (seen?.state === 'none') return lost
      if (seen) seenAt = performance.now()
      await next.heard
    } finally {
      next.stop()
    }
  }
  return lost
}

/** `heard` resolves when the outcome may have become known, and after `lookMs`. `stop`: nobody waits for it any more. */
function nextMessage(name: string, { listenFor, lookMs }: Pick<Looking, 'listenFor' | 'lookMs'>) {
  let stop = () => {}
  const heard = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, lookMs)
    const stopListening = listenFor(name, resolve)
    stop = () => {
      clearTimeout(timer)
      stopListening()
    }
  })
  return { heard, stop }
}

/** Calls back when the outcome of a submission becomes known. Gives a function that stops listening. */
function createSettledListeners(redis: Redis): (name: string, wake: () => void) => () => void {
  const listeners = new Set<{ name: string; wake: () => void }>()
  redis.listen(channel, (name) => {
    for (const one of [...listeners].filter((listener) => listener.name === name)) one.wake()
  })
  return (name, wake) => {
    const one = { name, wake }
    listeners.add(one)
    return () => void listeners.delete(one)
  }
}

/** Renews this proxy's lease while it has submissions under way, and keeps the updates that Redis has not received yet. */
function createUpdates(redis: Redis, isBusy: () => boolean, { alive, leaseMs }: { alive: string; leaseMs: number }) {
  const owed = new Map<string, () => Promise<unknown>>()

  async function catchUp(): Promise<void> {
    try {
      if (isBusy() || owed.size > 0) await redis.run(renewScript, [alive], [leaseMs])
    } catch {
      // Redis is unreachable; the updates are sent when it is back.
      return
    }
    let failures = 0
    for (const [id, send] of [...owed]) {
      try {
        await send()
        owed.delete(id)
      } catch {
        // Tried after the others next time: Redis may refuse this one only.
        owed.delete(id)
        owed.set(id, send)
        failures += 1
        if (failures === mostFailures) return
      }
    }
  }

  redis.onConnected(() => void catchUp())
  const timer = setInterval(() => void catchUp(), leaseMs / 4).unref()

  return {
    /** Writes an update now, or when Redis is back. Rejects if it is not written yet. */
    async write(id: string, send: () => Promise<unknown>): Promise<void> {
      await send().catch((error: unknown) => {
        owed.set(id, send)
        dropOldest(owed, mostOwed)
        throw error
      })
    },
    async close(): Promise<void> {
      clearInterval(timer)
      await catchUp()
    },
  }
}
