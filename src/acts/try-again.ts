import type { Run } from '#domain/run.ts'
import { describeCredits } from '#domain/spending.ts'
import type { Generator } from '#generation/generator.ts'
import { findFamily } from '#models/catalogue.ts'
import { notify } from '#ui/notices.tsx'

/** "Try again (5 credits)". */
export function againLabel(run: Run): string {
  return withPrice('Try again', run)
}

/** An act that makes a new run of the same recipe, with its price. A run at the fallback service has none in credits. */
export function withPrice(act: string, { recipe, marks: { priceCredits: own, standsIn } }: Run): string {
  const family = standsIn && findFamily(recipe.family)
  const priceCredits = family?.quote(recipe.draft, recipe.sources.length).priceCredits ?? own
  return `${act} (${describeCredits(priceCredits)})`
}

/** Tries a run again. If it exceeds a limit of the user, it needs a second press, in the notice that says so. */
export function tryAgain(generator: Pick<Generator, 'again' | 'question'>, run: Run): void {
  const again = () => generator.again(run)
  const question = generator.question([run.recipe])
  const action = { label: againLabel(run), onSelect: again }
  if (question) void question.then((text) => (text === undefined ? again() : notify({ text, action })))
  else again()
}
