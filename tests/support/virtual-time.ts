import { createHash } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import promises from 'node:timers/promises'
import { vi } from 'vitest'
import { createRandom, type Random } from '#simulator/painter/random.ts'

/** Virtual time that a test advances: the same seed gives the same order of all events. */
export interface VirtualTime {
  /** A random number from 0 to 1, from the seed. */
  random: Random
  /** Advances the time and runs all timers that are due, each with its consequences before the next. */
  pass(ms: number): Promise<void>
  /** Resolves when nothing more happens without advancing the time. */
  settle(): Promise<void>
  /** Restores real time. */
  restore(): void
}

const realImmediate = globalThis.setImmediate
/** After this many turns of the event loop without an event, none will come; Node's streams and blobs take two. */
const quietTurns = 3

/** Replaces timers, clocks and random numbers. Does not wait for sockets and files. */
export function startVirtualTime(seed: number): VirtualTime {
  const random = createRandom(seed)
  let events = 0
  vi.useFakeTimers({
    now: Date.UTC(2026, 0, 1),
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  })
  const realPause = promises.setTimeout
  promises.setTimeout = pause as typeof realPause
  // Modules import it by name, so the global is not enough.
  syncBuiltinESMExports()
  const chance = vi.spyOn(Math, 'random').mockImplementation(random)
  // A digest computed in another thread would arrive at an unpredictable time.
  const digest = vi.spyOn(crypto.subtle, 'digest').mockImplementation(
    async (_kind, data) =>
      new Uint8Array(
        createHash('sha256')
          .update(data as Uint8Array)
          .digest(),
      ).buffer,
  )
  // The database of the tests works in such turns.
  globalThis.setImmediate = ((work: (...args: unknown[]) => void, ...args: unknown[]) => {
    events += 1
    return realImmediate(() => {
      events += 1
      work(...args)
    })
  }) as typeof setImmediate

  async function settle() {
    for (let quiet = 0; quiet < quietTurns; ) {
      const before = events
      await new Promise((resolve) => realImmediate(resolve))
      quiet = events === before ? quiet + 1 : 0
    }
  }

  return {
    random,
    settle,
    async pass(ms) {
      let over = false
      setTimeout(() => {
        over = true
      }, ms)
      await settle()
      while (!over) {
        vi.advanceTimersToNextTimer()
        await settle()
      }
    },
    restore() {
      chance.mockRestore()
      digest.mockRestore()
      globalThis.setImmediate = realImmediate
      vi.useRealTimers()
      promises.setTimeout = realPause
      syncBuiltinESMExports()
    },
  }
}

/** Replaces Node's own function, which uses real time. */
function pause<T>(ms: number, value?: T, { signal }: { signal?: AbortSignal } = {}): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const fail = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', fail)
      resolve(value)
    }, ms)
    if (signal?.aborted) fail()
    else signal?.addEventListener('abort', fail, { once: true })
  })
}
