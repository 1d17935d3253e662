import { describe, expect, test } from 'vitest'
import { areaBox, regionOf } from '#domain/area-box.ts'
import { type Edit, emptyDocument, plainFrame } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'

const size = { width: 200, height: 100 }
const box = (x: number, y: number, width: number, height: number) =>
  ({ op: 'add', shape: { kind: 'box', box: [x, y, width, height] } }) as const
const editOf = (change: Partial<Edit>, area: Edit['document']['area'] = [box(50, 30, 40, 30)]): Edit => ({
  document: { ...emptyDocument('photo' as PictureId), area },
  way: 'whole',
  rect: [0, 0, 200, 100],
  sent: size,
  marks: 'none',
  ...change,
})

describe('the box of an area', () => {
  test('holds all that was added, within the image', () => {
    expect(areaBox([box(-20, 10, 60, 20), box(150, 50, 100, 20)], size)).toEqual([0, 10, 200, 60])
  })

  test('is the whole image when the area was inverted', () => {
    expect(areaBox([box(10, 10, 10, 10), { op: 'invert' }], size)).toEqual([0, 0, 200, 100])
  })

  test('is nothing without steps, and for what lies outside of the image', () => {
    expect(areaBox([], size)).toBeUndefined()
    expect(areaBox([box(300, 10, 10, 10)], size)).toBeUndefined()
    expect(areaBox([box(Number.NaN, 10, 10, 10)], size)).toBeUndefined()
  })

  test('reaches as far as a brush does', () => {
    const stroke = { op: 'add', shape: { kind: 'brush', points: [50, 50, 70, 50], radius: 10 } } as const
    expect(areaBox([stroke], size)).toEqual([40, 40, 40, 20])
  })
})

describe('the place that a model is told', () => {
  test('is in shares of the image', () => {
    expect(regionOf(editOf({}))).toEqual({ left: 0.25, top: 0.3, right: 0.45, bottom: 0.6 })
  })

  test('is in shares of the whole frame when the image is extended, and says so', () => {
    const pad = { left: 100, top: 0, right: 100, bottom: 50 }
    const document = { ...emptyDocument('photo' as PictureId), frame: { ...plainFrame, pad } }
    const extended = { way: 'extend', rect: [-100, 0, 400, 150] } as const
    expect(regionOf(editOf({ ...extended, document: { ...document, area: [box(50, 30, 40, 30)] } }))).toEqual({
      left: 0.375,
      top: 0.2,
      right: 0.475,
      bottom: 0.4,
      hasBorder: true,
    })
    // An area that reaches into the border is told as far as the image goes.
    expect(regionOf(editOf({ ...extended, document: { ...document, area: [box(150, 0, 400, 400)] } }))).toMatchObject({
      right: 0.75,
      bottom: 100 / 150,
    })
    expect(regionOf(editOf({ ...extended, document }))).toBeUndefined()
  })

  test('is not told for a crop, for an inverted area, and for a turned source', () => {
    expect(regionOf(editOf({ way: 'part' }))).toBeUndefined()
    expect(regionOf(editOf({}, [box(1, 1, 9, 9), { op: 'invert' }]))).toBeUndefined()
    const turned = {
      ...emptyDocument('photo' as PictureId),
      area: [box(1, 1, 9, 9)],
      frame: { ...plainFrame, flip: true },
    }
    expect(regionOf(editOf({ document: turned }))).toBeUndefined()
  })
})
