import { expect, it } from 'vitest'
import { grade, type Pixels } from '#simulator/painter/pixels.ts'
import { blurred, medianFiltered } from '#simulator/painter/soften.ts'

const same = (value: number) => value

function picture(width: number, height: number, valueAt: (x: number, y: number) => number): Pixels {
  const data = new Uint8Array(width * height * 3)
  for (let at = 0; at < data.length; at++) {
    const pixel = Math.floor(at / 3)
    data[at] = valueAt(pixel % width, Math.floor(pixel / width))
  }
  return { data, width, height }
}

const valueAt = ({ data, width }: Pixels, x: number, y: number) => data[(y * width + x) * 3] ?? -1

it('colours made stronger stay within what a pixel can hold', () => {
  const pixels: Pixels = { data: new Uint8Array([255, 240, 40]), width: 1, height: 1 }
  grade(pixels, -0.5, [same, same, same])
  expect([...pixels.data]).toEqual([255, 249, 0])
})

it('an edge out of focus runs evenly from one side to the other, and the picture is as bright as before', () => {
  const soft = blurred(
    picture(60, 20, (x) => (x < 30 ? 0 : 200)),
    4,
  )
  const row = Array.from({ length: 60 }, (_, x) => valueAt(soft, x, 10))
  expect(row).toEqual([...row].sort((one, other) => one - other))
  expect([row[0], row[59]]).toEqual([0, 200])
  expect(row[29]).toBeGreaterThan(80)
  expect(row[30]).toBeLessThan(120)
  // With a standard deviation of 4 pixels, about a sixth remains four pixels from the edge.
  expect(row[26]).toBeGreaterThan(200 * 0.1)
  expect(row[26]).toBeLessThan(200 * 0.25)
})

it('a picture of one colour is the same out of focus', () => {
  expect(
    new Set(
      blurred(
        picture(9, 7, () => 130),
        3,
      ).data,
    ),
  ).toEqual(new Set([130]))
})

it('the middle value takes specks away and keeps edges hard', () => {
  const specks = medianFiltered(
    picture(40, 20, (x, y) => (x === 8 && y === 9 ? 255 : x < 20 ? 40 : 180)),
    7,
  )
  expect(valueAt(specks, 8, 9)).toBe(40)
  expect([valueAt(specks, 18, 10), valueAt(specks, 21, 10)]).toEqual([40, 180])
  expect([valueAt(specks, 0, 0), valueAt(specks, 39, 19)]).toEqual([40, 180])
})

it('the middle value is the one that sorting finds', () => {
  const noisy = picture(13, 11, (x, y) => (x * 97 + y * 61 + x * y * 13) % 256)
  const window = [4, 5, 6, 7, 8].flatMap((x) => [3, 4, 5, 6, 7].map((y) => valueAt(noisy, x, y)))
  expect(valueAt(medianFiltered(noisy, 5), 6, 5)).toBe(window.sort((one, other) => one - other)[12])
})
