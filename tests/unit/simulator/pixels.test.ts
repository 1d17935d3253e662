import { expect, it } from 'vitest'
import { grade, type Pixels } from '#simulator/pixels.ts'

const same = (value: number) => value

it('colours made stronger stay within what a pixel can hold', () => {
  const pixels: Pixels = { data: new Uint8Array([255, 240, 40]), width: 1, height: 1 }
  grade(pixels, -0.5, [same, same, same])
  expect([...pixels.data]).toEqual([255, 249, 0])
})
