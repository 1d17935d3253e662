import { startOfDay } from '#domain/calendar.ts'
import type { Recipe } from '#domain/run.ts'
import { describeCredits, spendingSince } from '#domain/spending.ts'
import { findFamily } from '#models/catalogue.ts'
import type { RunnerPorts } from './ports.ts'

/** Above what the user wants to be asked first, in credits. 0: never. */
export interface SpendLimits {
  price: number
  day: number
  /** No real service is behind: the day counts what was simulated. */
  isSimulated: boolean
}

/** More runs than anybody makes in a day. */
const dayRuns = 2_000

/** Why one more run is to be asked about, in words; nothing where it is within the limits. */
export async function findSpendQuestion(
  { store, now }: Pick<RunnerPorts, 'store' | 'now'>,
  { family, draft, sources }: Recipe,
  limits: SpendLimits,
): Promise<string | undefined> {
  const priceCredits = findFamily(family)?.quote(draft, sources.length).priceCredits ?? 0
  if (limits.price > 0 && priceCredits > limits.price) {
    return `This costs ${describeCredits(priceCredits)}, more than your limit of ${limits.price} per image.`
  }
  if (limits.day <= 0) return undefined
  const today = startOfDay(now())
  const runs = await store.recentRuns(dayRuns, today).catch(() => undefined)
  if (!runs) return 'What was spent today could not be read.'
  const { spent, perhaps, waiting, simulated } = spendingSince(runs, today)
  const sum = (limits.isSimulated ? simulated : spent + perhaps) + waiting + priceCredits
  if (sum <= limits.day) return undefined
  return `This brings today to ${describeCredits(sum)}, more than your limit of ${limits.day} per day.`
}
