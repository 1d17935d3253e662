const lookEveryMs = 5_000
/** A timer that fires this late was held back: the machine slept, or its clock was set. */
const lateMs = 20_000

const listeners = new Set<() => void>()
let stop: (() => void) | undefined

/**
 * Calls back whenever this window may have missed something: it becomes visible, returns from the back/forward cache or
 * from being frozen, is online again, or the machine was asleep. Gives a function that stops it.
 */
export function onWake(listener: () => void): () => void {
  listeners.add(listener)
  stop ??= watch()
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    stop?.()
    stop = undefined
  }
}

function watch(): () => void {
  const ended = new AbortController()
  const { signal } = ended
  const wake = () => {
    for (const listener of [...listeners]) listener()
  }
  const seen = () => document.visibilityState === 'visible' && wake()
  document.addEventListener('visibilitychange', seen, { signal })
  document.addEventListener('resume', wake, { signal })
  globalThis.addEventListener('online', wake, { signal })
  globalThis.addEventListener('pageshow', wake, { signal })
  // A page is not told when the machine goes to sleep: only the clock shows it afterwards.
  let lookedAt = Date.now()
  const look = setInterval(() => {
    const lastLook = lookedAt
    lookedAt = Date.now()
    if (lookedAt - lastLook > lateMs) wake()
  }, lookEveryMs)
  return () => {
    ended.abort()
    clearInterval(look)
  }
}

/**
 * Timers stop while their window sleeps: resolves after `ms`, or at once on waking up. Rejects with the signal's
 * reason.
 */
export function waitOrWake(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      unwatch()
      signal.removeEventListener('abort', fail)
      settle()
    }
    const timer = setTimeout(() => finish(resolve), ms)
    const unwatch = onWake(() => finish(resolve))
    const fail = () => finish(() => reject(signal.reason))
    signal.addEventListener('abort', fail)
  })
}
