/** Counts wrong tokens, of whatever kind. */
export interface Guesses {
  /**
   * Notes one more from this client. `pauseMs`: 0 within the budget, then longer with each; `count`: how many came from
   * there lately.
   */
  note(client: string): { pauseMs: number; count: number }
}

export interface GuessOptions {
  /** A minute. */
  perClient?: number
  inAll?: number
  /** Milliseconds of a clock that never jumps. */
  now?: () => number
}

interface Tally {
  /** What is over the budget of a minute is forgotten at the budget's pace. */
  count: number
  at: number
}

const minuteMs = 60_000
const longestPauseMs = 15 * minuteMs
const mostClients = 10_000
/** More would be forgotten only after hours. */
const mostDoublings = 20

/**
 * One budget for each client and one for all of them. The pause is what a wrong token is told; the right one is let in at any
 * time, so that nobody can keep the others of an address out. What protects the token is its length.
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
      const [oldest] = clients.keys()
      if (clients.size > mostClients && oldest !== undefined) clients.delete(oldest)
      const pauseMs = Math.max(add(tally, perClient), add(everybody, inAll))
      return { pauseMs, count: Math.ceil(tally.count) }
    },
  }
}
