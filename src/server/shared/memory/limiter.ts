/** Gives a place for one submission: 0, or the milliseconds until there is one. Rejects where it cannot know. */
export type Limiter = () => Promise<number>

export interface LimiterOptions {
  most?: number
  windowMs?: number
  now?: () => number
}

/** The service takes 20 in any 10 s; two are left for other clients of the key. Contract section 1.5. */
export const serviceLimit = { most: 18, windowMs: 10_000 }

/** Never more than `most` in any window, not only on average: the service counts so too. */
export function createLimiter(options: LimiterOptions = {}): Limiter {
  const { most = serviceLimit.most, windowMs = serviceLimit.windowMs, now = () => performance.now() } = options
  const taken: number[] = []
  return async () => {
    const [oldest] = taken
    const waitMs = taken.length < most || oldest === undefined ? 0 : oldest + windowMs - now()
    if (waitMs > 0) return waitMs
    taken.push(now())
    if (taken.length > most) taken.shift()
    return 0
  }
}
