import type { RunId } from '#domain/ids.ts'
import { digestOf } from '#providers/events.ts'
import type { Push, RunnerPorts } from './ports.ts'

/** What a stream reports. */
export interface Listener {
  /** Whether the stream is alive: something was received, not too long ago. */
  alive(isAlive: boolean): void
  runEvent(digest: string): void
  /** Events may have been missed. */
  gap(): void
}

/** Opens an event stream and keeps it open until the signal ends it. Never rejects. */
export type Listen = (listener: Listener, signal: AbortSignal) => Promise<void>

export type PushPorts = Pick<RunnerPorts, 'wait' | 'monotonic'> & { random: () => number; listen: Listen }

/** How often a run is polled while a stream is alive, in case a callback was lost. */
const slowMs = 30_000
/**
 * When a stream breaks, the pages that used it wait a random time of up to this long, so that they do not all poll at
 * once.
 */
const takeOverMs = 2_000
/** The stream stays open this long after the last run, so that consecutive runs share it. */
const lingerMs = 10_000
const remembered = 200

interface Followed {
  digest: string | undefined
  /** An event came that has not ended a pause yet. */
  isPending: boolean
  hadEvent: boolean
  /** A long pause went by without an event. */
  waitedLong: boolean
  hasPaused: boolean
  interrupt: (() => void) | undefined
}

/** For pages without a stream: pauses always have their full length. */
export function createSilentPush(wait: RunnerPorts['wait']): Push {
  const pause: Push['pause'] = (_, ms, signal) => wait(ms, signal).then(() => false)
  return { follow: () => () => undefined, pause, untilPoll: pause, ended: () => undefined }
}

/**
 * The stream is open while runs are at the service. Pauses get longer only after an event of some run has really
 * arrived, so that a service which cannot reach the proxy costs no time. They get shorter again when a run has ended
 * without an event.
 */
export function createPush({ wait, monotonic, random, listen }: PushPorts): Push {
  const followed = new Map<RunId, Followed>()
  /** The last events: an event may arrive before its run is followed. */
  const recent = new Set<string>()
  let isAlive = false
  let isTrusted = false
  let stream: AbortController | undefined
  let lingering: AbortController | undefined

  const listener: Listener = {
    alive(next) {
      if (isAlive === next) return
      isAlive = next
      for (const one of followed.values()) one.interrupt?.()
    },
    runEvent(digest) {
      // Any run's event proves that the service can reach the proxy.
      isTrusted = true
      recent.delete(digest)
      recent.add(digest)
      const [oldest] = recent
      if (recent.size > remembered && oldest !== undefined) recent.delete(oldest)
      for (const one of followed.values()) if (one.digest === digest) tell(one)
    },
    gap() {
      for (const one of followed.values()) {
        if (!one.hasPaused) continue
        one.isPending = true
        one.interrupt?.()
      }
    },
  }

  function tell(one: Followed): void {
    one.hadEvent = true
    one.isPending = true
    one.interrupt?.()
  }

  function open(): void {
    lingering?.abort()
    if (stream) return
    stream = new AbortController()
    void listen(listener, stream.signal)
  }

  function closeSoon(): void {
    const pause = new AbortController()
    lingering = pause
    wait(lingerMs, pause.signal).then(
      () => {
        if (followed.size > 0) return
        stream?.abort()
        stream = undefined
        listener.alive(false)
      },
      () => undefined,
    )
  }

  /** Resolves with whether the time is over: false if something changed before. */
  async function sleep(one: Followed, ms: number, signal: AbortSignal): Promise<boolean> {
    const inner = new AbortController()
    const leave = () => inner.abort()
    signal.addEventListener('abort', leave)
    one.interrupt = leave
    try {
      await wait(ms, inner.signal)
      return true
    } catch (error) {
      signal.throwIfAborted()
      if (!inner.signal.aborted) throw error
      return false
    } finally {
      one.interrupt = undefined
      signal.removeEventListener('abort', leave)
    }
  }

  async function pause(run: RunId, ms: number, signal: AbortSignal, mayBeLong: (one: Followed) => boolean) {
    const one = followed.get(run)
    if (!one) return wait(ms, signal).then(() => false)
    one.hasPaused = true
    const startedAt = monotonic()
    let isLong = false
    for (;;) {
      signal.throwIfAborted()
      if (one.isPending) {
        one.isPending = false
        return true
      }
      const wasLong = isLong
      isLong = mayBeLong(one)
      const leastMs = wasLong && !isLong ? random() * takeOverMs : 0
      const wholeMs = isLong ? Math.max(ms, slowMs) : ms
      if (await sleep(one, Math.max(leastMs, wholeMs - (monotonic() - startedAt)), signal)) {
        one.waitedLong ||= isLong
        return false
      }
    }
  }

  return {
    follow(run) {
      const one: Followed = {
        digest: undefined,
        isPending: false,
        hadEvent: false,
        waitedLong: false,
        hasPaused: false,
        interrupt: undefined,
      }
      followed.set(run, one)
      // Over plain http, browsers cannot compute the digest: the run's events are not recognised, and it is only
      // polled.
      digestOf(run).then(
        (digest) => {
          one.digest = digest
          if (recent.has(digest)) tell(one)
        },
        () => undefined,
      )
      open()
      return () => {
        if (followed.get(run) !== one) return
        followed.delete(run)
        if (followed.size === 0) closeSoon()
      }
    },

    pause: (run, ms, signal) => pause(run, ms, signal, () => false),
    untilPoll: (run, usualMs, signal) => pause(run, usualMs, signal, (one) => isAlive && isTrusted && !one.hadEvent),

    ended(run) {
      const one = followed.get(run)
      if (one?.waitedLong && !one.hadEvent) isTrusted = false
    },
  }
}
