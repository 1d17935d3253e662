import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { middleOf } from '#stage/exact-ratio.tsx'

describe('the middle of an image in a requested ratio', () => {
  it('is as large as possible', () => {
    expect(middleOf({ width: 1392, height: 752 }, [16, 9])).toEqual([27, 0, 1337, 752])
    expect(middleOf({ width: 1024, height: 1008 }, [1, 1])).toEqual([8, 0, 1008, 1008])
    expect(middleOf({ width: 752, height: 1392 }, [9, 16])).toEqual([0, 27, 752, 1337])
  })

  it('is not offered where the image has the ratio, to a pixel', () => {
    expect(middleOf({ width: 1920, height: 1080 }, [16, 9])).toBeUndefined()
    expect(middleOf({ width: 1025, height: 1024 }, [1, 1])).toBeUndefined()
  })

  it('lies within the image, and needs no trimming itself', () => {
    const side = fc.integer({ min: 64, max: 4096 })
    const ratio = fc.constantFrom<[number, number]>([21, 9], [16, 9], [4, 3], [1, 1], [3, 4], [9, 16], [16, 21])
    fc.assert(
      fc.property(side, side, ratio, (width, height, asked) => {
        const box = middleOf({ width, height }, asked)
        if (!box) return
        const [x, y, boxWidth, boxHeight] = box
        expect(x >= 0 && y >= 0 && x + boxWidth <= width && y + boxHeight <= height).toBe(true)
        expect(middleOf({ width: boxWidth, height: boxHeight }, asked)).toBeUndefined()
      }),
    )
  })
})
