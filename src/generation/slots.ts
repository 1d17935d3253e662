/** A queue: at most `limit()` holders at the same time, first come, first served. */
export interface Slots {
  /** Resolves with a release function when a place is free. Rejects with the signal's reason. */
  acquire(signal: AbortSignal): Promise<() => void>
  /** Takes a place without waiting, for a run that is already at the service. */
  take(): () => void
  readonly held: number
}

export function createSlots(limit: () => number): Slots {
  let held = 0
  const line = new Set<() => void>()

  const take = () => {
    held += 1
    let released = false
    return () => {
      if (released) return
      released = true
      held -= 1
      next()
    }
  }
  const next = () => {
    for (const enter of line) {
      if (held >= limit()) return
      line.delete(enter)
      enter()
    }
  }

  return {
    take,
    get held() {
      return held
    },
    async acquire(signal) {
      signal.throwIfAborted()
      return new Promise((resolve, reject) => {
        const enter = () => {
          signal.removeEventListener('abort', leave)
          resolve(take())
        }
        const leave = () => {
          line.delete(enter)
          reject(signal.reason)
        }
        signal.addEventListener('abort', leave)
        line.add(enter)
        next()
      })
    },
  }
}
