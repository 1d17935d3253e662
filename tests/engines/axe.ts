import type { Door, Query } from './door.ts'
import { expect } from './fixtures.ts'
import { toSent } from './queries.ts'

/** Fails with the serious findings of axe in an element. */
export async function expectNothingSerious(door: Door, query: Query): Promise<void> {
  expect(await door.evaluate((given) => engineDoor.findSerious(given), toSent(query))).toEqual([])
}
