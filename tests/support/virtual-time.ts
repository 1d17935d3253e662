import { createHash } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import promises from 'node:timers/promises'
import { vi } from 'vitest'
import { createRandom, type Random } from '#simulator/painter/random.ts'

/** Time that stands still until a test lets it pass: the same seed gives the same order of everything. */
export interface VirtualTime {
  /** 0 to 1, from the seed. */
  random: Random
  /** Lets time pass, with all that is due on the way, each with what follows from it before the next. */
  pass(ms: number): Promise<void>
  /** Until nothing more happens by itself. */
  settle(): Promise<void>
  /** Gives the real time back. */
  restore(): void
}

const realImmediate = globalThis.setImmediate
/** Turns of the event loop without news after which there are none to come: Node's own streams and blobs take two. */
const quietTurns = 3

/** Takes over timers, clocks and chance. Sockets and files have no part in it: what waits for them is not waited for. */
export function startVirtualTime(seed: number): VirtualTime {
  const random = createRandom(seed)
  let events = 0
  vi.useFakeTimers({
    now: Date.UTC(2026, 0, 1),
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  })
  const realPause = promises.setTimeout
  promises.setTimeout = pause as typeof realPause
  // It is imported by name.
  syncBuiltinESMExports()
  const chance = vi.spyOn(Math, 'random').mockImplementation(random)
  // One that is made in another thread would come at a time of its own.
  const digest = vi.spyOn(crypto.subtle, 'digest').mockImplementation(
    async (_kind, data) =>
      new Uint8Array(
        createHash('sha256')
          .update(data as Uint8Array)
          .digest(),
      ).buffer,
  )
  // The database of tests does its work in such turns.
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

/** Node's own goes by a clock that nobody can stop. */
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
