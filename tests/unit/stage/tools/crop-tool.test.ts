import { describe, expect, test } from 'vitest'
import { type CropEvent, canEnclose, frameOf, startCropTool, stepCropTool } from '#stage/tools/crop-tool.ts'

const image = { width: 400, height: 300 }
const play = (...events: CropEvent[]) =>
  events.reduce((tool, event) => stepCropTool(tool, event, image), startCropTool(image))
const ratio = (name: '1:1' | '16:9' | 'free' | 'original'): CropEvent => ({ kind: 'ratio', ratio: name })
const drag = (handle: 'se' | 'nw' | 'e' | 'w' | 'move', from: [number, number], to: [number, number]): CropEvent[] => [
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

  test('keeps a ratio while it is dragged', () => {
    const { box } = play(ratio('1:1'), ...drag('se', [350, 300], [900, 900]))
    expect(box).toEqual([50, 0, 450, 450])
    expect(play(ratio('1:1'), ...drag('se', [350, 300], [250, 0])).box).toEqual([50, 0, 200, 200])
  })

  test('does not become smaller when several ratios are tried', () => {
    expect(play(ratio('16:9'), ratio('1:1')).box).toEqual([50, 0, 300, 300])
    expect(play(ratio('16:9'), ratio('1:1'), ratio('16:9')).box).toEqual([0, 38, 400, 225])
    const small: CropEvent[] = [
      { kind: 'width', pixels: 200 },
      { kind: 'height', pixels: 50 },
    ]
    expect(play(...small, ratio('1:1')).box.slice(2)).toEqual([100, 100])
    expect(play(...small, ratio('1:1'), ratio('16:9'), ratio('1:1')).box.slice(2)).toEqual([100, 100])
  })

  test('of another ratio lies in the old one after a tilt, where the corners are empty', () => {
    const tilted = play({ kind: 'tilt', degrees: 5 })
    const [x, y, width, height] = tilted.box
    const [left, top, across, down] = stepCropTool(tilted, ratio('1:1'), image).box
    expect(left).toBeGreaterThanOrEqual(x)
    expect(top).toBeGreaterThanOrEqual(y)
    expect(left + across).toBeLessThanOrEqual(x + width)
    expect(top + down).toBeLessThanOrEqual(y + height)
    expect(across).toBe(down)
  })

  test('is moved as a whole, not over the edge', () => {
    const [width, height]: CropEvent[] = [
      { kind: 'width', pixels: 200 },
      { kind: 'height', pixels: 100 },
    ]
    if (!width || !height) throw new Error('unreachable')
    expect(play(width, height, ...drag('move', [0, 0], [50, 900])).box).toEqual([50, 200, 200, 100])
  })

  test('takes numbers, and leaves out those that make no sense', () => {
    expect(play({ kind: 'width', pixels: 100_000 }).box).toEqual([0, 0, 400, 300])
    expect(play({ kind: 'width', pixels: 0 }).box).toEqual([0, 0, 400, 300])
    expect(play({ kind: 'width', pixels: 120 }).box).toEqual([0, 0, 120, 300])
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

describe('the crop that reaches over an edge', () => {
  test('extends the image to a ratio in one act, equally on both sides', () => {
    const { box } = play(ratio('16:9'), { kind: 'enclose' })
    expect(box).toEqual([-67, 0, 533, 300])
    expect(canEnclose(play(ratio('16:9'), { kind: 'enclose' }), image)).toBe(false)
    expect(play(ratio('1:1'), { kind: 'enclose' }).box).toEqual([0, -50, 400, 400])
  })

  test('extends no further than to twice the side, and not without a ratio, to its own or after a tilt', () => {
    expect(play({ kind: 'ratio', ratio: '9:16' }, { kind: 'enclose' }).box).toEqual([31, -150, 338, 600])
    expect(play({ kind: 'enclose' }).box).toEqual([0, 0, 400, 300])
    expect(canEnclose(play(ratio('original')), image)).toBe(false)
    const tilted = play({ kind: 'tilt', degrees: 5 }, ratio('16:9'))
    expect(stepCropTool(tilted, { kind: 'enclose' }, image)).toEqual(tilted)
  })

  const over = (tool: ReturnType<typeof play>) => frameOf(tool, image)

  test('extends the image by what lies outside, and crops the rest', () => {
    expect(over(play(...drag('e', [400, 150], [500, 150])))).toEqual({
      turn: 0,
      flip: false,
      tilt: 0,
      pad: { top: 0, right: 100, bottom: 0, left: 0 },
    })
    const both = play(...drag('e', [400, 150], [500, 150]), ...drag('nw', [0, 0], [50, 20]))
    expect(over(both)).toMatchObject({ crop: [50, 20, 350, 280], pad: { right: 100 } })
  })

  test('snaps to the edge nearby, so that it does not extend by accident', () => {
    const press: CropEvent = { kind: 'press', handle: 'e', at: [400, 150], slack: 10 }
    const to = (x: number): CropEvent => ({ kind: 'drag', to: [x, 150] })
    expect(over(play(press, to(409)))).toBeUndefined()
    expect(over(play(press, to(411)))).toMatchObject({ pad: { right: 11 } })
  })

  test('extends by half of a side at most, and equally on both sides if set by numbers', () => {
    expect(play(...drag('e', [400, 150], [2000, 150])).box).toEqual([0, 0, 600, 300])
    expect(play({ kind: 'width', pixels: 600 }).box).toEqual([-100, 0, 600, 300])
    expect(play({ kind: 'width', pixels: 801 }).box).toEqual([0, 0, 400, 300])
  })

  test('is set by Shift and arrows', () => {
    expect(over(play({ kind: 'nudge', dx: 20, dy: 0, isResize: true }))).toMatchObject({ pad: { right: 20 } })
  })

  test('never leaves the image', () => {
    const wide = drag('w', [0, 0], [-150, 0])
    expect(play(...wide, ...drag('e', [400, 150], [-100, 150])).box).toEqual([-150, 0, 550, 300])
    const small = play(...wide, ...drag('e', [400, 150], [100, 150]), ...drag('move', [0, 0], [-900, 0]))
    expect(small.box).toEqual([-125, 0, 250, 300])
  })

  test('comes back as it was kept', () => {
    const tool = play(...drag('e', [400, 150], [500, 150]), ...drag('nw', [0, 0], [50, 20]), { kind: 'turn', by: 90 })
    const again = startCropTool(image, over(tool))
    expect(again.box).toEqual(tool.box)
    expect(over(again)).toEqual(over(tool))
  })

  test('is reset if the image is straightened', () => {
    const tilted = play(...drag('e', [400, 150], [500, 150]), { kind: 'tilt', degrees: 3 })
    expect(over(tilted)?.pad).toBeUndefined()
    const [x, y, width, height] = stepCropTool(tilted, { kind: 'nudge', dx: 99, dy: 0, isResize: true }, image).box
    expect([x >= 0, y >= 0, x + width <= 400, y + height <= 300]).toEqual([true, true, true, true])
  })
})
