import { isAbort } from '#domain/failure.ts'
import type { RunnerPorts } from './ports.ts'

/** What windows say to each other: "who holds this name?", "I do", "I do now, unseen". A frozen window says nothing. */
type Message = { kind: 'who' | 'mine' | 'unseen'; name: string }

export interface LockWorld extends Pick<RunnerPorts, 'monotonic' | 'wait'> {
  /** Web Locks. A holder whose name is stolen has its request rejected with an `AbortError`. */
  locks: {
    request<T>(name: string, options: { signal: AbortSignal } | { steal: true }, work: () => Promise<T>): Promise<T>
  }
  /** Reaches all other windows of this browser. */
  channel: {
    postMessage(message: Message): void
    addEventListener(type: 'message', listener: (event: { data: Message }) => void): void
  }
  isVisible(): boolean
}

const askEveryMs = 5_000
const silentMs = 30_000

/**
 * One holder a name over all windows, in turn. A window that nobody sees, whose timers the browser slows down, gives way to
 * one that is seen. One that the browser froze keeps its names and does nothing: a window that is seen, and has heard
 * nothing of the holder for 30 s, takes the name over where `mayTake` says that this is safe. Whoever lost a name stops,
 * when it can, and stands in line again.
 */
export function createRunLock({ locks, channel, isVisible, monotonic, wait }: LockWorld): RunnerPorts['lock'] {
  /** The names held here, each with the way to let it go. */
  const held = new Map<string, () => void>()
  const heardAt = new Map<string, number>()
  const inLine = new Set<string>()
  const ask = (name: string) => isVisible() && channel.postMessage({ kind: 'who', name })
  channel.addEventListener('message', ({ data: { kind, name } }) => {
    if (kind !== 'who') heardAt.set(name, monotonic())
    if (kind === 'unseen' && inLine.has(name)) ask(name)
    const giveWay = kind === 'who' && held.get(name)
    if (!giveWay) return
    channel.postMessage({ kind: 'mine', name })
    // Only a window that is seen asks.
    if (!isVisible()) giveWay()
  })

  /** Resolves when the holder has been silent for so long that its window must be frozen. */
  async function silence(name: string, signal: AbortSignal): Promise<void> {
    let since = monotonic()
    for (;;) {
      const askedAt = monotonic()
      ask(name)
      await wait(askEveryMs, signal)
      const now = monotonic()
      // What this window did not hear while it was out of sight, or slept itself, says nothing.
      const listened = isVisible() && now - askedAt < 2 * askEveryMs
      if (!listened || held.has(name)) since = now
      else if (now - Math.max(since, heardAt.get(name) ?? 0) >= silentMs) return
    }
  }

  async function frozenHolder(name: string, mayTake: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    inLine.add(name)
    try {
      do await silence(name, signal)
      while (!(await mayTake()))
    } finally {
      inLine.delete(name)
      heardAt.delete(name)
    }
  }

  return async <T>(
    name: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    mayTake: () => Promise<boolean>,
  ): Promise<T> => {
    for (let byForce = false; ; ) {
      signal.throwIfAborted()
      const line = new AbortController()
      const lost = new AbortController()
      let going: Promise<T> | undefined
      let ended = false
      const waiting = AbortSignal.any([signal, line.signal])
      const leaveLine = () => {
        if (going === undefined) line.abort()
      }
      if (!byForce) frozenHolder(name, mayTake, waiting).then(leaveLine, ignore)
      try {
        return await locks.request(name, byForce ? { steal: true } : { signal: waiting }, () => {
          line.abort()
          held.set(name, () => lost.abort())
          const through = work(AbortSignal.any([signal, lost.signal]))
          going = through.finally(() => {
            ended = true
          })
          if (!isVisible()) channel.postMessage({ kind: 'unseen', name })
          return going
        })
      } catch (error) {
        if (going === undefined) {
          if (!line.signal.aborted) throw error
          byForce = true
        } else {
          const gaveWay = lost.signal.aborted
          if (!isAbort(error) || (ended && !gaveWay)) throw error
          held.delete(name)
          lost.abort()
          const value = await going.then((result) => ({ result }), ignore)
          if (value) return value.result
          byForce = false
        }
      } finally {
        held.delete(name)
        line.abort()
      }
    }
  }
}

function ignore(): undefined {
  return undefined
}
