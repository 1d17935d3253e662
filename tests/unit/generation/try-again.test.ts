import { beforeEach, describe, expect, test } from 'vitest'
import type { BatchId, PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Recipe, Run } from '#domain/run.ts'
import { adoptTask } from '#generation/adopt.ts'
import { tryAgain } from '#generation/again.ts'
import { createBatch, toBatch } from '#generation/batch.ts'
import { findFamily } from '#models/catalogue.ts'
import { openMemoryStore } from '#store/memory-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { failedRun, madeOrigin, newPicture, workingRun } from '../../support/gallery-records.ts'
import { lightProcessor } from '../../support/light-images.ts'

// Runs that are made of others, without driving them.
const nowMs = 50_000
const draft = { ...findFamily('flux-kontext')?.defaults, prompt: 'a red fox' }
const recipe: Recipe = { family: 'flux-kontext', draft, sources: [] }
const refused: Run = { ...failedRun('a'), recipe }

let store: GalleryStore
let ports: Parameters<typeof tryAgain>[0]
beforeEach(async () => {
  store = openMemoryStore(lightProcessor)
  ports = { store, now: () => nowMs, newId: () => 'new' }
  await store.saveRun(refused)
})

describe('another try of a run', () => {
  test('is a queued run of the same recipe, and takes the old one off the grid', async () => {
    const next = await tryAgain(ports, refused)
    expect(next).toStrictEqual({
      id: 'a-r1',
      recipe,
      marks: { createdAt: nowMs, priceCredits: 5, pace: 'flux-kontext-pro', again: true },
      state: { phase: 'queued' },
    })
    expect(await store.run(next.id)).toEqual(next)
    expect((await store.run(refused.id))?.marks.dismissed).toBe(true)
  })

  test('has the place of the old one in its batch', async () => {
    const batch = { id: 'batch-1' as BatchId, index: 2, of: 3 }
    const next = await tryAgain(ports, { ...refused, marks: { ...refused.marks, batch } })
    expect(next.marks.batch).toEqual(batch)
  })

  test.each<[string, Run, string]>([
    ['one that is under way', workingRun('a-r1'), 'a-r1'],
    ['one that failed within a second', failedRun('a-r1', nowMs - 999), 'a-r1'],
    ['one that failed a second ago: another', failedRun('a-r1', nowMs - 1_000), 'a-r2'],
    ['one that failed, by a clock that was set back a little', failedRun('a-r1', nowMs + 999), 'a-r1'],
    ['one that failed, by a clock that was set back further: another', failedRun('a-r1', nowMs + 1_000), 'a-r2'],
  ])('where there is %s', async (_, there, id) => {
    await store.saveRun(there)
    const next = await tryAgain(ports, refused)
    expect(next.id).toBe(id)
    if (id === 'a-r1') expect(next).toEqual(there)
  })
})

describe('a batch', () => {
  test('that is too large is refused with both numbers', async () => {
    const many = Array.from({ length: 1_001 }, () => recipe) as unknown as Parameters<typeof createBatch>[1]
    await expect(createBatch(ports, many)).rejects.toMatchObject({
      failure: {
        kind: 'invalid',
        issues: [{ field: 'batch', message: 'A batch can have up to 100 images. This one has 1,001.' }],
      },
    })
  })

  test('costs nothing for a model of another version', () => {
    expect(toBatch([{ ...recipe, family: 'gone' }, recipe]).priceCredits).toBe(5)
  })
})

describe('a task that is here only as an image', () => {
  /** Lists of 1,000 images each, as the store gives them; the image of the task is at the end of the last one. */
  test.each(['gallery', 'answers', 'bin'])('is found on a long list: %s', async (wanted) => {
    const pages: string[] = []
    const fox = { ...newPicture('fox', new Blob()), origin: { kind: 'dropped', fileName: 'fox.png', notes: [] } }
    const listed = (name: string) => Array.from({ length: 1_000 }, (_, index) => ({ ...fox, id: `${name}-${index}` }))
    const task = { provider: 'kie-kontext', taskId: 'task-9' as TaskId }
    const made = { ...fox, id: 'made' as PictureId, origin: { ...madeOrigin('x'), task } }
    store.pictures = (async (shelf: string, _limit: number, after?: { id: string }) => {
      pages.push(`${shelf} after ${after?.id}`)
      if (shelf !== wanted) return []
      return after ? [fox, made] : listed('first')
    }) as unknown as GalleryStore['pictures']
    expect(await adoptTask(ports, 'task-9', 'flux-kontext')).toEqual({ known: true, picture: 'made' })
    expect(pages.slice(-2)).toEqual([`${wanted} after undefined`, `${wanted} after first-999`])
  })

  test('is another one where only the image of another task is here', async () => {
    await store.addPicture(newPicture('other', new Blob(['x'], { type: 'image/png' }), { origin: madeOrigin('x') }))
    expect(await adoptTask(ports, 'task-9', 'flux-kontext')).toStrictEqual({
      known: false,
      run: {
        id: 'new' as RunId,
        recipe: { family: 'flux-kontext', draft: { ...draft, prompt: 'Task task-9' }, sources: [] },
        marks: { createdAt: nowMs, priceCredits: 0, pace: 'adopted' },
        state: { phase: 'working', sentAt: nowMs - 120_000, task: { provider: 'kie-kontext', taskId: 'task-9' } },
      },
    })
  })
})
