import type { Run } from './run.ts'

/** Credits of the runs sent since a given time. */
export interface Spending {
  spent: number
  /** Runs that may have reached the service, or may have been charged without a result. */
  perhaps: number
  /** Runs that are queued here and not sent yet. */
  waiting: number
  /** What simulated runs would have cost at a real service. */
  simulated: number
  /** About, in US dollars, at the fallback service, including what may have been charged. */
  dollars: number
}

export function spendingSince(runs: readonly Run[], since: number): Spending {
  const spending: Spending = { spent: 0, perhaps: 0, waiting: 0, simulated: 0, dollars: 0 }
  for (const run of runs) {
    const sentAt = 'sentAt' in run.state && run.state.sentAt !== undefined ? run.state.sentAt : run.marks.createdAt
    if (sentAt < since) continue
    if (run.state.phase === 'failed' && !run.state.chargePossible) continue
    if (run.marks.standsIn) {
      if (run.state.phase !== 'queued' && !run.marks.simulated) spending.dollars += run.marks.standsIn.priceDollars ?? 0
    } else if (run.state.phase === 'queued') spending.waiting += run.marks.priceCredits
    else if (run.marks.simulated) spending.simulated += run.marks.priceCredits
    else if (run.state.phase === 'failed' || run.state.phase === 'sending') spending.perhaps += run.marks.priceCredits
    else spending.spent += run.marks.priceCredits
  }
  return spending
}

/** "1 credit", "5,916.25 credits": a balance may have a fraction. */
export function describeCredits(count: number): string {
  const figure = count.toLocaleString('en', { maximumFractionDigits: 2 })
  return `${figure} ${count === 1 ? 'credit' : 'credits'}`
}
