import { GenerationError } from '#domain/failure.ts'
import type { RunId } from '#domain/ids.ts'
import type { Recipe, Run } from '#domain/run.ts'
import { findFamily } from '#models/catalogue.ts'
import type { RunnerPorts } from './ports.ts'

/** Checks a recipe and stores a run of it in "queued". Rejects with `invalid` when it cannot be sent; sends nothing. */
export async function createRun(
  { store, now, newId }: Pick<RunnerPorts, 'store' | 'now' | 'newId'>,
  recipe: Recipe,
  marks: Pick<Run, 'again'> = {},
): Promise<Run> {
  const family = findFamily(recipe.family)
  const count = recipe.sources.length
  const unknown = { field: 'model', message: 'This version of Atelier does not know the model of this recipe.' }
  const issues = family ? family.issues(recipe.draft, count) : [unknown]
  if (!family || issues.length > 0) throw new GenerationError({ kind: 'invalid', issues })
  const { priceCredits, pace } = family.quote(recipe.draft, count)
  return store.saveRun({
    id: newId() as RunId,
    recipe,
    createdAt: now(),
    priceCredits,
    pace,
    ...marks,
    phase: 'queued',
  })
}
