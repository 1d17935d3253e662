import { describe, expect, test } from 'vitest'
import { type CropEvent, frameOf, startCropTool, stepCropTool } from '#stage/tools/crop-tool.ts'

const image = { width: 400, height: 300 }
const play = (...events: CropEvent[]) =>
  events.reduce((tool, event) => stepCropTool(tool, event, image), startCropTool(image))
const ratio = (name: '1:1' | '16:9' | 'free' | 'original'): CropEvent => ({ kind: 'ratio', ratio: name })
const drag = (handle: 'se' | 'nw' | 'e' | 'move', from: [number, number], to: [number, number]): CropEvent[] => [
  { kind: 'press', handle, at: from },
  { kind: 'drag', to },
  { kind: 'release' },
]

describe('the crop', () => {
  test('starts with the whole image, which is no change', () => {
    expect(frameOf(startCropTool(image), image)).toBeUndefined()
  })

  test('is dragged at a corner, and the opposite one stays', () => {
    expect(play(...drag('nw', [0, 0], [100, 60])).box).toEqual([100, 60, 300, 240])
    expect(play(...drag('se', [400, 300], [250, 200])).box).toEqual([0, 0, 250, 200])
  })

  test('keeps a ratio while it is dragged, and stays in the image', () => {
    const { box } = play(ratio('1:1'), ...drag('se', [350, 300], [900, 900]))
    expect(box).toEqual([50, 0, 300, 300])
    expect(play(ratio('1:1'), ...drag('se', [350, 300], [250, 0])).box).toEqual([50, 0, 200, 200])
  })

  test('is moved as a whole, not over the edge', () => {
    const [width, height]: CropEvent[] = [
      { kind: 'width', pixels: 200 },
      { kind: 'height', pixels: 100 },
    ]
    if (!width || !height) throw new Error('unreachable')
    expect(play(width, height, ...drag('move', [0, 0], [50, 900])).box).toEqual([50, 200, 200, 100])
  })

  test('takes numbers, and bounds those that make no sense', () => {
    expect(play({ kind: 'width', pixels: 100_000 }).box).toEqual([0, 0, 400, 300])
    expect(play({ kind: 'width', pixels: 0 }).box).toEqual([0, 0, 1, 300])
    expect(play({ kind: 'height', pixels: Number.NaN }).box).toEqual([0, 0, 400, 300])
    expect(play(ratio('16:9'), { kind: 'width', pixels: 160 }).box.slice(2)).toEqual([160, 90])
  })

  test('moves by arrows and changes its size by Shift and arrows', () => {
    const small = play({ kind: 'width', pixels: 200 }, { kind: 'nudge', dx: 8, dy: 0, isResize: false })
    expect(small.box).toEqual([8, 0, 200, 300])
    const smaller = stepCropTool(small, { kind: 'nudge', dx: 0, dy: -8, isResize: true }, image)
    expect(smaller.box).toEqual([8, 0, 200, 292])
  })

  test('turns with the image: four quarter turns are none', () => {
    const quarter: CropEvent = { kind: 'turn', by: 90 }
    const cropped = drag('se', [400, 300], [100, 50])
    expect(play(...cropped, quarter)).toMatchObject({ turn: 90, box: [250, 0, 50, 100] })
    expect(play(...cropped, quarter, quarter, quarter, quarter)).toMatchObject({ turn: 0, box: [0, 0, 100, 50] })
    expect(play(...cropped, quarter, { kind: 'turn', by: -90 }).box).toEqual([0, 0, 100, 50])
  })

  test('is mirrored with the image', () => {
    expect(play(...drag('se', [400, 300], [100, 50]), { kind: 'flip' }).box).toEqual([300, 0, 100, 50])
  })

  test('leaves no empty corner when the image is straightened', () => {
    const { box, tilt } = play({ kind: 'tilt', degrees: 10 })
    expect(tilt).toBe(10)
    const [x, y, width, height] = box
    const angle = (-10 * Math.PI) / 180
    for (const [cx, cy] of [
      [x, y],
      [x + width, y],
      [x, y + height],
      [x + width, y + height],
    ] as const) {
      const [dx, dy] = [cx - 200, cy - 150]
      expect(Math.abs(dx * Math.cos(angle) - dy * Math.sin(angle))).toBeLessThanOrEqual(200.01)
      expect(Math.abs(dx * Math.sin(angle) + dy * Math.cos(angle))).toBeLessThanOrEqual(150.01)
    }
    expect(width / height).toBeCloseTo(4 / 3, 1)
    expect(play({ kind: 'tilt', degrees: 10 }, { kind: 'tilt', degrees: 0 })).toMatchObject({ tilt: 0 })
  })

  test('goes back to where a drag began when it is cancelled', () => {
    const tool = play({ kind: 'press', handle: 'se', at: [400, 300] }, { kind: 'drag', to: [9, 9] }, { kind: 'cancel' })
    expect(tool.box).toEqual([0, 0, 400, 300])
  })

  test('is told as a frame', () => {
    expect(frameOf(play({ kind: 'flip' }), image)).toEqual({ turn: 0, flip: true, tilt: 0 })
    expect(frameOf(play({ kind: 'width', pixels: 100 }), image)).toEqual({
      turn: 0,
      flip: false,
      tilt: 0,
      crop: [0, 0, 100, 300],
    })
  })
})
