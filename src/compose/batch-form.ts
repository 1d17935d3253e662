import type { Issue } from '#domain/failure.ts'
import type { NonEmpty } from '#domain/ids.ts'
import { type Draft, laidEditOf, mostInBatch, type Recipe } from '#domain/run.ts'
import { describeCredits } from '#domain/spending.ts'
import {
  type BatchPlan,
  chosenIn,
  isVariants,
  mostVariants,
  onlyThis,
  planBatch,
  type SeveralField,
  toggled,
} from '#models/batch-plan.ts'
import type { Field, ModelFamily } from '#models/model.ts'

/** As many as the service accepts at once, and the time until it accepts as many again. generation/rate-gate.ts. */
const atOnce = 18
const windowSeconds = 11

export interface FormBatch {
  recipes: NonEmpty<Recipe>
  priceCredits: number
  /** On the button, after the verb: "4 · 20 credits". */
  label: string
  /** Why it cannot be sent. */
  issues: readonly Issue[]
  /** In short: "3 kinds × 4". */
  facts: string
}

/** What a form asks for, cell by cell. `recipe` has everything that is the same for all. */
export function planForm(
  family: ModelFamily,
  draft: Draft,
  recipe: Pick<Recipe, 'edits' | 'sources'>,
  sourceCount: number,
): BatchPlan {
  // The answer for an area has the ratio of its source, whichever ratios are chosen.
  const toOwn = (own: Draft) => (laidEditOf(recipe) ? (family.forArea?.(own) ?? own) : own)
  return planBatch(family, draft, sourceCount, toOwn)
}

/** The recipes that a form asks for. `recipe` has the form's own options, and everything that is the same for all. */
export function toFormBatch(family: ModelFamily, draft: Draft, recipe: Recipe, sourceCount: number): FormBatch {
  const { cells, variants, drafts, priceCredits } = planForm(family, draft, recipe, sourceCount)
  const [first = recipe, ...others] = drafts.map((each): Recipe => ({ ...recipe, draft: each }))
  return {
    recipes: [first, ...others],
    priceCredits,
    label: `${drafts.length === 1 ? '' : `${drafts.length} `}· ${describeCredits(priceCredits)}`,
    issues: issuesOf(draft, drafts.length),
    facts: describeBatch(cells.length, variants),
  }
}

function issuesOf({ variants }: Draft, count: number): Issue[] {
  const issue = (message: string): Issue[] => [{ field: 'batch', message }]
  if (!isVariants(Number(variants))) return issue(`Variants: a whole number from 1 to ${mostVariants}.`)
  if (count <= mostInBatch) return []
  return issue(`A batch can have up to ${mostInBatch} images. This one has ${count.toLocaleString('en')}.`)
}

function describeBatch(cells: number, variants: number): string {
  const count = cells * variants
  const kinds =
    cells === 1 ? `${variants} ${variants === 1 ? 'variant' : 'variants'}` : `${cells} combinations × ${variants}`
  if (count <= atOnce) return kinds
  const lastAfter = Math.floor((count - 1) / atOnce) * windowSeconds
  return `${kinds} · sent over about ${lastAfter} s, ${atOnce} at a time`
}

/** A field, with its chosen options in a note below it. */
export function withChosen(field: Field, draft: Draft): { field: Field; also: readonly string[] | undefined } {
  if (!isSeveral(field)) return { field, also: undefined }
  const chosen = chosenIn(field, draft)
  if (chosen.length < 2) return { field, also: undefined }
  const labels = field.options.filter(({ value }) => chosen.includes(value)).map(({ label }) => label)
  return { field: { ...field, note: `${chosen.length} chosen: ${labels.join(', ')}` }, also: chosen }
}

/** The draft with an option of a field added, or removed. */
export function added(field: Field, draft: Draft, option: string): Draft {
  return isSeveral(field) ? toggled(field, draft, option) : {}
}

/** The draft with one option chosen and no other. */
export function alone(field: Field, draft: Draft, value: Draft[string]): Draft {
  return isSeveral(field) ? onlyThis(field, draft, value) : { [field.name]: value }
}

function isSeveral(field: Field): field is SeveralField {
  return field.kind === 'choice' && field.several === true
}
