import { describe, expect, test } from 'vitest'
import { planSize, resizeTo } from '#imaging/edit/exact-size.ts'
import { readPng } from '#imaging/edit/png-reader.ts'
import { writePng } from '#imaging/edit/png-writer.ts'
import { madeScene } from '../support/made-scene.ts'

const image = { width: 300, height: 200 }

async function sized(target: { width: number; height: number }, fit: 'stretch' | 'crop' | 'pad') {
  const plan = planSize(image, target, fit)
  if (!plan) throw new Error('no plan')
  const file = await writePng(madeScene(300, 200, 1))
  const png = await resizeTo({ file, target, box: plan.box }, new AbortController().signal)
  const read = await readPng(new Uint8Array(await png.arrayBuffer()))
  if (!read) throw new Error('not a PNG')
  return read.pixels
}

describe('an exact size', () => {
  test.each([
    ['stretch', 255],
    ['crop', 255],
    ['pad', 0],
  ] as const)('is met to the pixel by %s', async (fit, cornerAlpha) => {
    const pixels = await sized({ width: 150, height: 190 }, fit)
    expect([pixels.width, pixels.height, pixels.data[3]]).toEqual([150, 190, cornerAlpha])
  })

  test.each([
    [0, 100],
    [100_000, 100],
    [10.5, 100],
    [Number.NaN, 100],
  ])('of %d × %d is none', (width, height) => {
    expect(planSize(image, { width, height }, 'crop')).toBeUndefined()
  })

  test('tells how much is enlarged', () => {
    expect(planSize(image, { width: 600, height: 600 }, 'crop')?.enlarged).toBe(3)
    expect(planSize(image, { width: 600, height: 600 }, 'pad')?.enlarged).toBe(2)
  })
})
