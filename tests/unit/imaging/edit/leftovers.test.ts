import { describe, expect, test } from 'vitest'
import { markColourLevels } from '#domain/mark-drawing.ts'
import { emptyShare, isLeftEmpty, isMarkLeft } from '#imaging/edit/leftovers.ts'
import { madeScene } from '../../../support/made-scene.ts'

const scene = () => madeScene(120, 90, 5)
const line = Array.from({ length: 80 }, (_, step) => [20 + step, 40]).flat()

function drawn(share: number) {
  const image = scene()
  for (let step = 0; step < 80 * share; step += 1)
    image.data.set([...markColourLevels.red, 255], (40 * 120 + 20 + step) * 4)
  return image
}

describe('a drawn mark', () => {
  test.each([
    [1, true],
    [0.3, true],
    [0.1, false],
    [0, false],
  ])('of which %d of the line is left is seen: %s', (share, left) => {
    expect(isMarkLeft(drawn(share), scene(), line, 'red')).toBe(left)
  })

  test('is not confused with content that had its colour before', () => {
    expect(isMarkLeft(drawn(1), drawn(1), line, 'red')).toBe(false)
  })

  test('outside the image is not left', () => {
    expect(isMarkLeft(scene(), scene(), [500, 500, 501, 500], 'red')).toBe(false)
  })
})

describe('new space', () => {
  test('is empty if it is as it was sent, and not if it shows something else', () => {
    const original = [30, 20, 60, 50] as const
    expect(isLeftEmpty(emptyShare(scene(), scene(), original))).toBe(true)
    expect(isLeftEmpty(emptyShare(madeScene(120, 90, 6), scene(), original))).toBe(false)
  })
})
