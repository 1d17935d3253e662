import { dropOldest } from '#domain/drop-oldest.ts'
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

/** A run that is waited for, and the events that came for it. */
interface Followed {
  /** What identifies its events; undefined until it is computed, or where the browser cannot compute it. */
  digest: string | undefined
  /** Whether any event came for the run. */
  hadEvent: boolean
  /** A long pause went by without an event. */
  waitedLong: boolean
  /** The run was polled, or is about to be: it may have missed events. */
  hasPaused: boolean
  /** Ends the present pause, or the next one if there is none, because there is something to poll for. */
  wake(): void
  /** Makes the present pause compute its length again. */
  reconsider(): void
  /** Resolves with `true` when it was woken, with `false` after `ms`, or longer while `mayBeLong`. */
  pause(ms: number, signal: AbortSignal, mayBeLong: () => boolean): Promise<boolean>
}

/** For pages without a stream: pauses always have their full length. */
export function createSilentPush(wait: RunnerPorts['wait']): Push {
  const pause: Push['pause'] = (_, ms, signal) => wait(ms, signal).then(() => false)
  return { follow: () => () => undefined, pause, untilPoll: pause, ended: () => undefined }
}

/**
 * The stream is open while runs are at the service. Pauses get longer only after an event of some run has really arrived,
 * so that a service which cannot reach the proxy costs no time. They get shorter again when a run has ended without an
 * event.
 */
export function createPush(ports: PushPorts): Push {
  const { wait, listen } = ports
  const followed = new Map<RunId, Followed>()
  const recent = createRecentDigests()
  let isAlive = false
  let isTrusted = false

  const listener: Listener = {
    alive(next) {
      if (isAlive === next) return
      isAlive = next
      for (const one of followed.values()) one.reconsider()
    },
    runEvent(digest) {
      // Any run's event proves that the service can reach the proxy.
      isTrusted = true
      recent.add(digest)
      for (const one of followed.values()) if (one.digest === digest) tell(one)
    },
    gap() {
      for (const one of followed.values()) if (one.hasPaused) one.wake()
    },
  }
  const stream = createStreamHolder(wait, (signal) => void listen(listener, signal))

  const canExpectEvent = (one: Followed) => isAlive && isTrusted && one.digest !== undefined && !one.hadEvent

  function tell(one: Followed): void {
    one.hadEvent = true
    one.wake()
  }

  function pause(run: RunId, ms: number, signal: AbortSignal, mayBeLong: (one: Followed) => boolean) {
    const one = followed.get(run)
    return one ? one.pause(ms, signal, () => mayBeLong(one)) : wait(ms, signal).then(() => false)
  }

  return {
    follow(run) {
      const one = createFollowed(ports)
      followed.set(run, one)
      // Over plain http, browsers cannot compute the digest: the run's events are not recognised, so it is polled as
      // often as without a stream.
      digestOf(run).then(
        (digest) => {
          one.digest = digest
          if (recent.has(digest)) tell(one)
        },
        () => undefined,
      )
      stream.open()
      return () => {
        if (followed.get(run) !== one) return
        followed.delete(run)
        if (followed.size > 0) return
        stream.closeSoon(() => {
          if (followed.size > 0) return false
          listener.alive(false)
          return true
        })
      }
    },

    pause: (run, ms, signal) => pause(run, ms, signal, () => false),
    untilPoll: (run, usualMs, signal) => pause(run, usualMs, signal, canExpectEvent),

    ended(run) {
      const one = followed.get(run)
      if (one?.waitedLong && !one.hadEvent) isTrusted = false
    },
  }
}

/** The last events: an event may arrive before its run is followed. */
function createRecentDigests() {
  const digests = new Set<string>()
  return {
    has: (digest: string) => digests.has(digest),
    add(digest: string): void {
      digests.delete(digest)
      digests.add(digest)
      dropOldest(digests, remembered)
    },
  }
}

/** Opens a stream once, and closes it some time after it was last wanted. */
function createStreamHolder(wait: RunnerPorts['wait'], start: (signal: AbortSignal) => void) {
  let stream: AbortController | undefined
  let lingering: AbortController | undefined
  return {
    open(): void {
      lingering?.abort()
      if (stream) return
      stream = new AbortController()
      start(stream.signal)
    },
    /** `isUnwanted` is asked again at the time of closing. */
    closeSoon(isUnwanted: () => boolean): void {
      const pause = new AbortController()
      lingering = pause
      wait(lingerMs, pause.signal).then(
        () => {
          if (!isUnwanted()) return
          stream?.abort()
          stream = undefined
        },
        () => undefined,
      )
    },
  }
}

function createFollowed({ wait, monotonic, random }: PushPorts): Followed {
  let isWoken = false
  let interrupt: (() => void) | undefined

  /** Resolves to `true` when the time is over, to `false` if something changed before. */
  async function sleep(ms: number, signal: AbortSignal): Promise<boolean> {
    const inner = new AbortController()
    const leave = () => inner.abort()
    signal.addEventListener('abort', leave)
    interrupt = leave
    try {
      await wait(ms, inner.signal)
      return true
    } catch (error) {
      signal.throwIfAborted()
      if (!inner.signal.aborted) throw error
      return false
    } finally {
      interrupt = undefined
      signal.removeEventListener('abort', leave)
    }
  }

  return {
    digest: undefined,
    hadEvent: false,
    waitedLong: false,
    hasPaused: false,
    wake() {
      isWoken = true
      interrupt?.()
    },
    reconsider: () => interrupt?.(),
    async pause(ms, signal, mayBeLong) {
      this.hasPaused = true
      const startedAt = monotonic()
      let isLong = false
      for (;;) {
        signal.throwIfAborted()
        if (isWoken) {
          isWoken = false
          return true
        }
        const wasLong = isLong
        isLong = mayBeLong()
        const leastMs = wasLong && !isLong ? random() * takeOverMs : 0
        const wholeMs = isLong ? Math.max(ms, slowMs) : ms
        if (await sleep(Math.max(leastMs, wholeMs - (monotonic() - startedAt)), signal)) {
          this.waitedLong ||= isLong
          return false
        }
      }
    },
  }
}
