import { describe, expect, test } from 'vitest'
import {
  type AnnotateCommand,
  type AnnotateEvent,
  type AnnotateTool,
  type MarkKind,
  previewOf,
  startAnnotateTool,
  stepAnnotateTool,
} from '#stage/tools/annotate-tool.ts'

const image = { width: 400, height: 300 }

function play(...events: AnnotateEvent[]): { tool: AnnotateTool; commands: AnnotateCommand[] } {
  const commands: AnnotateCommand[] = []
  let tool = startAnnotateTool
  for (const event of events) {
    const [next, more] = stepAnnotateTool(tool, event, image)
    tool = next
    commands.push(...more)
  }
  return { tool, commands }
}

const choose = (mark: MarkKind): AnnotateEvent => ({ kind: 'choose', mark })
const press = (x: number, y: number, on?: string): AnnotateEvent => ({ kind: 'press', at: [x, y], isAlt: false, on })
const move = (...to: [number, number][]): AnnotateEvent => ({ kind: 'move', to })
const release: AnnotateEvent = { kind: 'release' }
const arrow = (dx: number, dy: number, isResize = false): AnnotateEvent => ({ kind: 'arrow', dx, dy, isResize })
const stamp: AnnotateEvent = { kind: 'stamp' }

describe('a mark that a pointer draws', () => {
  test.each([
    ['arrow', { kind: 'arrow', from: [10, 20], to: [60, 50] }],
    ['box', { kind: 'box', box: [10, 20, 50, 30] }],
    ['ellipse', { kind: 'ellipse', box: [10, 20, 50, 30] }],
    ['pen', { kind: 'brush', points: [10, 20, 30, 30, 60, 50], radius: 1 }],
    ['pin', { kind: 'pin', at: [60, 50] }],
    ['note', { kind: 'note', at: [60, 50] }],
  ] as const)('that is a %s lies where it was drawn', (kind, figure) => {
    const { commands, tool } = play(choose(kind), press(10, 20), move([30, 30], [60, 50]), release)
    expect(commands).toEqual([{ kind: 'add', figure, colour: 'red' }])
    expect(tool.draft).toBeUndefined()
  })

  test('has the colour that was chosen', () => {
    const { commands } = play({ kind: 'colour', colour: 'lime' }, press(10, 20), move([60, 50]), release)
    expect(commands).toMatchObject([{ colour: 'lime' }])
  })

  test('stays in the image', () => {
    const { commands } = play(press(10, 20), move([900, 900]), release)
    expect(commands).toMatchObject([{ figure: { box: [10, 20, 390, 280] } }])
  })

  test('is not made by a click, except a pin and a note', () => {
    for (const kind of ['arrow', 'box', 'ellipse', 'pen'] as const) {
      expect(play(choose(kind), press(10, 20), release).commands).toEqual([])
    }
    expect(play(choose('pin'), press(10, 20), release).commands).toHaveLength(1)
  })

  test('is dropped when it is cancelled', () => {
    const { commands, tool } = play(press(10, 20), move([60, 50]), { kind: 'cancel' }, release)
    expect(commands).toEqual([])
    expect(previewOf(tool, image)).toBeUndefined()
  })
})

describe('a mark that is there', () => {
  test('is selected by a press, and moved by a drag as one act', () => {
    const pressed = play(press(10, 20, 'm1'), release)
    expect(pressed.commands).toEqual([])
    expect(pressed.tool.selected).toBe('m1')
    const { commands } = play(press(10, 20, 'm1'), move([20, 20], [25, 18]), release)
    expect(commands).toEqual([{ kind: 'move', id: 'm1', dx: 15, dy: -2 }])
  })

  test('stays where it was when the drag is cancelled', () => {
    expect(play(press(10, 20, 'm1'), move([25, 18]), { kind: 'cancel' }, release).commands).toEqual([])
  })

  test('is no longer selected when another is drawn, or after Escape', () => {
    expect(play(press(10, 20, 'm1'), release, press(50, 50)).tool.selected).toBeUndefined()
    expect(play(press(10, 20, 'm1'), release, { kind: 'cancel' }).tool.selected).toBeUndefined()
  })
})

describe('the keyboard', () => {
  test('moves a mark by arrows, resizes it by Shift and arrows, and draws it with Enter', () => {
    const { commands } = play(arrow(8, 0), arrow(0, 5, true), stamp)
    expect(commands).toEqual([{ kind: 'add', figure: { kind: 'box', box: [168, 115, 80, 70] }, colour: 'red' }])
  })

  test('draws an arrow to the cursor, and pins and notes at it', () => {
    expect(play(choose('arrow'), arrow(0, 0), stamp).commands).toMatchObject([
      { figure: { kind: 'arrow', from: [240, 180], to: [200, 150] } },
    ])
    expect(play(choose('pin'), arrow(10, 0), stamp).commands).toMatchObject([{ figure: { at: [210, 150] } }])
  })

  test('draws a line from one Enter to the next', () => {
    const { commands, tool } = play(choose('pen'), arrow(0, 0), stamp, arrow(8, 0), arrow(0, 8), stamp)
    expect(commands).toMatchObject([{ figure: { kind: 'brush', points: [200, 150, 208, 150, 208, 158] } }])
    expect(tool.draft).toBeUndefined()
  })

  test('draws nothing before its cursor was moved', () => {
    expect(play(stamp).commands).toEqual([])
  })
})
