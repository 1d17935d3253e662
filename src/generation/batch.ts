import { GenerationError } from '#domain/failure.ts'
import type { BatchId, NonEmpty } from '#domain/ids.ts'
import { type Batch, mostInBatch, type Recipe, type Run } from '#domain/run.ts'
import { findFamily } from '#models/catalogue.ts'
import { toRun } from './create-run.ts'
import type { RunnerPorts } from './ports.ts'

/** The recipes with their sum, for one question about all of them. */
export function toBatch(recipes: NonEmpty<Recipe>): Batch {
  const priceOf = ({ family, draft, sources }: Recipe) =>
    findFamily(family)?.quote(draft, sources.length).priceCredits ?? 0
  return { recipes, priceCredits: recipes.reduce((sum, recipe) => sum + priceOf(recipe), 0) }
}

/**
 * Stores one run for each recipe, all of them in one transaction or none. Each is a paid attempt of its own, with its own
 * receipt; one that fails leaves the others. `marks.batch` tells its place, also on the images. Rejects with `invalid` when
 * one of them cannot be sent, with `storage` when there is no room. Sends nothing: whoever drives the runs keeps the limits.
 */
export async function createBatch(
  ports: Pick<RunnerPorts, 'store' | 'now' | 'newId'>,
  recipes: NonEmpty<Recipe>,
): Promise<readonly Run[]> {
  const of = recipes.length
  if (of > mostInBatch) {
    const message = `A batch can have up to ${mostInBatch} images. This one has ${of.toLocaleString('en')}.`
    throw new GenerationError({ kind: 'invalid', issues: [{ field: 'batch', message }] })
  }
  const id = ports.newId() as BatchId
  const startedAt = ports.now()
  // A millisecond apart, so that they stay in order wherever runs are sorted by time.
  const toPlaced = (recipe: Recipe, index: number) =>
    toRun({ ...ports, now: () => startedAt + index }, recipe, { batch: { id, index, of } })
  return ports.store.startRuns(recipes.map(toPlaced))
}
