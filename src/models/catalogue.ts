import { flux2 } from './flux-2.ts'
import { fluxKontext } from './flux-kontext.ts'
import type { ModelFamily } from './model.ts'

/** The order of the tabs. */
export const families: readonly ModelFamily[] = [fluxKontext, flux2]

/** May be `undefined` for stored records: they can name a family that no longer exists. */
export function findFamily(id: string): ModelFamily | undefined {
  return families.find((family) => family.id === id)
}
