import { describe, expect, it } from 'vitest'
import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { ratioOf, toRow } from '#library/find/row.ts'

const made: Picture = {
  id: 'p1' as PictureId,
  shelf: 'gallery',
  createdAt: 5,
  prompt: 'a fox',
  mime: 'image/png',
  width: 1392,
  height: 752,
  sizeBytes: 9,
  parents: ['p0' as PictureId],
  origin: {
    kind: 'made',
    run: 'r1' as RunId,
    recipe: { family: 'flux-2', draft: {}, sources: [] },
    model: 'Flux 2 Pro',
    provider: 'kie-jobs',
    task: { provider: 'kie-jobs', taskId: 't' as TaskId },
    index: 0,
    durationMs: 1,
    simulated: true,
  },
  marks: { star: true, rating: 4, tags: ['hero'], note: 'for Anna', colour: 'red', changedAt: 6 },
}

describe('what search knows of an image', () => {
  it('is taken from its record', () => {
    expect(toRow(made)).toEqual({
      id: 'p1',
      shelf: 'gallery',
      createdAt: 5,
      prompt: 'a fox',
      file: '',
      model: 'Flux 2 Pro',
      ratio: '16:9',
      width: 1392,
      height: 752,
      sizeBytes: 9,
      kind: 'made',
      simulated: true,
      edited: true,
      star: true,
      reject: false,
      rating: 4,
      colour: 'red',
      note: 'for Anna',
      tags: ['hero'],
      collections: [],
    })
  })

  it('names the file of an imported image, which has no model and no marks', () => {
    const { marks: _, ...bare } = made
    const dropped: Picture = { ...bare, parents: [], origin: { kind: 'dropped', fileName: 'IMG_1.HEIC', notes: [] } }
    expect(toRow(dropped)).toMatchObject({ file: 'IMG_1.HEIC', model: '', rating: 0, star: false, note: '', tags: [] })
  })

  it.each([
    [1024, 1024, '1:1'],
    [1568, 672, '21:9'],
    [880, 1184, '3:4'],
    [4000, 3000, '4:3'],
    [20, 8000, '9:21'],
  ])('calls %i × %i %s', (width, height, ratio) => {
    expect(ratioOf(width, height)).toBe(ratio)
  })
})
