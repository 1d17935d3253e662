import { expect, test } from 'vitest'
import { fitColour, type Pairs, subtractCorrected } from '#imaging/edit/colour.ts'
import { makePixels, makePlane } from '#imaging/edit/raster.ts'
import { seededRandom } from '../../../../scripts/bench/report.ts'

/** The tint of a model: what its answer shows of a level of the source. */
type Tint = (level: number) => number

/** Greys of the source between two levels, and what an answer with that tint and some grain shows of them. */
function greysBetween(least: number, most: number, tint: Tint): Pairs {
  const random = seededRandom(7)
  const count = 4000
  const pairs = { answer: new Float32Array(count * 3), source: new Float32Array(count * 3), count }
  for (let at = 0; at < count * 3; at += 1) {
    const level = least + (most - least) * ((at % 97) / 96)
    pairs.source[at] = level
    pairs.answer[at] = tint(level) + 2 * random() - 1
  }
  return pairs
}

/** How far a grey of the source is from the answer's after the fit, in levels of red. */
function errorAt(level: number, tint: Tint, pairs: Pairs): number {
  const grey = () => ({ ...makePlane(1, 1), data: Float32Array.of(tint(level)) })
  const planes = [grey(), grey(), grey()] as const
  const source = makePixels(1, 1)
  source.data.fill(level)
  subtractCorrected([...planes], source, fitColour(pairs))
  return planes[0].data[0] ?? Number.NaN
}

const dimmed: Tint = (level) => 128 + 0.96 * (level - 128) - 3

test('a white that is only inside the area is corrected by the gain that the rest shows', () => {
  expect(Math.abs(errorAt(255, dimmed, greysBetween(10, 200, dimmed)))).toBeLessThan(1)
})

test('greys that are nearly alike say nothing of a gain, and other levels get their mean offset', () => {
  const pairs = greysBetween(118, 124, dimmed)
  const uncorrected = 255 - dimmed(255)
  const error = errorAt(255, dimmed, pairs)
  expect(error).toBeGreaterThan(0)
  expect(error).toBeLessThan(uncorrected)
  expect(Math.abs(errorAt(120, dimmed, pairs))).toBeLessThan(0.5)
})
