import { expect, test } from 'vitest'
import type { Affine, Box } from '#domain/edit.ts'
import { moved, notMoved, placedBox, placedMap, scaled } from '#stage/tools/place-tool.ts'

const rect: Box = [100, 50, 400, 300]
const answer = { width: 800, height: 600 }
const at = ([a, b, c, d, e, f]: Affine, x: number, y: number) => [a * x + c * y + e, b * x + d * y + f]

test('an answer that was not moved covers what was sent', () => {
  expect(placedBox(notMoved, rect, answer)).toEqual(rect)
  const map = placedMap(notMoved, rect, answer)
  expect([at(map, 100, 50), at(map, 500, 350)]).toEqual([
    [0, 0],
    [800, 600],
  ])
})

test('it is moved in pixels of the source, and grows about its middle', () => {
  const placing = scaled(moved(notMoved, 10, -20), 1.5)
  expect(placedBox(placing, rect, answer)).toEqual([10, -45, 600, 450])
  expect(at(placedMap(placing, rect, answer), 310, 180)).toEqual([400, 300])
})

test('it keeps proportions that differ much, and is stretched where sides were rounded', () => {
  expect(placedBox(notMoved, rect, { width: 800, height: 800 })).toEqual([100, 0, 400, 400])
  expect(placedBox(notMoved, rect, { width: 800, height: 608 })).toEqual(rect)
})

test('its size has bounds', () => {
  expect(scaled(notMoved, 9).scale).toBe(2)
  expect(scaled(notMoved, 0).scale).toBe(0.5)
})
