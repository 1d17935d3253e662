import { describe, expect, test } from 'vitest'
import { type AreaStep, type Frame, framedSize, plainFrame } from '#domain/edit.ts'
import { rasteriseArea } from '#imaging/edit/area.ts'
import { toResultArea } from '#stage/tools/result-area.ts'

const source = { width: 200, height: 100 }
const box = (x: number, y: number, width: number, height: number): AreaStep => ({
  op: 'add',
  shape: { kind: 'box', box: [x, y, width, height] },
})

const frames: readonly (readonly [string, Partial<Frame>])[] = [
  ['cropped', { crop: [40, 20, 120, 60] }],
  ['turned', { turn: 90 }],
  ['turned and mirrored', { turn: 270, flip: true }],
  ['straightened and cropped', { tilt: 5, crop: [20, 10, 150, 70] }],
]

/** The painted pixels as a set, at the size of the framed source. */
function painted(steps: readonly AreaStep[], frame: Frame) {
  const { left, top, width, alpha } = rasteriseArea(steps, framedSize(frame, source), 0)
  return new Set(
    [...alpha].flatMap((value, at) => (value > 127 ? [`${left + (at % width)},${top + Math.floor(at / width)}`] : [])),
  )
}

describe('the area of a result', () => {
  test.each(frames)('that is %s is drawn on the result and kept in pixels of the source', (_, change) => {
    const frame = { ...plainFrame, ...change }
    const { drawn, shown } = toResultArea(frame, source)
    const strokes: AreaStep[] = [
      box(10, 12, 40, 20),
      { op: 'cut', shape: { kind: 'brush', points: [20, 20, 30, 22], radius: 5 } },
      { op: 'add', shape: { kind: 'lasso', points: [30, 30, 60, 32, 45, 50] } },
      { op: 'invert' },
    ]
    const before = painted(strokes, frame)
    const after = painted(shown(drawn(strokes)), frame)
    expect(before.size).toBeGreaterThan(500)
    expect([...before].filter((each) => !after.has(each))).toEqual([])
    expect(after.size).toBe(before.size)
  })

  test('that is cropped has the source pixels under the stroke', () => {
    const { drawn } = toResultArea({ ...plainFrame, crop: [40, 20, 120, 60] }, source)
    expect(drawn([box(1, 2, 10, 10)])).toEqual([box(41, 22, 10, 10)])
  })

  test('that is extended shows all of the new space as part of it, also when it is inverted', () => {
    const pad = { left: 30, top: 0, right: 0, bottom: 10 }
    const { drawn, shown } = toResultArea({ ...plainFrame, pad }, source)
    expect(drawn([box(40, 5, 10, 10)])).toEqual([box(10, 5, 10, 10)])
    const share = (steps: readonly AreaStep[]) => rasteriseArea(steps, { width: 230, height: 110 }, 0).painted
    const space = (230 * 110 - 200 * 100) / (230 * 110)
    expect(share(shown([]))).toBeCloseTo(space, 3)
    expect(share(shown([box(10, 5, 10, 10)]))).toBeCloseTo(space + 100 / (230 * 110), 3)
    expect(share(shown([box(0, 0, 200, 100), { op: 'invert' }]))).toBeCloseTo(space, 3)
  })
})
