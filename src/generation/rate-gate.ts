/** The service takes 20 submissions in 10 s (docs/services.md 1.5). Somewhat fewer, in somewhat more time, so that jitter on the way does no harm. */
const mostSubmissions = 18
const windowMs = 11_000

/** Keeps this window under the service's rate limit, so that no submission has to be refused. */
export interface RateGate {
  /** Ms until the next submission may leave; 0: now. */
  waitMs(): number
  /** A submission leaves now. */
  count(): void
}

/** `monotonic`: ms that never jump. */
export function createRateGate(monotonic: () => number): RateGate {
  let leftAt: number[] = []
  return {
    waitMs() {
      const now = monotonic()
      leftAt = leftAt.filter((at) => now - at < windowMs)
      const oldest = leftAt.at(-mostSubmissions)
      return oldest === undefined ? 0 : oldest + windowMs - now
    },
    count: () => void leftAt.push(monotonic()),
  }
}
