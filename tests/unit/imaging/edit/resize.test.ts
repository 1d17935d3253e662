import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { resize } from '#imaging/edit/resize.ts'
import { psnr } from '../../../../scripts/bench/protect-figures.ts'
import { madeScene } from '../../../support/made-scene.ts'

const scene = madeScene(320, 240, 8)

describe('resizing', () => {
  test.each([
    ['down', 110, 83],
    ['down to other proportions', 100, 200],
  ])('%s agrees with another program’s Lanczos filter', async (_, width, height) => {
    const kernel = { fit: 'fill', kernel: 'lanczos3' } as const
    const file = sharp(scene.data, { raw: { width: 320, height: 240, channels: 4 } }).removeAlpha()
    const data = await file.resize(width, height, kernel).ensureAlpha().raw().toBuffer()
    expect(psnr(resize(scene, { width, height }), { data, width, height }, () => true)).toBeGreaterThan(38)
  })

  test('up and down again gives the image back', () => {
    const again = resize(resize(scene, { width: 704, height: 528 }), scene)
    expect(psnr(again, scene, () => true)).toBeGreaterThan(40)
  })

  test('to the same size changes no byte', () => {
    expect(Buffer.compare(Buffer.from(resize(scene, scene).data), Buffer.from(scene.data))).toBe(0)
  })

  test('takes a part of the image, and repeats its edge outside', () => {
    const part = resize(scene, { width: 60, height: 40 }, [-20, 10, 60, 40])
    const pixel = (image: { data: ArrayLike<number>; width: number }, x: number, y: number) =>
      [0, 1, 2].map((channel) => image.data[(y * image.width + x) * 4 + channel])
    expect(pixel(part, 25, 3)).toEqual(pixel(scene, 5, 13))
    expect(pixel(part, 0, 3)).toEqual(pixel(scene, 0, 13))
  })

  test('keeps colours of transparent pixels out of visible ones', () => {
    const data = Uint8ClampedArray.from([255, 0, 0, 0, 0, 200, 0, 255, 255, 0, 0, 0, 0, 200, 0, 255])
    const { data: small } = resize({ data, width: 4, height: 1 }, { width: 2, height: 1 })
    expect([small[0], small[4]]).toEqual([0, 0])
  })
})
