const lookEveryMs = 5_000
/** A look that comes so late was held back: the machine slept, or its clock was set. */
const lateMs = 20_000

const listeners = new Set<() => void>()
let stop: (() => void) | undefined

/**
 * Calls back whenever this window may have slept through something: it is seen again, came out of the browser's cache or
 * its freezer, has its network back, or the machine itself was asleep. Gives the way to stop.
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
  // Closing a lid tells a page nothing: only the clock on the wall shows it afterwards.
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

/** Timers sleep with their window: resolves after `ms`, or at once on waking up. Rejects with the signal's reason. */
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
