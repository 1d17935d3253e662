import type { Send } from '#providers/provider.ts'
import type { GalleryStore } from '#store/store.ts'

/** All that the machine needs from the world; tests give their own. */
export interface RunnerPorts {
  store: GalleryStore
  send: Send
  /** How many runs may be out at the service at once. */
  runsAtOnce(): number
  /** Epoch ms, for records. */
  now(): number
  /** Ms that never jump, for deadlines and pauses. */
  monotonic(): number
  newId(): string
  /** Resolves after the pause, or at once when the window wakes up; rejects with an `AbortError` when the signal says so. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  /** Runs `work` while no other window holds the name. */
  lock<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>
}

type BrowserPorts = Omit<RunnerPorts, 'store' | 'send' | 'runsAtOnce'>

/** The real world. Without Web Locks a single window is assumed. */
export const browserPorts: BrowserPorts = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  newId: () => crypto.randomUUID(),
  wait: waitOrWake,
  lock: (name, signal, work) =>
    navigator.locks ? (navigator.locks.request(name, { signal }, work) as ReturnType<typeof work>) : work(),
}

/** Timers sleep with their window: a wait also ends when the window is seen again or the network is back. */
function waitOrWake(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = new AbortController()
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      done.abort()
      settle()
    }
    const timer = setTimeout(() => finish(resolve), ms)
    const fail = () => finish(() => reject(signal.reason))
    if (signal.aborted) return fail()
    signal.addEventListener('abort', fail, { signal: done.signal })
    const wake = () => document.visibilityState === 'visible' && finish(resolve)
    document.addEventListener('visibilitychange', wake, { signal: done.signal })
    globalThis.addEventListener('online', wake, { signal: done.signal })
    globalThis.addEventListener('pageshow', wake, { signal: done.signal })
  })
}

/** A signal that fires with `signal` or after the deadline, whichever comes first. */
export function within(ms: number, signal?: AbortSignal): AbortSignal {
  const deadline = AbortSignal.timeout(ms)
  return signal ? AbortSignal.any([signal, deadline]) : deadline
}
