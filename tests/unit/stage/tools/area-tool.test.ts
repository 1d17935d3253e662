import { describe, expect, test } from 'vitest'
import { type AreaEvent, type AreaTool, startAreaTool, stepAreaTool } from '#stage/tools/area-tool.ts'

const image = { width: 400, height: 300 }

/** Applies events in order: returns the last state and all drawn steps. */
function play(events: readonly AreaEvent[], from: AreaTool = startAreaTool(image)) {
  let tool = from
  const drawn = events.flatMap((event) => {
    const [next, commands] = stepAreaTool(tool, event, image)
    tool = next
    return commands.flatMap(({ steps }) => steps)
  })
  return { tool, drawn }
}

const press = (x: number, y: number, more: { isAlt?: boolean; pressure?: number } = {}): AreaEvent => ({
  kind: 'press',
  at: [x, y],
  isAlt: false,
  ...more,
})
const move = (x: number, y: number, pressure?: number): AreaEvent => ({ kind: 'move', to: [[x, y]], pressure })
const release: AreaEvent = { kind: 'release' }
const choose = (shape: AreaTool['shape']): AreaEvent => ({ kind: 'choose', shape })

describe('the brush', () => {
  test('draws a stroke through all places, and says so when it is let go', () => {
    const { drawn, tool } = play([press(10, 10), move(40, 10), move(40, 50), release])
    expect(drawn).toEqual([{ op: 'add', shape: { kind: 'brush', points: [10, 10, 40, 10, 40, 50], radius: 10 } }])
    expect(tool.stroke).toBeUndefined()
  })

  test('makes a dot of a press alone', () => {
    const { drawn } = play([press(10.04, 10), release])
    expect(drawn).toEqual([{ op: 'add', shape: { kind: 'brush', points: [10, 10], radius: 10 } }])
  })

  test('leaves out places that are too close to be seen', () => {
    const { drawn } = play([press(10, 10), move(10.4, 10), move(10.8, 10), move(30, 10), release])
    expect(drawn).toEqual([{ op: 'add', shape: { kind: 'brush', points: [10, 10, 30, 10], radius: 10 } }])
  })

  test('draws wider where a pen is pressed harder, without a gap', () => {
    const { drawn } = play([press(10, 10, { pressure: 1 }), move(40, 10, 1), move(70, 10, 0.5), release])
    expect(drawn).toEqual([
      { op: 'add', shape: { kind: 'brush', points: [10, 10, 40, 10], radius: 10 } },
      { op: 'add', shape: { kind: 'brush', points: [40, 10, 70, 10], radius: 6.5 } },
    ])
  })

  test('keeps its width where a pen reports no pressure during a stroke', () => {
    const { drawn } = play([press(10, 10, { pressure: 0.5 }), move(40, 10), move(70, 10, 0.5), move(90, 10), release])
    expect(drawn).toEqual([
      { op: 'add', shape: { kind: 'brush', points: [10, 10, 40, 10, 70, 10, 90, 10], radius: 6.5 } },
    ])
  })

  test('has no thick start where a pen reports its pressure only after the press', () => {
    const { drawn } = play([press(10, 10), move(30, 10), move(60, 10, 0.5), move(90, 10, 1), release])
    expect(drawn).toEqual([
      { op: 'add', shape: { kind: 'brush', points: [10, 10, 30, 10, 60, 10], radius: 6.5 } },
      { op: 'add', shape: { kind: 'brush', points: [60, 10, 90, 10], radius: 10 } },
    ])
  })

  test('grows and shrinks within what the image allows', () => {
    const grow: AreaEvent = { kind: 'grow', by: 1 }
    const shrink: AreaEvent = { kind: 'grow', by: -1 }
    expect(play([grow]).tool.radius).toBe(13)
    expect(play(Array.from({ length: 40 }, () => grow)).tool.radius).toBe(100)
    expect(play(Array.from({ length: 40 }, () => shrink)).tool.radius).toBe(2)
    expect(play([{ kind: 'size', radius: 0 }]).tool.radius).toBe(2)
  })
})

describe('box and lasso', () => {
  test('a box lies between two corners, whichever comes first, in whole pixels', () => {
    const { drawn } = play([choose('box'), press(100.4, 80), move(20, 30.6), release])
    expect(drawn).toEqual([{ op: 'add', shape: { kind: 'box', box: [20, 31, 80, 49] } }])
  })

  test('a lasso is the outline that was drawn', () => {
    const { drawn } = play([choose('lasso'), press(10, 10), move(60, 10), move(60, 60), release])
    expect(drawn).toEqual([{ op: 'add', shape: { kind: 'lasso', points: [10, 10, 60, 10, 60, 60] } }])
  })

  test('a click draws nothing', () => {
    expect(play([choose('box'), press(10, 10), release]).drawn).toEqual([])
    expect(play([choose('lasso'), press(10, 10), move(20, 10), release]).drawn).toEqual([])
  })
})

describe('every stroke', () => {
  test('subtracts with Alt, and adds with Alt where the tool subtracts', () => {
    expect(play([press(9, 9, { isAlt: true }), release]).drawn).toMatchObject([{ op: 'cut' }])
    const cutting = play([{ kind: 'mode', op: 'cut' }]).tool
    expect(play([press(9, 9), release], cutting).drawn).toMatchObject([{ op: 'cut' }])
    expect(play([press(9, 9, { isAlt: true }), release], cutting).drawn).toMatchObject([{ op: 'add' }])
  })

  test('is dropped when it is cancelled, and the tool stays as it was', () => {
    const { drawn, tool } = play([press(10, 10), move(90, 90), { kind: 'cancel' }, release])
    expect(drawn).toEqual([])
    expect(tool).toEqual(startAreaTool(image))
  })

  test('moves without a press draw nothing', () => {
    expect(play([move(10, 10), release]).drawn).toEqual([])
  })
})

describe('the keyboard', () => {
  const arrow = (dx: number, dy: number, isResize = false): AreaEvent => ({ kind: 'arrow', dx, dy, isResize })
  const stamp: AreaEvent = { kind: 'stamp', isAlt: false }

  test('moves a box by arrows, resizes it by Shift and arrows, and draws it with Enter', () => {
    const { drawn } = play([choose('box'), arrow(10, 0), arrow(0, -20), arrow(5, 0, true), stamp])
    expect(drawn).toEqual([{ op: 'add', shape: { kind: 'box', box: [155, 93, 110, 75] } }])
  })

  test('puts dabs of the brush where its cursor is, within the image', () => {
    const { drawn } = play([arrow(900, 0), stamp])
    expect(drawn).toEqual([{ op: 'add', shape: { kind: 'brush', points: [400, 150], radius: 10 } }])
  })

  test('draws nothing before its cursor was moved, and none is left after a press', () => {
    expect(play([stamp]).drawn).toEqual([])
    expect(play([arrow(8, 8), press(10, 10), release]).tool.cursor).toBeUndefined()
  })
})
