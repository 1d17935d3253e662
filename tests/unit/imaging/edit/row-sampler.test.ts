import { expect, test } from 'vitest'
import type { Affine } from '#domain/edit.ts'
import { sampleRows } from '#imaging/edit/row-sampler.ts'
import { madeScene } from '../../../support/made-scene.ts'

const [width, height] = [120, 90]
const scene = madeScene(width, height, 3)
const answer = {
  width,
  height,
  data: Uint8ClampedArray.from(
    { length: width * height * 3 },
    (_, at) => scene.data[Math.floor(at / 3) * 4 + (at % 3)] ?? 0,
  ),
}

/** Catmull-Rom of the green of the scene, from its 16 neighbours. */
function greenAt(x: number, y: number): number {
  const weights = (t: number) => [
    0.5 * t * (t * (2 - t) - 1),
    0.5 * (t * t * (3 * t - 5) + 2),
    0.5 * t * (t * (4 - 3 * t) + 1),
    0.5 * t * t * (t - 1),
  ]
  const within = (index: number, length: number) => Math.max(0, Math.min(length - 1, index))
  const [column, row] = [Math.floor(x), Math.floor(y)]
  const [across, down] = [weights(x - column), weights(y - row)]
  return down.reduce(
    (sum, v, j) =>
      across.reduce((part, w, i) => {
        const at = within(row - 1 + j, height) * width + within(column - 1 + i, width)
        return part + v * w * (scene.data[at * 4 + 1] ?? 0)
      }, sum),
    0,
  )
}

test.each<[string, Affine]>([
  ['not turned', [0.6, 0, 0, 0.6, 1.3, -0.8]],
  ['turned by a third of a degree', [0.6, 0.0035, -0.0035, 0.6, 1.3, 0.8]],
  ['turned by two degrees', [0.6, 0.021, -0.021, 0.6, 4, 0.8]],
])('an answer that is %s is sampled between its pixels', (_, map) => {
  const [a, b, c, d, e, f] = map
  const sampler = sampleRows(answer, map)
  const colour = new Float32Array(3)
  let worst = 0
  let seen = 0
  for (let y = 0.5; y < 140; y += 7) {
    sampler.start(y, 0.5, 179.5)
    for (let x = 0.5; x < 180; x += 3) {
      if (!sampler.sample(x, colour)) continue
      seen += 1
      const expected = greenAt(a * x + c * y + e - 0.5, b * x + d * y + f - 0.5)
      worst = Math.max(worst, Math.abs((colour[1] ?? 0) - expected))
    }
  }
  expect(seen).toBeGreaterThan(1000)
  expect(worst).toBeLessThan(1)
})

test('outside the answer there is no colour, and at its edge the last pixel is repeated', () => {
  const sampler = sampleRows(answer, [1, 0, 0, 1, 0, 0])
  const colour = new Float32Array(3)
  sampler.start(10.5, -3.5, 125.5)
  expect([-3, -1.5, 118.5, 122.5].map((x) => sampler.sample(x, colour))).toEqual([false, false, true, false])
  sampler.sample(-0.5, colour)
  expect(colour[1]).toBeCloseTo(greenAt(-1, 10), 3)
})
