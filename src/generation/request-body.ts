import { regionOf } from '#domain/area-box.ts'
import { laidEditOf, type Recipe } from '#domain/run.ts'
import type { ModelFamily } from '#models/model.ts'
import type { Provider } from '#providers/provider.ts'

/** The request body for a recipe. `sourceUrls`: the public addresses of its sources, in order. */
export function toRequestBody(
  recipe: Recipe,
  family: ModelFamily,
  provider: Pick<Provider, 'standIn'>,
  sourceUrls: readonly string[],
): unknown {
  const edit = laidEditOf(recipe)
  const region = edit && regionOf(edit)
  return provider.standIn
    ? provider.standIn.toBody(family.brief(recipe.draft, sourceUrls.length, region), sourceUrls)
    : family.toBody(recipe.draft, sourceUrls, region)
}
