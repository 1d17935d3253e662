import { isAdopted, type Marks, type Run } from './run.ts'
import { describeCredits } from './spending.ts'

/** "about $0.03". */
export function describeDollars(dollars: number): string {
  return `about $${dollars.toFixed(2)}`
}

function describePrice({ priceCredits, standsIn }: Marks): string {
  if (!standsIn) return describeCredits(priceCredits)
  return standsIn.priceDollars === undefined ? 'a price not known here' : describeDollars(standsIn.priceDollars)
}

/** What a run costs, or may have cost, in words. */
export function describeCharge(run: Run): string {
  if (isAdopted(run)) return 'no new charge'
  const { marks, state } = run
  const price = `${describePrice(marks)}${marks.simulated ? ', simulated' : ''}`
  if (state.phase === 'queued') return `${price}, not sent yet`
  if (state.phase !== 'failed') return price
  return state.chargePossible ? `may have cost ${price}` : 'not charged'
}
