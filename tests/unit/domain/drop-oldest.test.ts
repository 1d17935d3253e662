import { expect, it } from 'vitest'
import { dropOldest } from '#domain/drop-oldest.ts'

it('leaves the entries that were added last, of maps and sets', () => {
  const set = new Set(['a', 'b', 'c', 'd'])
  dropOldest(set, 2)
  expect([...set]).toEqual(['c', 'd'])
  dropOldest(set, 2)
  expect([...set]).toEqual(['c', 'd'])
  const map = new Map([
    [1, 'a'],
    [2, 'b'],
  ])
  map.delete(1)
  map.set(1, 'c')
  dropOldest(map, 1)
  expect([...map]).toEqual([[1, 'c']])
  dropOldest(map, 0)
  expect(map.size).toBe(0)
})
