import { describe, expect, test } from 'vitest'
import { identity } from '#imaging/edit/affine.ts'
import { judging } from '#imaging/edit/constants.ts'
import { leastAgreement } from '#imaging/edit/halves.ts'
import { makePlane, type Plane } from '#imaging/edit/raster.ts'
import { seededRandom } from '../../../../scripts/bench/report.ts'

const [width, height] = [480, 336]

/** Detail of some pixels in size, like that of a normalised photograph. */
function detailOf(seed: number): Plane {
  const random = seededRandom(seed)
  const levels = Array.from({ length: 97 * 68 }, () => 2 * random() - 1)
  return planeOf((x, y) => levels[Math.floor(y / 5) * 97 + Math.floor(x / 5)] ?? 0)
}

function planeOf(level: (x: number, y: number) => number): Plane {
  const plane = makePlane(width, height)
  for (let at = 0; at < width * height; at += 1) plane.data[at] = level(at % width, Math.floor(at / width))
  return plane
}

const levelAt = ({ data }: Plane, x: number, y: number) => data[y * width + x] ?? 0
const free = new Uint8Array(width * height).fill(1)
const source = detailOf(1)
const other = detailOf(2)
const agreement = (answer: Plane, ofSource = source) => leastAgreement({ source: ofSource, answer, free }, identity)

describe('the least agreement of the halves', () => {
  test('is nearly 1 where the answer shows what the source shows', () => {
    expect(agreement(source)).toBeGreaterThan(0.95)
  })

  const sides: readonly [string, (x: number, y: number, share: number) => boolean][] = [
    ['left', (x, _, share) => x < share * width],
    ['right', (x, _, share) => x >= (1 - share) * width],
    ['upper', (_, y, share) => y < share * height],
    ['lower', (_, y, share) => y >= (1 - share) * height],
  ]
  test.each(sides)('tells something else along the %s side from a mirrored half', (_, isInside) => {
    // 40 % of the image.
    const painted = planeOf((x, y) => levelAt(isInside(x, y, 0.4) ? other : source, x, y))
    const mirrored = planeOf((x, y) => levelAt(source, isInside(x, y, 0.5) ? width - 1 - x : x, y))
    expect(agreement(painted)).toBeGreaterThan(2 * judging.halves.share)
    expect(agreement(mirrored)).toBeLessThan(judging.halves.share)
  })

  test('counts diagonal lines on a plain surface, and not a horizon, which is the same when mirrored', () => {
    const isLine = (x: number, y: number) => y < height / 2 && (x - y + height) % 60 < 3 && x < width / 2
    const isHorizon = (_: number, y: number) => y > 60 && y < 90
    const [lines, horizon] = [isLine, isHorizon].map((isDrawn) =>
      planeOf((x, y) => (y < height / 2 ? (isDrawn(x, y) ? 2 : 0) : levelAt(source, x, y))),
    )
    if (!lines || !horizon) throw new Error('two planes expected')
    const mirrored = (plane: Plane) => planeOf((x, y) => levelAt(plane, y < height / 2 ? width - 1 - x : x, y))
    expect(agreement(mirrored(lines), lines)).toBeLessThan(judging.halves.share)
    expect(agreement(mirrored(horizon), horizon)).toBeGreaterThan(0.9)
  })
})
