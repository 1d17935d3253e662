import { learnPace, nextPauseMs, type Pace } from '#generation/pace.ts'
import { type Row, seededRandom } from './report.ts'

const tripMs = 200
const tasks = 2_000

interface Seen {
  delayMs: number
  requests: number
}

/** A task that ends at `doneMs` and is polled after each pause; a poll sees the state in the middle of its own time. */
function watch(doneMs: number, pauseAfter: (ageMs: number) => number): Seen {
  let ageMs = 0
  for (let requests = 1; ; requests += 1) {
    const askedMs = ageMs + pauseAfter(ageMs)
    ageMs = askedMs + tripMs
    if (askedMs + tripMs / 2 >= doneMs) return { delayMs: ageMs - doneMs, requests }
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/**
 * Time from the end at the service until it is known here, compared with a client that polls every three seconds.
 * Durations are simulated.
 */
export function benchPolling(): Row[] {
  return [8_000, 15_000, 25_000].flatMap((medianMs) => {
    const random = seededRandom(medianMs)
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const durations = Array.from({ length: tasks }, () => medianMs * Math.exp(0.35 * normal()))
    const fixed = durations.map((done) => watch(done, () => 3_000))
    const past: number[] = []
    const paced = durations.map((done) => {
      const pace: Pace = learnPace(past, medianMs)
      const seen = watch(done, (ageMs) => nextPauseMs(pace, ageMs, 0))
      past.unshift(done + seen.delayMs)
      return seen
    })
    const delay = mean(paced.map((seen) => seen.delayMs))
    const fixedDelay = mean(fixed.map((seen) => seen.delayMs))
    const requests = mean(paced.map((seen) => seen.requests))
    const fixedRequests = mean(fixed.map((seen) => seen.requests))
    const name = `${medianMs / 1000}-s tasks`
    const most = medianMs === 8_000 ? 2 : 1.5
    return [
      {
        what: `delay, ${name}`,
        ours: delay,
        yardstick: fixedDelay,
        unit: 'ms',
        goal: '≤ 0.5×',
        holds: delay <= 0.5 * fixedDelay,
      },
      {
        what: `requests, ${name}`,
        ours: requests,
        yardstick: fixedRequests,
        unit: '',
        goal: `≤ ${most}×`,
        holds: requests <= most * fixedRequests,
      },
    ]
  })
}
