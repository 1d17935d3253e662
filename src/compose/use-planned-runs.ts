import type { Issue } from '#domain/failure.ts'
import type { Draft, Recipe } from '#domain/run.ts'
import { describeCredits } from '#domain/spending.ts'
import { type Field, isBatch, type ModelFamily } from '#models/model.ts'
import { useLoaded } from '#ui/use-loaded.ts'

export const loadBatch = () => import('./batch-form.ts')

/**
 * What a press of the button would start, one run or a batch, with the texts on and below the button. The code for
 * batches is loaded with the first one.
 */
export function usePlannedRuns(family: ModelFamily, draft: Draft, recipe: Recipe, sourceCount: number) {
  const wanted = isBatch(draft)
  const { part } = useLoaded(loadBatch, wanted)
  const edits = {
    choose: (field: Field, value: Draft[string]) =>
      wanted && part ? part.alone(field, draft, value) : { [field.name]: value },
    show: (field: Field) => (wanted && part ? part.withChosen(field, draft) : { field, also: undefined }),
  }
  if (!wanted) {
    const { priceCredits, model, asked } = family.quote(draft, sourceCount)
    const label = `· ${describeCredits(priceCredits)}`
    return { ...edits, recipes: [recipe] as const, priceCredits, label, facts: `${model} · ${asked}`, issues: [] }
  }
  const batch = part?.toFormBatch(family, draft, recipe, sourceCount)
  if (batch) return { ...edits, ...batch }
  const issue: Issue = { field: 'batch', message: 'Adding up the batch…' }
  return { ...edits, recipes: [recipe] as const, priceCredits: 0, label: '…', facts: '', issues: [issue] }
}
