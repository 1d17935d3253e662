import type { Draft } from '#domain/run.ts'
import { type Field, type ModelFamily, type Quote, singleDraft } from './model.ts'

export const mostVariants = 12

/** One combination of options, for which `variants` images are made. */
export interface BatchCell {
  /** What is sent. */
  draft: Draft
  quote: Quote
}

export interface BatchPlan {
  cells: readonly BatchCell[]
  variants: number
  /** One draft for each image; the images of one cell are adjacent. */
  drafts: readonly Draft[]
  /** The total. */
  priceCredits: number
}

export type SeveralField = Field & { kind: 'choice' }

/** The fields for which a batch may use more than one option. */
export function severalFields(family: ModelFamily, draft: Draft, sourceCount: number): SeveralField[] {
  return family.fields(draft, sourceCount).filter((field) => field.kind === 'choice' && field.several) as SeveralField[]
}

/** The options chosen in a field, in display order. Never empty: a field always has a value. */
export function chosenIn(field: SeveralField, draft: Draft): string[] {
  const chosen = new Set([String(draft[field.name]), ...(readFurther(draft).get(field.name) ?? [])])
  return field.options.map(({ value }) => value).filter((value) => chosen.has(value))
}

/** The draft with an option of a field added, or removed. The last option cannot be removed. */
export function toggled(field: SeveralField, draft: Draft, option: string): Draft {
  const before = chosenIn(field, draft)
  const next = before.includes(option) ? before.filter((value) => value !== option) : [...before, option]
  const value = String(draft[field.name])
  const main = next.includes(value) ? value : next[0]
  if (main === undefined) return {}
  const further = readFurther(draft).set(
    field.name,
    next.filter((each) => each !== main),
  )
  return { [field.name]: main, further: writeFurther(further) }
}

/** The draft with one option chosen and no other. */
export function onlyThis(field: Field, draft: Draft, value: Draft[string]): Draft {
  const further = readFurther(draft)
  further.delete(field.name)
  return { [field.name]: value, further: writeFurther(further) }
}

/**
 * Every combination of the chosen options, `variants` times, with the price of each and the total. `toOwn` makes the
 * draft that is sent; combinations for which it gives the same draft count once.
 */
export function planBatch(
  family: ModelFamily,
  draft: Draft,
  sourceCount: number,
  toOwn: (draft: Draft) => Draft = (own) => own,
): BatchPlan {
  const variants = Number(draft.variants)
  let choices: Record<string, string>[] = [{}]
  for (const field of severalFields(family, draft, sourceCount)) {
    const chosen = chosenIn(field, draft)
    if (chosen.length > 0) {
      choices = choices.flatMap((options) => chosen.map((value) => ({ ...options, [field.name]: value })))
    }
  }
  const cells = new Map<string, BatchCell>()
  for (const options of choices) {
    const own = toOwn({ ...singleDraft(draft), ...options })
    const name = JSON.stringify(own)
    if (!cells.has(name)) cells.set(name, { draft: own, quote: family.quote(own, sourceCount) })
  }
  const all = [...cells.values()]
  const times = isVariants(variants) ? variants : 1
  return {
    cells: all,
    variants: times,
    drafts: all.flatMap((cell) => Array.from({ length: times }, () => cell.draft)),
    priceCredits: times * all.reduce((sum, { quote }) => sum + quote.priceCredits, 0),
  }
}

export function isVariants(count: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= mostVariants
}

/** "size=2K;model=flex,pro" → the values by field. Anything of another form is ignored. */
function readFurther({ further }: Draft): Map<string, readonly string[]> {
  const parts = String(further ?? '').split(';')
  const read = parts.flatMap((part) => {
    const [name = '', values = ''] = part.split('=')
    return name === '' || values === '' ? [] : [[name, values.split(',')] as const]
  })
  return new Map(read)
}

function writeFurther(further: ReadonlyMap<string, readonly string[]>): string {
  const parts = [...further].filter(([, values]) => values.length > 0)
  return parts.map(([name, values]) => `${name}=${values.join(',')}`).join(';')
}
