import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planPart, stretchOf } from '#imaging/edit/part.ts'

const image = { width: 4000, height: 3000 }

describe('the part that is sent', () => {
  test('is twice the area’s box around its middle, and suggested where it is much finer than the whole image', () => {
    const plan = planPart([1500, 1000, 600, 500], image)
    const [x, y, width, height] = plan?.rect ?? [0, 0, 0, 0]
    expect(width).toBeGreaterThanOrEqual(1200)
    expect(height).toBeGreaterThanOrEqual(1000)
    expect(width * height).toBeLessThan(1200 * 1000 * 1.05)
    expect(Math.abs(x + width / 2 - 1800)).toBeLessThanOrEqual(1)
    expect(Math.abs(y + height / 2 - 1250)).toBeLessThanOrEqual(1)
    expect(plan?.gain).toBeGreaterThan(3)
    expect(plan?.suggested).toBe(true)
  })

  test('lies inside the image, holds the area, and is stretched by less than half a percent', () => {
    const side = fc.integer({ min: 800, max: 9000 })
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(side, side, share, share, share, share, (width, height, a, b, c, d) => {
        const [w, h] = [Math.max(1, a * width * 0.3), Math.max(1, b * height * 0.3)]
        const [x, y] = [c * (width - w), d * (height - h)]
        const plan = planPart([x, y, w, h], { width, height })
        if (!plan) return
        const [left, top, across, down] = plan.rect
        expect(left >= 0 && top >= 0 && left + across <= width && top + down <= height).toBe(true)
        expect(left <= x + 1 && top <= y + 1 && left + across >= x + w - 1 && top + down >= y + h - 1).toBe(true)
        const stretch = stretchOf({ width: across, height: down }, plan.answer)
        if (Math.max(across, down) < 0.98 * Math.min(width, height)) expect(stretch).toBeLessThan(0.005)
      }),
    )
  })

  test.each([
    ['an area without pixels', [10, 10, 0, 20], image],
    ['an area as large as the image', [0, 0, 4000, 3000], image],
    ['an image no larger than the smallest crop', [10, 10, 50, 50], { width: 700, height: 500 }],
  ] as const)('is not offered for %s', (_, box, size) => {
    expect(planPart([...box], size)).toBeUndefined()
  })

  test('is possible but not suggested in an image that the model sees almost whole', () => {
    expect(planPart([10, 10, 100, 100], { width: 1400, height: 1000 })?.suggested).toBe(false)
  })
})
