import { startOfDay } from '#domain/calendar.ts'
import type { NonEmpty } from '#domain/ids.ts'
import type { Recipe } from '#domain/run.ts'
import { describeCredits, spendingSince } from '#domain/spending.ts'
import { toBatch } from './batch.ts'
import type { RunnerPorts } from './ports.ts'

/** The user is asked before spending more than this, in credits. 0: never. */
export interface SpendLimits {
  price: number
  day: number
  /** Simulated mode: the daily sum counts simulated runs. */
  isSimulated: boolean
}

/** More runs than anyone makes in a day. */
const dayRuns = 2_000

/** The question about these runs, in words; `undefined` if they are within the limits. */
export async function findSpendQuestion(
  { store, now }: Pick<RunnerPorts, 'store' | 'now'>,
  recipes: NonEmpty<Recipe>,
  limits: SpendLimits,
): Promise<string | undefined> {
  const { priceCredits } = toBatch(recipes)
  const dearest = Math.max(...recipes.map((recipe) => toBatch([recipe]).priceCredits))
  if (limits.price > 0 && dearest > limits.price) {
    const each = recipes.length > 1 ? 'One of these images' : 'This'
    return `${each} costs ${describeCredits(dearest)}, more than your limit of ${limits.price} per image.`
  }
  if (limits.day <= 0) return undefined
  const today = startOfDay(now())
  const runs = await store.recentRuns(dayRuns, today).catch(() => undefined)
  if (!runs) return 'What was spent today could not be read.'
  const { spent, perhaps, waiting, simulated } = spendingSince(runs, today)
  const sum = (limits.isSimulated ? simulated : spent + perhaps) + waiting + priceCredits
  if (sum <= limits.day) return undefined
  const what =
    recipes.length > 1
      ? `These ${recipes.length} images cost ${describeCredits(priceCredits)} and bring`
      : 'This brings'
  return `${what} today to ${describeCredits(sum)}, more than your limit of ${limits.day} per day.`
}
