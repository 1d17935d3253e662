import { GenerationError } from '#domain/failure.ts'
import type { BatchId, NonEmpty } from '#domain/ids.ts'
import { type Batch, mostInBatch, type Recipe, type Run } from '#domain/run.ts'
import { findFamily } from '#models/catalogue.ts'
import { toRun } from './create-run.ts'
import type { RunnerPorts } from './ports.ts'

/** The recipes with their total price, for one question about all of them. */
export function toBatch(recipes: NonEmpty<Recipe>): Batch {
  const priceOf = ({ family, draft, sources }: Recipe) =>
    findFamily(family)?.quote(draft, sources.length).priceCredits ?? 0
  return { recipes, priceCredits: recipes.reduce((sum, recipe) => sum + priceOf(recipe), 0) }
}

/**
 * Stores one run for each recipe, in one transaction. Each is a paid attempt of its own; one that fails does not affect
 * the others. `marks.batch` has its place, on the images too. Rejects with `invalid` if one recipe cannot be sent, with
 * `storage` if there is no room. Sends nothing; the code that drives the runs keeps the limits.
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
  // One millisecond apart, so that sorting by time keeps their order.
  const toPlaced = (recipe: Recipe, index: number) =>
    toRun({ ...ports, now: () => startedAt + index }, recipe, { batch: { id, index, of } })
  return ports.store.startRuns(recipes.map(toPlaced))
}
