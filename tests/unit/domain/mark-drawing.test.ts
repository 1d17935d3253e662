import { describe, expect, test } from 'vitest'
import type { Mark } from '#domain/edit.ts'
import { markBox, markDrawing, markLineWidth, moveMark, resizeMark } from '#domain/mark-drawing.ts'

const about = { id: 'm', n: 12, colour: 'red', note: '' } as const
const marks: readonly Mark[] = [
  { ...about, kind: 'arrow', from: [10, 10], to: [60, 40] },
  { ...about, kind: 'box', box: [10, 10, 50, 30] },
  { ...about, kind: 'ellipse', box: [10, 10, 50, 30] },
  { ...about, kind: 'brush', points: [10, 10, 30, 25, 60, 40], radius: 1 },
  { ...about, kind: 'pin', at: [35, 25] },
  { ...about, kind: 'note', at: [10, 40], note: 'make it blue' },
]

describe('a mark', () => {
  test('has lines that survive being scaled down to the model’s size', () => {
    expect(markLineWidth({ width: 4000, height: 3000 })).toBe(20)
    expect(markLineWidth({ width: 60, height: 40 })).toBe(1)
  })

  test.each(marks)('that is a $kind is drawn within its box, and moves as a whole', (mark) => {
    const { lines } = markDrawing(mark, 1, false)
    const [x, y, width, height] = markBox(mark, 1)
    for (const line of lines) {
      for (let at = 0; at < line.length; at += 2) {
        expect(line[at]).toBeGreaterThanOrEqual(x)
        expect(line[at]).toBeLessThanOrEqual(x + width)
        expect(line[at + 1]).toBeGreaterThanOrEqual(y)
        expect(line[at + 1]).toBeLessThanOrEqual(y + height)
      }
    }
    const [movedX, movedY] = markBox(moveMark(mark, 7, -3), 1)
    expect([movedX - x, movedY - y]).toEqual([expect.closeTo(7, 5), expect.closeTo(-3, 5)])
  })

  test('shows its number where there are several; a pin always does', () => {
    const linesOf = (mark: Mark, isNumbered: boolean) => markDrawing(mark, 1, isNumbered).lines.length
    for (const mark of marks.filter(({ kind }) => kind !== 'pin' && kind !== 'note')) {
      expect(linesOf(mark, true) - linesOf(mark, false)).toBe(2)
    }
    const pin = marks.find(({ kind }) => kind === 'pin') as Mark
    expect(linesOf(pin, false)).toBe(3)
  })

  test('that is a note is drawn as its words, and long ones are cut short', () => {
    const [note] = marks.filter(({ kind }) => kind === 'note')
    if (!note) throw new Error('unreachable')
    expect(markDrawing(note, 1, false).words?.text).toBe('make it blue')
    expect(markDrawing({ ...note, note: 'x'.repeat(60) }, 1, false).words?.text).toHaveLength(40)
    expect(markDrawing({ ...note, note: '' }, 1, false).words?.text).toBe('Note 12')
  })

  test('changes its size where it has one', () => {
    expect(resizeMark(marks[1] as Mark, -100, 5, 4)).toMatchObject({ box: [10, 10, 4, 35] })
    expect(resizeMark(marks[0] as Mark, 5, 5, 4)).toMatchObject({ from: [10, 10], to: [65, 45] })
    expect(resizeMark(marks[4] as Mark, 5, 5, 4)).toEqual(marks[4])
  })
})
