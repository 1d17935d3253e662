import { GenerationError } from '#domain/failure.ts'
import type { RunId } from '#domain/ids.ts'
import type { Marks, Recipe, Run } from '#domain/run.ts'
import { findFamily } from '#models/catalogue.ts'
import type { RunnerPorts } from './ports.ts'

type Ports = Pick<RunnerPorts, 'store' | 'now' | 'newId'>
type OwnMarks = Partial<Pick<Marks, 'again' | 'batch'>>

/** A run of a recipe, "queued" and not stored yet. Throws `invalid` if the recipe cannot be sent. */
export function toRun({ now, newId }: Pick<Ports, 'now' | 'newId'>, recipe: Recipe, marks: OwnMarks = {}): Run {
  const family = findFamily(recipe.family)
  const count = recipe.sources.length
  if (!family) {
    const message = 'This version of Atelier does not know the model of this recipe.'
    throw new GenerationError({ kind: 'invalid', issues: [{ field: 'model', message }] })
  }
  const issues = family.issues(recipe.draft, count)
  if (issues.length > 0) throw new GenerationError({ kind: 'invalid', issues })
  const { priceCredits, pace } = family.quote(recipe.draft, count)
  return {
    id: newId() as RunId,
    recipe,
    marks: { createdAt: now(), priceCredits, pace, ...marks },
    state: { phase: 'queued' },
  }
}

/** Checks a recipe and stores a run of it. Rejects with `invalid` if it cannot be sent. Sends nothing. */
export async function createRun(ports: Ports, recipe: Recipe, marks?: OwnMarks): Promise<Run> {
  return ports.store.saveRun(toRun(ports, recipe, marks))
}
