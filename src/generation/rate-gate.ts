/**
 * The service accepts 20 submissions in 10 s (docs/services.md 1.5). A few fewer, in slightly more time, so that
 * network jitter does no harm.
 */
const mostSubmissions = 18
const windowMs = 11_000

/** Keeps this window below the service's rate limit, so that no submission is refused. */
export interface RateGate {
  /** Ms until the next submission may be sent; 0: now. */
  waitMs(): number
  /** Counts a submission that is sent now. */
  count(): void
}

/** `monotonic`: ms of a clock that is never set. */
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
