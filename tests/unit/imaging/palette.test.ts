import { describe, expect, it } from 'vitest'
import { paletteOf, type Tone, toneDistance, toneFrom, toneOf } from '#imaging/palette.ts'

type Colour = readonly [number, number, number, number?]

/** An image of stripes, each with a number of pixels of one colour. */
function striped(...stripes: readonly (readonly [count: number, colour: Colour])[]): Uint8ClampedArray {
  return new Uint8ClampedArray(
    stripes.flatMap(([count, [red, green, blue, alpha = 255]]) =>
      Array.from({ length: count }, () => [red, green, blue, alpha]).flat(),
    ),
  )
}

const red = toneFrom('#c8281e') as Tone
const blue = toneFrom('#2f62c8') as Tone

describe('the palette of an image', () => {
  it('begins with the most important colour, and leaves out very small areas', () => {
    const palette = paletteOf(striped([600, [200, 40, 30]], [380, [47, 98, 200]], [20, [63, 143, 58]]))
    expect(palette).toEqual([red, blue])
  })

  it('puts a small vivid area before a large grey one', () => {
    const [first, second] = paletteOf(striped([900, [128, 128, 128]], [100, [200, 40, 30]]))
    expect([first, second].toSorted()).toEqual([red, toneOf(128, 128, 128)].toSorted())
  })

  it('merges shades of one colour', () => {
    expect(paletteOf(striped([500, [200, 40, 30]], [500, [208, 48, 38]]))).toHaveLength(1)
  })

  it('ignores transparent pixels, and is empty if nothing is visible', () => {
    expect(paletteOf(striped([900, [0, 0, 0, 0]], [100, [200, 40, 30]]))).toEqual([red])
    expect(paletteOf(striped([10, [0, 0, 0, 0]]))).toEqual([])
    expect(paletteOf(new Uint8ClampedArray(0))).toEqual([])
  })
})

describe('a tone', () => {
  it('is read from six digits only', () => {
    expect(toneFrom('#FFFFFF')).toBe(32_767)
    for (const text of ['', 'red', '#fff', '#gggggg']) expect(toneFrom(text)).toBeUndefined()
  })

  it('is nearer to its own shades than to other colours', () => {
    const light = toneFrom('#d9463c') as Tone
    expect(toneDistance(red, light)).toBeLessThan(0.13)
    expect(toneDistance(red, blue)).toBeGreaterThan(0.3)
    expect(toneDistance(red, red)).toBe(0)
  })
})
