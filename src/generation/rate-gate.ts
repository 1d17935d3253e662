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
  /** When the last submissions were sent: each replaces the one that was sent `mostSubmissions` before it. */
  const sentAt: number[] = []
  let sent = 0
  return {
    waitMs() {
      const oldest = sentAt[sent % mostSubmissions]
      return oldest === undefined ? 0 : Math.max(0, oldest + windowMs - monotonic())
    },
    count() {
      sentAt[sent % mostSubmissions] = monotonic()
      sent += 1
    },
  }
}
