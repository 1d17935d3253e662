import { describe, expect, test } from 'vitest'
import { measureArea, wayOf } from '#acts/area-edit.ts'
import { freezeEdit, freezeRecipe } from '#acts/freeze-edit.ts'
import { type AreaStep, type EditDocument, emptyDocument, type Frame, type Mark, plainFrame } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Draft } from '#domain/run.ts'
import type { BaseEdit, Edits } from '#workspace/edits.ts'

const photo = { width: 4000, height: 3000 }
const id = 'photo' as PictureId
const box = (x: number, y: number, width: number, height: number): AreaStep => ({
  op: 'add',
  shape: { kind: 'box', box: [x, y, width, height] },
})
const documentOf = (...area: AreaStep[]) => ({ ...emptyDocument(id), area })
const framed = (frame: Partial<Frame>) => ({ ...emptyDocument(id), frame: { ...plainFrame, ...frame } })
const pad = (top: number, right: number, bottom: number, left: number) => framed({ pad: { top, right, bottom, left } })
const freeze = (document: EditDocument, size = photo) => freezeEdit(document, size, { marksAs: 'burnt' })
const pinAt = (x: number, y: number, n = 1): Mark => ({
  id: `m${n}`,
  n,
  colour: 'red',
  note: '',
  kind: 'pin',
  at: [x, y],
})

