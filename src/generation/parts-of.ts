import { GenerationError } from '#domain/failure.ts'
import { type Run, taskOf } from '#domain/run.ts'
import { findFamily } from '#models/catalogue.ts'
import type { ModelFamily } from '#models/model.ts'
import type { Provider } from '#providers/provider.ts'
import { findProvider } from '#providers/registry.ts'

/**
 * The family of a run and the provider that makes it. Rejects with `invalid` if one of them no longer exists: stored
 * runs may be older than the catalogue.
 */
export function partsOf(run: Run): { family: ModelFamily; provider: Provider } {
  const family = findFamily(run.recipe.family)
  if (!family) throw unknownModel()
  const sentTo = taskOf(run)?.provider ?? run.marks.standsIn?.provider
  const provider = findProvider(sentTo ?? family.provider)
  if (!provider) throw unknownModel()
  return { family, provider }
}

function unknownModel(): GenerationError {
  const message = 'This version of Atelier does not know the model of this run.'
  return new GenerationError({ kind: 'invalid', issues: [{ field: 'model', message }] })
}
