/** How long runs of one kind take: the median and width of a log-normal distribution. */
export interface Pace {
  medianMs: number
  sigma: number
}

const learnFrom = 40
/** The width that is assumed before any durations are known. */
const seedSigma = 0.6
const stepMs = 50
const leastPauseMs = 500
const longPauseMs = 10_000
/**
 * The service itself calls more than ten minutes a time-out. Later than that a run is polled rarely, but never given
 * up.
 */
const slowAfterMs = 11 * 60_000
const slowPauseMs = 60_000

/** The pace of the user's last runs; `seedMs` is used until there are three of them. Durations newest first. */
export function learnPace(durationsMs: readonly number[], seedMs: number): Pace {
  const logs = durationsMs
    .slice(0, learnFrom)
    .filter((duration) => duration > 0)
    .map(Math.log)
    .filter(isLikely)
  if (logs.length < 3) return { medianMs: seedMs, sigma: seedSigma }
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1)
  // A few runs say little about the spread; the minimum keeps an accidental cluster from thinning out the polls around
  // it.
  const weight = Math.min(1, logs.length / 10)
  const sigma = Math.sqrt(variance) * weight + seedSigma * (1 - weight)
  return { medianMs: Math.exp(mean), sigma: Math.min(1.2, Math.max(0.12, sigma)) }
}

/** A duration measured across sleep or a changed clock says nothing about how long such runs take. */
function isLikely(log: number, _index: number, logs: readonly number[]): boolean {
  const middle = logs.toSorted((a, b) => a - b)[Math.floor(logs.length / 2)] ?? log
  return Math.abs(log - middle) < Math.log(8)
}

/**
 * The pause before the next poll. A poll is due when the expected time that a finished run has gone unnoticed since the
 * last poll reaches a fraction of a second: rarely while a run can hardly be done, often around its usual time, less
 * and less often after that. `ageMs` is the run's age at the last poll; `others` counts the runs that are polled as
 * well.
 */
export function nextPauseMs(pace: Pace, ageMs: number, others: number): number {
  if (ageMs >= slowAfterMs) return slowPauseMs
  const restless = others >= 2 ? 150 : 40
  const left = 1 - shareDoneBy(pace, ageMs)
  const most = Math.min(longPauseMs, Math.max(pace.medianMs, ageMs / 8))
  // Far beyond the known durations the distribution says nothing any more.
  if (left < 0.005) return Math.min(longPauseMs, Math.max(leastPauseMs, ageMs / 12))
  let waitedMs = 0
  let pauseMs = 0
  while (pauseMs < most && waitedMs < restless) {
    pauseMs += stepMs
    waitedMs += ((shareDoneBy(pace, ageMs + pauseMs) - (1 - left)) / left) * stepMs
  }
  return Math.max(leastPauseMs, pauseMs)
}

function shareDoneBy({ medianMs, sigma }: Pace, ageMs: number): number {
  return ageMs <= 0 ? 0 : normalCdf(Math.log(ageMs / medianMs) / sigma)
}

/** Abramowitz and Stegun 26.2.17; the error is below 1e-7. */
function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x))
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series
  return x >= 0 ? 1 - tail : tail
}
