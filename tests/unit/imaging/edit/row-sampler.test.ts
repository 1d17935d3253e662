import { expect, test } from 'vitest'
import type { Affine } from '#domain/edit.ts'
import { sampleRows } from '#imaging/edit/row-sampler.ts'
import { madeScene } from '../../../support/made-scene.ts'

const [width, height] = [120, 90]
const scene = madeScene(width, height, 3)
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
  const sample = sampleRows(scene, map)
  const row = { colours: new Float32Array(180 * 3), seen: new Uint8Array(180) }
  let worst = 0
  let seen = 0
  for (let y = 0.5; y < 140; y += 7) {
    sample(y, 0.5, row)
    for (let column = 0; column < 180; column += 3) {
      if (!row.seen[column]) continue
      seen += 1
      const x = column + 0.5
      const expected = greenAt(a * x + c * y + e - 0.5, b * x + d * y + f - 0.5)
      worst = Math.max(worst, Math.abs((row.colours[column * 3 + 1] ?? 0) - expected))
    }
  }
  expect(seen).toBeGreaterThan(1000)
  expect(worst).toBeLessThan(1)
})

test('outside the answer there is no colour, and at its edge the last pixel is repeated', () => {
  const sample = sampleRows(scene, [1, 0, 0, 1, 0, 0])
  const row = { colours: new Float32Array(130 * 3), seen: new Uint8Array(130) }
  const at = (x: number) => x + 3.5
  sample(10.5, -3.5, row)
  expect([-2.5, -1.5, 118.5, 122.5].map((x) => row.seen[at(x)])).toEqual([0, 0, 1, 0])
  expect(row.colours[at(-0.5) * 3 + 1]).toBeCloseTo(greenAt(-1, 10), 3)
})
