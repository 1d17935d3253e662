import { describe, expect, test } from 'vitest'
import { type Frame, type Mark, plainFrame } from '#domain/edit.ts'
import { frameMark } from '#imaging/edit/frame.ts'

const image = { width: 400, height: 300 }
const about = { id: 'm', n: 1, colour: 'red', note: 'here' } as const
const framed = (mark: Mark, frame: Partial<Frame>) => frameMark(mark, { ...plainFrame, ...frame }, image)

describe('a mark of an image that is cropped afterwards', () => {
  const crop = [100, 50, 200, 200] as const

  test('lies in the crop where it lay in the image', () => {
    expect(framed({ ...about, kind: 'box', box: [120, 70, 40, 30] }, { crop })).toEqual({
      ...about,
      kind: 'box',
      box: [20, 20, 40, 30],
    })
    expect(framed({ ...about, kind: 'pin', at: [120, 70] }, { crop })).toEqual({ ...about, kind: 'pin', at: [20, 20] })
    expect(framed({ ...about, kind: 'arrow', from: [120, 70], to: [300, 250] }, { crop })).toMatchObject({
      from: [20, 20],
      to: [200, 200],
    })
  })

  test('turns and is mirrored with the image, and keeps its number and its words', () => {
    expect(framed({ ...about, kind: 'note', at: [10, 20] }, { turn: 90 })).toEqual({
      ...about,
      kind: 'note',
      at: [280, 10],
    })
    expect(framed({ ...about, kind: 'ellipse', box: [10, 20, 30, 40] }, { flip: true })).toMatchObject({
      kind: 'ellipse',
      box: [360, 20, 30, 40],
    })
    const line: Mark = { ...about, kind: 'brush', points: [0, 0, 10, 10], radius: 2 }
    expect(framed(line, { turn: 180 })).toMatchObject({ points: [400, 300, 390, 290], radius: 2 })
  })
})
