import { describe, expect, test } from 'vitest'
import { freezeArea, measureArea, wayOf } from '#acts/area-edit.ts'
import { type AreaStep, emptyDocument } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'

const photo = { width: 4000, height: 3000 }
const box = (x: number, y: number, width: number, height: number): AreaStep => ({
  op: 'add',
  shape: { kind: 'box', box: [x, y, width, height] },
})
const documentOf = (...area: AreaStep[]) => ({ ...emptyDocument('photo' as PictureId), area })
const freeze = (...area: AreaStep[]) => freezeArea(documentOf(...area), photo, undefined)

describe('an area', () => {
  test('is measured in percent of the image that stay', () => {
    expect(measureArea([box(0, 0, 2000, 1080)], photo).protectedPercent).toBe(82)
    expect(measureArea([box(0, 0, 2000, 1080), { op: 'invert' }], photo).protectedPercent).toBe(18)
  })

  test('says 100 or 0 only where that is true', () => {
    expect(measureArea([box(0, 0, 60, 60)], photo).protectedPercent).toBe(99)
    expect(measureArea([box(0, 0, 4000, 2990)], photo).protectedPercent).toBe(1)
    expect(measureArea([box(0, 0, 4000, 3000)], photo).protectedPercent).toBe(0)
  })

  test('that is small in a large photo is sent as a crop, unless the user chose otherwise', () => {
    const area = [box(1000, 1000, 600, 400)]
    expect(wayOf(area, photo, undefined)).toBe('part')
    expect(wayOf(area, photo, 'whole')).toBe('whole')
    expect(wayOf([box(0, 0, 3600, 2800)], photo, 'part')).toBe('whole')
  })

  test('is frozen with its document and what is sent of the image', () => {
    const area = [box(1000, 1000, 600, 400)]
    expect(freezeArea(documentOf(...area), photo, 'whole')).toEqual({
      edit: {
        document: documentOf(...area),
        way: 'whole',
        rect: [0, 0, 4000, 3000],
        sent: { width: 4000, height: 3000 },
        marks: 'none',
      },
    })
    const part = freeze(...area)
    if (!('edit' in part)) throw new Error(part.objection)
    const [x, y, width, height] = part.edit.rect
    expect([x <= 1000, y <= 1000, x + width >= 1600, y + height >= 1400]).toEqual([true, true, true, true])
    expect(part.edit.sent).toEqual({ width, height })
  })

  test('that cannot be sent says why', () => {
    const reasons = [
      [freeze(), /empty/],
      [freeze(box(5000, 10, 100, 100)), /empty/],
      [freeze(box(0, 0, 4000, 3000)), /whole image/],
      [freeze(box(100, 100, 1, 1)), /empty|too small/],
      [freezeArea(documentOf(box(9, 9, 999, 999)), { width: 8000, height: 7000 }, undefined), /50 MP/],
    ] as const
    for (const [frozen, reason] of reasons) expect(frozen).toEqual({ objection: expect.stringMatching(reason) })
  })
})
