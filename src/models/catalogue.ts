import { checkedFlux2, flux2 } from './flux-2.ts'
import { checkedKontext, fluxKontext } from './flux-kontext.ts'
import type { CheckedFamily, ModelFamily } from './model.ts'

/** The order of the tabs. */
export const families: readonly ModelFamily[] = [fluxKontext, flux2]

/** The same families, for the proxy and the simulator. The page must not use it, so that it is built without it. */
export const checkedFamilies: readonly CheckedFamily[] = [checkedKontext, checkedFlux2]

/** May be `undefined` for stored records: they can name a family that no longer exists. */
export function findFamily(id: string): ModelFamily | undefined {
  return families.find((family) => family.id === id)
}
