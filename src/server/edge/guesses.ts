import { dropOldest } from '#domain/drop-oldest.ts'

/** Counts wrong tokens of every kind. */
export interface Guesses {
  /**
   * Records one more from this client. `pauseMs`: 0 within the budget, then longer each time; `count`: how many came
   * from there recently.
   */
  note(client: string): { pauseMs: number; count: number }
}

export interface GuessOptions {
  /** Per minute. */
  perClient?: number
  inAll?: number
  /** Milliseconds of a monotonic clock. */
  now?: () => number
}

interface Tally {
  /** What exceeds the budget of a minute is forgotten at the rate of the budget. */
  count: number
  at: number
}

const minuteMs = 60_000
const longestPauseMs = 15 * minuteMs
const mostClients = 10_000
/** More would only be forgotten after hours. */
const mostDoublings = 20

/**
 * One budget per client and one for all of them. The pause is told to clients with a wrong token; the right token is
 * always accepted, so nobody can lock out others behind the same address. Tokens are protected by their length.
 */
export function createGuesses(options: GuessOptions = {}): Guesses {
  const { perClient = 20, inAll = 200, now = () => performance.now() } = options
  const clients = new Map<string, Tally>()
  const everybody: Tally = { count: 0, at: now() }

  function add(tally: Tally, budget: number): number {
    const forgotten = ((now() - tally.at) / minuteMs) * budget
    tally.count = Math.min(Math.max(0, tally.count - forgotten) + 1, budget + mostDoublings)
    tally.at = now()
    const over = Math.ceil(tally.count - budget)
    return over <= 0 ? 0 : Math.min(longestPauseMs, 1000 * 2 ** (over - 1))
  }

  return {
    note(client) {
      const tally = clients.get(client) ?? { count: 0, at: now() }
      clients.delete(client)
      clients.set(client, tally)
      dropOldest(clients, mostClients)
      const pauseMs = Math.max(add(tally, perClient), add(everybody, inAll))
      return { pauseMs, count: Math.ceil(tally.count) }
    },
  }
}
