import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type DrawPointers,
  noPointers,
  type PointerInput,
  type PointerStep,
  stepPointers,
} from '#stage/tools/draw-pointers.ts'

function play(...inputs: PointerInput[]): { pointers: DrawPointers; steps: PointerStep[] } {
  const steps: PointerStep[] = []
  let pointers = noPointers
  for (const input of inputs) {
    const turn = stepPointers(pointers, input)
    pointers = turn.pointers
    steps.push(...turn.steps)
  }
  return { pointers, steps }
}

const down = (type: string, id: number, x = 0, isForView = false): PointerInput => ({
  kind: 'down',
  id,
  type,
  at: [x, 0],
  isForView,
})
const move = (type: string, id: number, x: number): PointerInput => ({ kind: 'move', id, type, at: [x, 0] })
const end = (kind: 'up' | 'cancel' | 'lost', id: number): PointerInput => ({ kind, id })
const kinds = (steps: readonly PointerStep[]) =>
  steps.map((step) => ('id' in step ? `${step.kind} ${step.id}` : step.kind))

describe('one pointer', () => {
  test.each(['mouse', 'touch', 'pen'])('that is a %s draws from its press to its end', (type) => {
    const { steps, pointers } = play(down(type, 1), move(type, 1, 30), end('up', 1))
    expect(kinds(steps)).toEqual(['press', 'draw', 'release'])
    expect(pointers.drawing).toBeUndefined()
  })

  test('moves the view where it is for the view', () => {
    expect(kinds(play(down('mouse', 1, 0, true), move('mouse', 1, 30), end('up', 1)).steps)).toEqual(['give 1'])
  })

  test('whose capture is lost keeps what it drew, and the next press draws again', () => {
    const { steps } = play(down('mouse', 1), move('mouse', 1, 30), end('lost', 1), down('mouse', 1), end('up', 1))
    expect(kinds(steps)).toEqual(['press', 'draw', 'release', 'press', 'release'])
  })

  test('that is pressed again without an end begins a new stroke, and the old one is kept', () => {
    expect(kinds(play(down('mouse', 1), down('mouse', 1)).steps)).toEqual(['press', 'release', 'press'])
  })

  test('that the system rejects draws nothing', () => {
    expect(kinds(play(down('touch', 1), move('touch', 1, 90), end('cancel', 1)).steps)).toEqual([
      'press',
      'draw',
      'cancel',
    ])
  })
})

describe('a second finger', () => {
  test('drops a stroke that has just begun, and both move the view', () => {
    const { steps, pointers } = play(down('touch', 1), move('touch', 1, 8), down('touch', 2, 90))
    expect(kinds(steps)).toEqual(['press', 'draw', 'cancel', 'give 1', 'give 2'])
    expect([...pointers.moving]).toEqual([1, 2])
  })

  test('keeps a stroke that is long, so that no work is lost', () => {
    const { steps } = play(down('touch', 1), move('touch', 1, 90), move('touch', 1, 2), down('touch', 2, 90))
    expect(kinds(steps)).toEqual(['press', 'draw', 'draw', 'release', 'give 1', 'give 2'])
  })

  test('and a third one move the view until all are lifted; the next one draws', () => {
    const both = [down('touch', 1), down('touch', 2)]
    const { steps } = play(...both, end('up', 1), down('touch', 3), end('up', 2), end('up', 3), down('touch', 4))
    expect(kinds(steps).slice(-2)).toEqual(['give 3', 'press'])
  })
})

describe('a pen', () => {
  test('is not disturbed by a hand on the screen', () => {
    const { steps } = play(
      down('pen', 1),
      move('pen', 1, 40),
      down('touch', 2, 300),
      move('touch', 2, 310),
      down('touch', 3, 320),
      end('up', 3),
      move('pen', 1, 80),
      end('up', 1),
      end('up', 2),
    )
    expect(kinds(steps)).toEqual(['press', 'draw', 'draw', 'release'])
  })

  test('takes over from a hand that lay down first, which has drawn nothing then', () => {
    const { steps, pointers } = play(down('touch', 1), move('touch', 1, 60), down('pen', 2), move('touch', 1, 90))
    expect(kinds(steps)).toEqual(['press', 'draw', 'cancel', 'press'])
    expect(pointers).toMatchObject({ drawing: { id: 2 }, hasPen: true })
  })

  test('takes the view from fingers that are moving it', () => {
    const { steps } = play(down('touch', 1), down('touch', 2), down('pen', 3), end('up', 1), end('up', 2), end('up', 3))
    expect(kinds(steps)).toEqual(['press', 'cancel', 'give 1', 'give 2', 'take 1', 'take 2', 'press', 'release'])
  })

  test('that was seen leaves the view to the fingers', () => {
    expect(kinds(play(move('pen', 1, 5), down('touch', 2)).steps)).toEqual(['give 2'])
    expect(kinds(play(down('pen', 1), end('up', 1), down('touch', 2), down('mouse', 3)).steps)).toEqual([
      'press',
      'release',
      'give 2',
      'give 3',
    ])
  })
})

describe('any sequence of events', () => {
  const id = fc.integer({ min: 1, max: 4 })
  const at = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }))
  const type = fc.constantFrom('mouse', 'touch', 'pen', '')
  const input: fc.Arbitrary<PointerInput> = fc.oneof(
    fc.record({ kind: fc.constant('down' as const), id, type, at, isForView: fc.boolean() }),
    fc.record({ kind: fc.constant('move' as const), id, type, at }),
    fc.record({ kind: fc.constantFrom('up' as const, 'cancel' as const, 'lost' as const), id }),
  )

  test('gives whole strokes, one at a time, and each pointer to the view once', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
        let isDrawing = false
        const inView = new Set<number>()
        let pointers = noPointers
        for (const each of inputs) {
          const turn = stepPointers(pointers, each)
          pointers = turn.pointers
          if (each.kind !== 'down' && each.kind !== 'move') inView.delete(each.id)
          for (const step of turn.steps) {
            if (step.kind === 'press') expect(isDrawing).toBe(false)
            else if (step.kind !== 'give' && step.kind !== 'take') expect(isDrawing).toBe(true)
            if ('id' in step) expect(inView.has(step.id)).toBe(step.kind === 'take')
            if (step.kind === 'press') isDrawing = true
            if (step.kind === 'release' || step.kind === 'cancel') isDrawing = false
            if (step.kind === 'give') inView.add(step.id)
            if (step.kind === 'take') inView.delete(step.id)
          }
          expect(pointers.drawing !== undefined).toBe(isDrawing)
          expect([...pointers.moving].toSorted()).toEqual([...inView].toSorted())
          if (pointers.drawing) expect(pointers.moving.size).toBe(0)
        }
      }),
      { numRuns: 300, seed: 9 },
    )
  })

  test('leaves nothing behind when all pointers are lifted', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
        const { pointers } = play(...inputs, ...[1, 2, 3, 4].map((each) => end('up', each)))
        expect(pointers).toEqual({ moving: new Set(), resting: new Set(), hasPen: pointers.hasPen })
      }),
    )
  })
})
