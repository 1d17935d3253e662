import { randomUUID } from 'node:crypto'
import * as z from 'zod/mini'
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

/** One submission of this proxy. */
interface Attempt {
  id: string
  body: string
  stopListening?: () => void
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
const channel = redisName('settled')
const signOfLife = redisName('proxy')
const lost = toOutcome(
  'unknown',
  toRefusal(502, 'The proxy that sent this run has not told what became of it.', { sent: 'unknown' }),
)
const notSent = toOutcome('free', toRefusal(503, 'The proxies have no common memory of submissions at the moment.'))

/**
 * Shared by all proxies of a Redis. A record is created in one step, so that only one proxy sends; only that proxy can
 * make it free again. If it stops without doing so, the outcome is uncertain. docs/decisions/0010.
 */
export function createRedisSubmissions(redis: Redis, options: RedisSubmissionsOptions = {}): RedisSubmissions {
  const { keptMs = 24 * 60 * 60 * 1000, leaseMs = 60_000, lookMs = 2000, remembered = 200_000 } = options
  const owner = randomUUID()
  const alive = `${signOfLife}:${owner}`
  const underWay = new Map<string, Attempt>()
  /** Updates that Redis has not received yet. */
  const owed = new Map<string, () => Promise<unknown>>()
  /** Names of what this proxy has sent, oldest first. */
  const sent = new Set<string>()
  const listeners = new Map<string, Set<() => void>>()
  let attempts = 0

  redis.listen(channel, (word) => {
    for (const wake of [...(listeners.get(word) ?? [])]) wake()
  })
  redis.onConnected(() => void catchUp())
  const timer = setInterval(() => void catchUp(), leaseMs / 4).unref()

  /** Renews the lease and sends what Redis missed. */
  async function catchUp(): Promise<void> {
    try {
      if (underWay.size > 0 || owed.size > 0) await redis.run(renewScript, [alive], [leaseMs])
      for (const [id, tell] of owed) {
        await tell()
        owed.delete(id)
      }
    } catch {
      // Redis is unreachable; the update is sent when it is back.
    }
  }

  function owe(id: string, telling: () => Promise<unknown>): void {
    owed.set(id, telling)
    const [oldest] = owed.keys()
    if (owed.size > mostOwed && oldest !== undefined) owed.delete(oldest)
  }

  function listenFor(name: string, wake: () => void): () => void {
    const wakes = listeners.get(name) ?? new Set()
    listeners.set(name, wakes.add(wake))
    return () => {
      if (wakes.delete(wake) && wakes.size === 0) listeners.delete(name)
    }
  }

  async function look(name: string): Promise<{ state: 'none' | 'pending' } | { state: 'settled'; outcome: Outcome }> {
    const reply = await redis.run(lookScript, [name], [`${signOfLife}:`, mostOutcomeBytes])
    const [state, text] = z.tuple([z.string(), z.string()]).parse(reply)
    if (state === 'none' && underWay.has(name)) return { state: 'pending' }
    if (state === 'none') return sent.has(name) ? { state: 'settled', outcome: lost } : { state }
    if (state === 'pending') return { state }
    const outcome = StoredOutcome.safeParse(parseJson(text))
    const isReadable = outcome.success && outcome.data.state === state
    return { state: 'settled', outcome: isReadable ? (outcome.data as Outcome) : lost }
  }

  /** The outcome at another proxy, or here. */
  async function outcomeOf(name: string): Promise<Outcome> {
    for (let seenAt = performance.now(); performance.now() - seenAt < leaseMs; ) {
      let stop = () => {}
      const word = new Promise<void>((resolve) => {
        const timeout = setTimeout(resolve, lookMs)
        const stopListening = listenFor(name, resolve)
        stop = () => {
          clearTimeout(timeout)
          stopListening()
        }
      })
      try {
        const seen = await look(name)
        if (seen.state === 'settled') return seen.outcome
        if (seen.state === 'none') return lost
        seenAt = performance.now()
      } catch {
        // Redis is unreachable; the answer may still come.
      }
      await word.finally(stop)
    }
    return lost
  }

  /** Resolves with an answer that becomes known in another way while this proxy waits for its own. */
  function learn(name: string, attempt: Attempt): Promise<Outcome> {
    return new Promise((resolve) => {
      const take = async () => {
        const seen = await look(name)
        if (seen.state === 'settled' && seen.outcome.state === 'answered') resolve(seen.outcome)
      }
      attempt.stopListening = listenFor(name, () => void take().catch(() => undefined))
    })
  }

  /** Writes to Redis now, or when it is back. Rejects if it is not written yet. */
  async function tell(name: string, { id, body }: Attempt, outcome: Outcome): Promise<void> {
    const values = [id, outcome.state, JSON.stringify(outcome), body, keptMs, freeMs, channel, name]
    const telling = () => redis.run(settleScript, [name], values)
    await telling().catch((error: unknown) => {
      owe(id, telling)
      throw error
    })
  }

  function remember(name: string): void {
    sent.add(name)
    const [oldest] = sent
    if (sent.size > remembered && oldest !== undefined) sent.delete(oldest)
  }

  return {
    async reserve(key, body) {
      const name = redisName('submission', key)
      attempts += 1
      const attempt: Attempt = { id: `${owner}:${attempts}`, body }
      const values = [body, owner, attempt.id, keptMs, leaseMs]
      const state = await redis.run(reserveScript, [name, alive], values).catch(async (error: unknown) => {
        // The record may have been created all the same, and nobody will send it.
        await tell(name, attempt, notSent).catch(() => undefined)
        throw error
      })
      if (state === 'other-body') return { state }
      if (state !== 'fresh') return { state: 'same', outcome: outcomeOf(name) }
      if (sent.has(name)) {
        // It was sent from here before, and Redis has lost it.
        await tell(name, attempt, lost)
        return { state: 'same', outcome: Promise.resolve(lost) }
      }
      remember(name)
      underWay.set(name, attempt)
      return { state: 'fresh', learned: learn(name, attempt) }
    },

    async settle(key, outcome) {
      const name = redisName('submission', key)
      const attempt = underWay.get(name)
      if (!attempt) return
      underWay.delete(name)
      attempt.stopListening?.()
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

    async close() {
      clearInterval(timer)
      await catchUp()
    },
  }
}
