import { expect, it } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { toStorageReport } from '#store/storage-report.ts'

const now = 1_764_000_000_000
const day = 86_400_000

function picture(id: string, change: Partial<Picture> = {}): Picture {
  return {
    id: id as PictureId,
    shelf: 'gallery',
    createdAt: now - 100 * day,
    prompt: id,
    mime: 'image/png',
    width: 4,
    height: 4,
    sizeBytes: 10,
    parents: [],
    origin: { kind: 'dropped', fileName: `${id}.png`, notes: [] },
    ...change,
  }
}

async function reportOf(pages: readonly (readonly Picture[])[], inForms: readonly string[] = []) {
  async function* given() {
    yield* pages
  }
  return toStorageReport(given(), inForms as PictureId[], now)
}

it('counts what there is, what came lately, and the bin', async () => {
  const report = await reportOf([
    [picture('old'), picture('binned', { shelf: 'bin', sizeBytes: 7 })],
    [
      picture('new', { createdAt: now - 12 * day, sizeBytes: 5 }),
      picture('newest', { createdAt: now - day, sizeBytes: 6 }),
    ],
  ])
  expect(report).toMatchObject({
    images: 4,
    sizeBytes: 28,
    recent: { sizeBytes: 11, days: 12 },
    bin: { ids: ['binned'], sizeBytes: 7 },
  })
})

it('finds images that were imported more than once, and never offers the last of them', async () => {
  const copy = (id: string, age: number, change: Partial<Picture> = {}) =>
    picture(id, { sha256: 'a'.repeat(64), createdAt: now - age * day, ...change })
  const plain = await reportOf([[copy('one', 3), copy('two', 2)], [copy('three', 1)]])
  expect(plain.duplicates).toEqual({ ids: ['three', 'two'] })
  const used = await reportOf(
    [
      [copy('one', 3), copy('form', 2), copy('starred', 1, { marks: { star: true, changedAt: 1 } })],
      [copy('parent', 1), picture('child', { parents: ['parent' as PictureId] })],
    ],
    ['form'],
  )
  expect(used.duplicates.ids).toEqual(['one'])
  const other = await reportOf([[copy('one', 3), copy('binned', 2, { shelf: 'bin' }), picture('unknown')]])
  expect(other.duplicates.ids).toEqual([])
})

it('counts a file that several images have once, and in the bin only if nothing else has it', async () => {
  const copy = (id: string, letter: string, change: Partial<Picture> = {}) =>
    picture(id, {
      sha256: letter.repeat(64),
      file: { name: id, orientation: 1, profile: 'srgb', hasAlpha: false },
      ...change,
    })
  const report = await reportOf([
    [copy('one', 'a'), copy('two', 'a', { shelf: 'bin' }), copy('three', 'b', { shelf: 'bin', createdAt: now - day })],
    [copy('four', 'b', { shelf: 'bin', createdAt: now - day }), picture('made', { shelf: 'bin', sizeBytes: 3 })],
  ])
  expect(report).toMatchObject({ images: 5, sizeBytes: 23, recent: { sizeBytes: 10 } })
  expect(report.bin).toEqual({ ids: ['two', 'three', 'four', 'made'], sizeBytes: 13 })
})
