import { expect, test } from 'vitest'
import { emptyDocument, type Mark } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { adoptEdits } from '#workspace/edits.ts'

const photo = 'photo' as PictureId
const pin: Mark = { id: 'm1', n: 1, colour: 'violet', note: '', kind: 'pin', at: [3, 4] }

test('of stored edits, marks that could not be drawn are left out and the rest is kept', () => {
  const document = { ...emptyDocument(photo), marks: [pin] }
  const damaged = [{ ...pin, colour: 'teal' }, { ...pin, at: undefined }, { ...pin, n: 'one' }, null, 'mark']
  const stored = { [photo]: { document: { ...document, marks: [...damaged, pin] }, way: 'part' } }
  expect(adoptEdits(stored)).toEqual({ [photo]: { document, way: 'part' } })
})

test('stored edits of another form are left out', () => {
  const document = emptyDocument(photo)
  for (const damaged of [null, [], 'edits', { photo: null }, { photo: { document: { ...document, v: 2 } } }]) {
    expect(adoptEdits(damaged)).toEqual({})
  }
  expect(adoptEdits({ other: { document } })).toEqual({})
})
