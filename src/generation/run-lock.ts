import { isAbort } from '#domain/failure.ts'
import type { RunnerPorts } from './ports.ts'

/**
 * Messages between windows. `who`: who holds this name? `mine`: I do. `unseen`: I hold it and am now hidden. A frozen
 * window sends nothing.
 */
type Message = { kind: 'who' | 'mine' | 'unseen'; name: string }

export interface LockWorld extends Pick<RunnerPorts, 'monotonic' | 'wait'> {
  /** Web Locks. When a lock is stolen, the holder's request rejects with an `AbortError`. */
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

/** The names held in this window, each with the function that releases it. */
type Held = Map<string, () => void>

/**
 * One holder per name across all windows, first come, first served. A hidden window, whose timers the browser slows
 * down, gives way to a visible one. A window frozen by the browser keeps its locks and does nothing: a visible window
 * that has heard nothing from the holder for 30 s takes the name if `mayTake` says that this is safe. A window that
 * lost a name stops as soon as it can, and queues for it again.
 */
export function createRunLock(world: LockWorld): RunnerPorts['lock'] {
  const { locks, channel, isVisible } = world
  const held: Held = new Map()
  const frozenHolder = createFrozenWatch(world, held)

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
      if (!byForce) frozenHolder(name, mayTake, waiting).then(() => line.abort(), ignore)
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

/** Answers for the names held here, and gives a function that resolves when the holder of a name must be frozen. */
function createFrozenWatch({ channel, isVisible, monotonic, wait }: Omit<LockWorld, 'locks'>, held: Held) {
  const heardAt = new Map<string, number>()
  const inLine = new Set<string>()
  const ask = (name: string) => isVisible() && channel.postMessage({ kind: 'who', name })
  channel.addEventListener('message', ({ data: { kind, name } }) => {
    if (kind !== 'who') heardAt.set(name, monotonic())
    if (kind === 'unseen' && inLine.has(name)) ask(name)
    const giveWay = kind === 'who' && held.get(name)
    if (!giveWay) return
    channel.postMessage({ kind: 'mine', name })
    // Only a visible window asks.
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
      // If this window was hidden or asleep itself, it may have missed the answer.
      const listened = isVisible() && now - askedAt < 2 * askEveryMs
      if (!listened || held.has(name)) since = now
      else if (now - Math.max(since, heardAt.get(name) ?? 0) >= silentMs) return
    }
  }

  return async (name: string, mayTake: () => Promise<boolean>, signal: AbortSignal): Promise<void> => {
    inLine.add(name)
    try {
      do await silence(name, signal)
      while (!(await mayTake()))
    } finally {
      inLine.delete(name)
      heardAt.delete(name)
    }
  }
}

function ignore(): undefined {
  return undefined
}
