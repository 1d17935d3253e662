import { countOf } from './atelier.ts'
import type { Door, Query } from './door.ts'
import { expect } from './fixtures.ts'

/** Most of what is waited for comes within 100 ms, and there is much of it. */
export const often = { intervals: [20, 50, 100] }

export const expectCount = (door: Door, query: Query, wanted: number) =>
  expect.poll(() => countOf(door, query), often).toBe(wanted)
