import { flux2 } from './flux-2.ts'
import { fluxKontext } from './flux-kontext.ts'
import type { ModelFamily } from './model.ts'

/** The order of the tabs. */
export const families: readonly ModelFamily[] = [fluxKontext, flux2]

/** Stored records outlive the catalogue: a family may be gone. */
export function findFamily(id: string): ModelFamily | undefined {
  return families.find((family) => family.id === id)
}