describe('an area', () => {
  test('is measured by the percentage of the image that is protected', () => {
    expect(measureArea([box(0, 0, 2000, 1080)], photo).protectedPercent).toBe(82)
    expect(measureArea([box(0, 0, 2000, 1080), { op: 'invert' }], photo).protectedPercent).toBe(18)
  })

  test('shows 100 or 0 only for exactly 100 or 0', () => {
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

  test('goes into the recipe with its document and the part that is sent', () => {
    const document = documentOf(box(1000, 1000, 600, 400))
    expect(freezeEdit(document, photo, { way: 'whole', marksAs: 'burnt' })).toEqual({
      edit: {
        document,
        way: 'whole',
        rect: [0, 0, 4000, 3000],
        sent: { width: 4000, height: 3000 },
        marks: 'none',
      },
    })
    const part = freeze(document)
    if (!('edit' in part)) throw new Error(part.objection)
    const [x, y, width, height] = part.edit.rect
    expect([x <= 1000, y <= 1000, x + width >= 1600, y + height >= 1400]).toEqual([true, true, true, true])
    expect(part.edit.sent).toEqual({ width, height })
  })

  test('that cannot be sent says why', () => {
    const crop = [0, 0, 500, 500] as const
    const reasons = [
      [freeze(documentOf(box(5000, 10, 100, 100))), /empty/],
      [freeze(documentOf(box(0, 0, 4000, 3000))), /whole image/],
      [freeze(documentOf(box(100, 100, 1, 1))), /too small/],
      [freeze(documentOf({ op: 'add', shape: { kind: 'brush', points: [100, 100], radius: 0.5 } })), /too small/],
      [freeze(documentOf(box(0, 0, 4000, 3000), { op: 'invert' })), /empty/],
      [freeze(documentOf(box(9, 9, 999, 999)), { width: 8000, height: 7000 }), /50 MP/],
      [freeze({ ...framed({ crop }), area: [box(2000, 2000, 300, 300)] }), /outside of the crop/],
    ] as const
    for (const [frozen, reason] of reasons) expect(frozen).toEqual({ objection: expect.stringMatching(reason) })
  })

  test('of a cropped image is measured in the crop', () => {
    const frozen = freeze({ ...framed({ crop: [1000, 1000, 800, 600] }), area: [box(1000, 1000, 200, 200)] })
    expect(frozen).toMatchObject({ edit: { way: 'whole', rect: [0, 0, 800, 600] } })
  })
})

describe('an extension', () => {
  test('is sent with the space around the image', () => {
    expect(freeze(pad(0, 1000, 0, 0))).toMatchObject({
      edit: { way: 'extend', rect: [0, 0, 5000, 3000], sent: { width: 5000, height: 3000 } },
    })
    const cropped = framed({ crop: [0, 0, 2000, 3000], pad: { top: 10, right: 0, bottom: 0, left: 300 } })
    expect(freeze(cropped)).toMatchObject({ edit: { way: 'extend', rect: [-300, -10, 2300, 3010] } })
  })

  test('has bounds, and names them', () => {
    expect(freeze(pad(0, 2000, 2000, 0))).toEqual({ objection: expect.stringMatching(/twice its size/) })
    expect(freeze(pad(0, 3, 0, 0))).toEqual({ objection: expect.stringMatching(/at least 8 pixels/) })
    expect(freeze(pad(0, 4000, 0, 0), { width: 7000, height: 7000 })).toEqual({
      objection: expect.stringMatching(/50 MP/),
    })
  })
})

describe('a crop that is applied when the form is sent', () => {
  test('is sent alone, whatever else was in the image', () => {
    expect(freeze(framed({ crop: [100, 50, 640, 480] }))).toMatchObject({
      edit: { way: 'whole', rect: [0, 0, 640, 480], sent: { width: 640, height: 480 }, marks: 'none' },
    })
    expect(freeze(framed({ turn: 90 }))).toMatchObject({ edit: { rect: [0, 0, 3000, 4000] } })
  })

  test('of 20 × 8,000 cannot be sent, and says so', () => {
    expect(freeze(framed({ crop: [0, 0, 20, 8000] }), { width: 9000, height: 8000 })).toEqual({
      objection: expect.stringMatching(/too long and narrow/),
    })
  })
})

describe('marks', () => {
  test('are sent in the form that the family needs', () => {
    const document = { ...emptyDocument(id), marks: [pinAt(100, 100)] }
    expect(freeze(document)).toMatchObject({ edit: { way: 'whole', marks: 'burnt' } })
    expect(freezeEdit(document, photo, { marksAs: 'reference' })).toMatchObject({ edit: { marks: 'reference' } })
  })

  test('outside of a crop that was made afterwards are named, and nothing is sent', () => {
    const document = { ...framed({ crop: [0, 0, 1000, 1000] }), marks: [pinAt(500, 500), pinAt(3000, 500, 2)] }
    expect(freeze(document)).toEqual({
      objection: 'Mark 2 lies outside of the crop. Move or delete it, or change the crop.',
    })
    const both = { ...document, marks: [...document.marks, pinAt(3000, 900, 3)] }
    expect(freeze(both)).toEqual({
      objection: 'Marks 2 and 3 lie outside of the crop. Move or delete them, or change the crop.',
    })
  })

  test('are bounded', () => {
    const marks = Array.from({ length: 21 }, (_, index) => pinAt(100, 100, index + 1))
    expect(freeze({ ...emptyDocument(id), marks })).toEqual({ objection: 'At most 20 marks can be sent. Delete some.' })
  })
})

describe('the sources of a form', () => {
  const recipeOf = (...sources: PictureId[]) => ({ family: 'flux-2', draft: { editRatio: '1:1' }, sources })
  const forArea = (draft: Draft) => ({ ...draft, editRatio: 'auto' })
  const [a, b] = ['a', 'b'] as [PictureId, PictureId]
  const sizes = new Map([a, b].map((source) => [source, photo]))
  const edits = {
    [a]: { document: { ...documentOf(box(500, 500, 2000, 900)), base: a } },
    [b]: {
      document: { ...framed({ crop: [0, 0, 700, 500] }), base: b, area: [box(0, 0, 90, 90)], marks: [pinAt(9, 9)] },
    },
  }

  test('are edited: the first one with all of its edits, the others only with their crop', () => {
    const frozen = freezeRecipe(recipeOf(a, b), edits, sizes, { marksAs: 'burnt', maxSources: 8, forArea })
    expect(frozen).toMatchObject({
      verb: 'Edit area',
      recipe: { draft: { editRatio: 'auto' }, edits: [{ document: { base: a } }, { way: 'whole', marks: 'none' }] },
    })
    expect(frozen.recipe.edits?.[1]?.document).toMatchObject({ base: b, area: [], marks: [] })
  })

  test('wait until they are read', () => {
    expect(freezeRecipe(recipeOf(a), edits, new Map(), { marksAs: 'burnt', maxSources: 1 })).toMatchObject({
      objection: 'Preparing the edit…',
    })
  })

  test('keep the ratio that was chosen where nothing is laid into them', () => {
    const cropped: Edits = { [b]: edits[b] as BaseEdit }
    const frozen = freezeRecipe(recipeOf(a, b), cropped, sizes, { marksAs: 'burnt', maxSources: 8, forArea })
    expect(frozen).toMatchObject({ verb: undefined, recipe: { draft: { editRatio: '1:1' } } })
  })

  test('leave room for the marked copy', () => {
    const marked = { [a]: { document: { ...emptyDocument(a), marks: [pinAt(9, 9)] } } }
    const family = { marksAs: 'reference', maxSources: 2 } as const
    expect(freezeRecipe(recipeOf(a), marked, sizes, family).objection).toBeUndefined()
    expect(freezeRecipe(recipeOf(a, b), marked, sizes, family).objection).toMatch(/at most 2 can be sent/)
  })
})
