import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import type { Run } from '#domain/run.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore, StoreChange } from '#store/store.ts'
import {
  areaOrigins,
  failedRun,
  idsOf,
  newPicture,
  pictureIds,
  queuedRun,
  savedRun,
  sendingRun,
  workingRun,
} from '../../support/gallery-records.ts'
import { paintedImage } from '../../support/images.ts'
import { nodeProcessor } from '../../support/node-processor.ts'

/** Tests for both stores: with a database and in memory. */
describe.each([{ kept: 'in a database' }, { kept: 'in memory' }])('a gallery $kept', ({ kept }) => {
  let store: GalleryStore
  let png: Blob
  let changes: StoreChange[]

  beforeEach(async () => {
    if (kept === 'in memory') vi.stubGlobal('indexedDB', undefined)
    store = await openGallery({ name: `gallery-${crypto.randomUUID()}`, processor: nodeProcessor })
    png = await paintedImage('png')
    changes = []
    store.subscribe((change) => changes.push(change))
  })

  afterEach(() => {
    store.close()
    vi.unstubAllGlobals()
  })

  const changedRuns = () => changes.flatMap((change) => (change.kind === 'runs' ? change.ids : []))

  test('says where it stores', () => {
    expect(store.health).toBe(kept === 'in memory' ? 'memory' : 'ok')
  })

  describe('runs', () => {
    test('open ones are those not saved and not dismissed, oldest first', async () => {
      await store.saveRun(workingRun('c', 30))
      await store.saveRun(queuedRun('a', 10))
      await store.saveRun(failedRun('b', 20))
      await store.saveRun(failedRun('d', 40))
      await store.amendRun(failedRun('d').id, (run) => ({ ...run, marks: { ...run.marks, dismissed: true } }))
      await store.settle(savedRun('e', ['e-0'], 50), [newPicture('e-0', png)])
      expect((await store.openRuns()).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    })

    test('the ledger has all of them, newest first, up to its limit', async () => {
      for (const at of [20, 10, 40, 30]) await store.saveRun(queuedRun(`at-${at}`, at))
      expect((await store.recentRuns(3)).map(({ id }) => id)).toEqual(['at-40', 'at-30', 'at-20'])
      expect((await store.recentRuns(9, 20)).map(({ id }) => id)).toEqual(['at-40', 'at-30', 'at-20'])
      expect((await store.recentRuns(2, 20)).map(({ id }) => id)).toEqual(['at-40', 'at-30'])
      expect(await store.recentRuns(9, 41)).toEqual([])
    })

    test('come back as they were given', async () => {
      const run = {
        ...workingRun('a'),
        state: { ...workingRun('a').state, trouble: { kind: 'unavailable', detail: 'Down.' } as const },
      }
      await store.saveRun(run)
      expect(await store.run(run.id)).toEqual(run)
    })

    test('a step back is not written and the stored run comes back', async () => {
      await store.saveRun(workingRun('a'))
      changes.length = 0
      expect(await store.saveRun(sendingRun('a'))).toEqual(workingRun('a'))
      expect(await store.run(workingRun('a').id)).toEqual(workingRun('a'))
      expect(changes).toEqual([])
    })

    test('a refused submission may go back to waiting', async () => {
      await store.saveRun(sendingRun('a'))
      expect(
        (await store.saveRun({ ...queuedRun('a'), state: { ...queuedRun('a').state, sendsAt: 9 } })).state.phase,
      ).toBe('queued')
    })

    test('a step keeps what the user marked meanwhile', async () => {
      await store.saveRun(sendingRun('a'))
      await store.amendRun(sendingRun('a').id, (run) => ({
        ...run,
        marks: { ...run.marks, stopped: true, dismissed: true },
      }))
      await store.saveRun(workingRun('a'))
      expect(await store.run(workingRun('a').id)).toEqual({
        ...workingRun('a'),
        marks: { ...workingRun('a').marks, stopped: true, dismissed: true },
      })
    })

    test('a step keeps the marks that only the user sets, and adds none', async () => {
      await store.saveRun(sendingRun('a'))
      expect(await store.saveRun(workingRun('a'))).toStrictEqual(workingRun('a'))
      const user = { stopped: true, dismissed: true } as const
      await store.amendRun(workingRun('a').id, (run) => ({ ...run, marks: { ...run.marks, ...user } }))
      const { sentAt, task } = workingRun('a').state
      const ready: Run = {
        ...workingRun('a'),
        state: { phase: 'ready', sentAt, finishedAt: 9, task, imageUrls: ['https://a.b/c'], spareUrls: [] },
      }
      expect(await store.saveRun(ready)).toStrictEqual({ ...ready, marks: { ...ready.marks, ...user } })
    })

    test('an amendment takes marks away again, and writes nothing when nothing changed', async () => {
      await store.saveRun({ ...workingRun('a'), marks: { ...workingRun('a').marks, stopped: true } })
      const { id } = workingRun('a')
      await store.amendRun(id, (run) => {
        const { stopped: _stopped, ...marks } = run.marks
        return { ...run, marks }
      })
      expect(await store.run(id)).toEqual(workingRun('a'))
      changes.length = 0
      await store.amendRun(id, (run) => run)
      expect(changes).toEqual([])
    })

    test('an amendment of a run that is not there changes nothing', async () => {
      expect(await store.amendRun(queuedRun('gone').id, (run) => run)).toBeUndefined()
    })

    test('only a run of which nothing was sent can be removed', async () => {
      await store.saveRun(queuedRun('a'))
      await store.saveRun(sendingRun('b'))
      await store.removeRun(queuedRun('a').id)
      await expect(store.removeRun(sendingRun('b').id)).rejects.toMatchObject({ failure: { kind: 'storage' } })
      expect(idsOfRuns(await store.recentRuns(9))).toEqual(['b'])
      expect(changedRuns()).toEqual(['a', 'b', 'a'])
      await expect(store.removeRun(queuedRun('gone').id)).resolves.toBeUndefined()
      expect(changedRuns()).toHaveLength(3)
    })

    test('start together, and one that they replace is changed with them', async () => {
      await store.saveRun(failedRun('old', 5))
      await store.saveRun(workingRun('b', 20))
      changes.length = 0
      const started = await store.startRuns([queuedRun('a', 10), queuedRun('b', 20)], {
        id: failedRun('old').id,
        change: (run) => ({ ...run, marks: { ...run.marks, dismissed: true } }),
      })
      // One that is there already stays as it is.
      expect(started).toEqual([queuedRun('a', 10), workingRun('b', 20)])
      expect((await store.recentRuns(9)).map(({ id, state }) => [id, state.phase])).toEqual([
        ['b', 'working'],
        ['a', 'queued'],
        ['old', 'failed'],
      ])
      expect((await store.run(failedRun('old').id))?.marks.dismissed).toBe(true)
      expect(changedRuns()).toEqual(expect.arrayContaining(['a', 'old']))
      changes.length = 0
      await store.startRuns([queuedRun('c', 30)])
      expect(changes).toEqual([{ kind: 'runs', ids: ['c'] }])
    })

    test('start without one to replace, and do not take it a step back', async () => {
      const back = { id: workingRun('old').id, change: () => sendingRun('old') }
      expect(await store.startRuns([queuedRun('a')], back)).toEqual([queuedRun('a')])
      expect(await store.run(back.id)).toBeUndefined()
      await store.saveRun(workingRun('old'))
      expect(await store.startRuns([queuedRun('b')], back)).toEqual([queuedRun('b')])
      expect(await store.run(back.id)).toEqual(workingRun('old'))
      expect(await store.startRuns([])).toEqual([])
    })
  })

  describe('pictures', () => {
    test('settling keeps the run and its pictures, with their real size', async () => {
      await store.saveRun(workingRun('a'))
      const kept = await store.settle(savedRun('a', ['a-0', 'a-1']), [
        newPicture('a-0', png),
        newPicture('a-1', await paintedImage('jpeg', { width: 64, height: 20 })),
      ])
      expect(kept).toMatchObject([
        { id: 'a-0', mime: 'image/png', width: 40, height: 30, sizeBytes: png.size, prompt: 'a fox' },
        { id: 'a-1', mime: 'image/jpeg', width: 64, height: 20 },
      ])
      expect(await store.run(savedRun('a', ['a-0']).id)).toMatchObject({
        state: { phase: 'saved', pictures: ['a-0', 'a-1'] },
      })
      expect(kept).toEqual([...(await store.picturesById(pictureIds('a-0', 'a-1'))).values()])
      expect(Object.keys(kept[0] ?? {})).not.toContain('order')
    })

    test('D18 settling twice changes nothing, not even what was deleted since', async () => {
      const run = savedRun('a', ['a-0', 'a-1'])
      const made = [newPicture('a-0', png), newPicture('a-1', png)]
      await store.settle(run, made)
      await store.deleteForEver(pictureIds('a-1'))
      const again = await store.settle({ ...run, state: { ...run.state, finishedAt: 9_999 } }, [
        newPicture('a-0', await paintedImage('jpeg')),
        newPicture('a-1', png),
      ])
      expect(idsOf(again)).toEqual(['a-0'])
      expect((await store.picture('a-0' as PictureId))?.mime).toBe('image/png')
      expect(await store.run(run.id)).toEqual(run)
      expect(await store.countPictures('gallery')).toBe(1)
    })

    test('a run that has failed for good is not settled', async () => {
      await store.saveRun(failedRun('a'))
      const settling = store.settle(savedRun('a', ['a-0']), [newPicture('a-0', png)])
      await expect(settling).rejects.toMatchObject({ failure: { kind: 'storage' } })
      expect(await store.countPictures('gallery')).toBe(0)
    })

    test('bytes that are no picture keep everything as it was', async () => {
      await store.saveRun(workingRun('a'))
      const made = [newPicture('a-0', png), newPicture('a-1', new Blob(['<html>'], { type: 'image/png' }))]
      await expect(store.settle(savedRun('a', ['a-0', 'a-1']), made)).rejects.toMatchObject({
        failure: { kind: 'storage' },
      })
      expect(await store.run(workingRun('a').id)).toEqual(workingRun('a'))
      expect(await store.countPictures('gallery')).toBe(0)
      expect(await store.original('a-0' as PictureId)).toBeUndefined()
    })

    test('an original comes back byte for byte, and nothing comes for one that is gone', async () => {
      await store.addPicture(newPicture('p', png))
      const original = await store.original('p' as PictureId)
      expect(original?.type).toBe('image/png')
      expect(new Uint8Array((await original?.arrayBuffer()) as ArrayBuffer)).toEqual(
        new Uint8Array(await png.arrayBuffer()),
      )
      expect(await store.original('gone' as PictureId)).toBeUndefined()
    })

    test('a picture asked for in another format is converted once, on arrival', async () => {
      const kept = await store.addPicture({ ...newPicture('p', png), convertTo: 'image/jpeg' })
      const original = await store.original(kept.id)
      expect(kept.mime).toBe('image/jpeg')
      expect(original?.type).toBe('image/jpeg')
      expect(kept.sizeBytes).toBe(original?.size)
      const same = await store.addPicture({ ...newPicture('q', png), convertTo: 'image/png' })
      expect(same.sizeBytes).toBe(png.size)
    })

    test('adding a picture again gives the one that is there', async () => {
      const first = await store.addPicture(newPicture('p', png))
      expect(await store.addPicture(newPicture('p', await paintedImage('jpeg'), { prompt: 'other' }))).toEqual(first)
    })

    test('a shelf is read in pages, newest first, pictures of one moment by id', async () => {
      const moments = [5, 1, 4, 4, 3, 2]
      for (const [index, at] of moments.entries()) {
        await store.addPicture(newPicture(`p${index}-${at}`, png, { createdAt: at }))
      }
      await store.addPicture(newPicture('source', png, { shelf: 'sources', createdAt: 9 }))
      const first = await store.pictures('gallery', 2)
      const second = await store.pictures('gallery', 2, first[1])
      const third = await store.pictures('gallery', 9, second[1])
      expect([first, second, third].map(idsOf)).toEqual([
        ['p0-5', 'p2-4'],
        ['p3-4', 'p4-3'],
        ['p5-2', 'p1-1'],
      ])
      expect(await store.pictures('gallery', 2, third[1])).toEqual([])
      expect(await store.countPictures('gallery')).toBe(6)
      expect(await store.countPictures('sources')).toBe(1)
    })

    test('children are those made from a picture, oldest first, without those in the bin', async () => {
      const parents = pictureIds('base', 'other')
      await store.addPicture(newPicture('base', png))
      await store.addPicture(newPicture('late', png, { createdAt: 3, parents }))
      await store.addPicture(newPicture('early', png, { createdAt: 2, parents: pictureIds('base') }))
      await store.addPicture(newPicture('stranger', png, { parents: pictureIds('late') }))
      expect(idsOf(await store.childrenOf('base' as PictureId))).toEqual(['early', 'late'])
      await store.moveToBin(pictureIds('early'))
      expect(idsOf(await store.childrenOf('base' as PictureId))).toEqual(['late'])
    })

    test('thumbnails are small data addresses; missing ones are absent', async () => {
      await store.addPicture(newPicture('p', await paintedImage('png', { width: 1200, height: 900 })))
      const found = await store.thumbnails(pictureIds('p', 'gone'))
      expect([...found.keys()]).toEqual(['p'])
      const url = found.get('p' as PictureId) ?? ''
      expect(url).toMatch(/^data:image\/jpeg;base64,/)
      expect(url.length).toBeLessThan(30_000)
    })
  })

  describe('an answer that was laid into its source', () => {
    const [answer, laid, version] = ['answer', 'laid', 'version'] as [PictureId, PictureId, PictureId]
    const gallery = async () => idsOf(await store.pictures('gallery', 9))

    beforeEach(async () => {
      const origins = areaOrigins('photo', 'run-1')
      await store.addPicture(newPicture('photo', png, { shelf: 'sources' }))
      await store.addPicture(newPicture(answer, png, { origin: origins.answer, parents: pictureIds('photo') }))
      for (const [index, id] of [laid, version].entries()) {
        const about = { origin: origins.laid, createdAt: 2_000 + index }
        await store.addPicture(newPicture(id, png, { ...about, parents: pictureIds('photo', 'answer') }))
      }
      await store.recordLaying(answer, { kind: 'laid', picture: laid })
    })

    test('is kept beside the gallery, in the family of its source', async () => {
      expect(await gallery()).toEqual([version, laid])
      expect(await store.countPictures('gallery')).toBe(2)
      expect(idsOf(await store.childrenOf('photo' as PictureId))).toEqual([answer, laid, version])
      expect(await store.original(answer)).toBeDefined()
    })

    test('stays where it is when a laid-in image goes to the bin and comes back', async () => {
      await store.moveToBin([laid])
      expect(await store.countPictures('bin')).toBe(1)
      await store.restore([laid])
      expect(await gallery()).toEqual([version, laid])
      expect(await store.picture(answer)).toMatchObject({ shelf: 'answers' })
    })

    test('goes to the bin and comes back on its own', async () => {
      await store.moveToBin([answer])
      expect(idsOf(await store.pictures('bin', 9))).toEqual([answer])
      await store.restore([answer])
      expect(await store.picture(answer)).toMatchObject({ shelf: 'answers' })
      expect(await gallery()).toEqual([version, laid])
    })

    test('is deleted with the last image that was made from it, and not before', async () => {
      await store.deleteForEver([laid])
      expect(await store.picture(answer)).toBeDefined()
      await store.deleteForEver([version])
      expect(await store.picture(answer)).toBeUndefined()
      expect(await store.original(answer)).toBeUndefined()
      expect(await store.picture('photo' as PictureId)).toBeDefined()
    })

    test('is deleted from a shelf only where it is on that', async () => {
      await store.moveToBin([laid, version])
      await store.restore([laid])
      expect(await store.deleteForEver([laid, version, answer], 'bin')).toEqual([version])
      expect(await gallery()).toEqual([laid])
      expect(await store.picture(version)).toBeUndefined()
      expect(await store.original(laid)).toBeDefined()
      expect(await store.picture(answer)).toMatchObject({ shelf: 'answers' })
    })

    test('returns from the bin to the gallery when nothing that was made from it is left', async () => {
      await store.moveToBin([answer])
      await store.deleteForEver([laid, version])
      await store.restore([answer])
      expect(await gallery()).toEqual([answer])
    })

    test('stays in the gallery where the user has marked it before', async () => {
      const other = 'other' as PictureId
      await store.addPicture(newPicture(other, png, { origin: areaOrigins('photo', 'run-2').answer }))
      const star = { kind: 'image', field: 'isStarred', ids: [other], from: false, to: true } as const
      await store.acts.carryOut({ id: 'a', label: 'star', at: 1, window: 'w', apply: [star], invert: [] }, 'do')
      await store.recordLaying(other, { kind: 'laid', picture: laid })
      expect(await store.picture(other)).toMatchObject({ shelf: 'gallery', laying: { kind: 'laid' } })
    })

    test('that is laid in while it is in the bin returns beside the gallery', async () => {
      const origin = areaOrigins('photo', 'run-2').answer
      await store.addPicture(newPicture('other', png, { origin }))
      const other = 'other' as PictureId
      await store.moveToBin([other])
      await store.recordLaying(other, { kind: 'laid', picture: laid })
      expect(await store.picture(other)).toMatchObject({ shelf: 'bin' })
      await store.restore([other])
      expect(await store.picture(other)).toMatchObject({ shelf: 'answers' })
    })
  })

  describe('the bin', () => {
    beforeEach(async () => {
      for (const at of [1, 2, 3]) await store.addPicture(newPicture(`p${at}`, png, { createdAt: at }))
      await store.addPicture(newPicture('source', png, { shelf: 'sources' }))
    })

    test('keeps everything and gives it back to its old place', async () => {
      await store.moveToBin(pictureIds('p2', 'source'))
      expect(idsOf(await store.pictures('gallery', 9))).toEqual(['p3', 'p1'])
      expect(idsOf(await store.pictures('bin', 9))).toEqual(['source', 'p2'])
      expect(await store.original('p2' as PictureId)).toBeDefined()
      await store.restore(pictureIds('p2', 'source', 'p3'))
      expect(idsOf(await store.pictures('gallery', 9))).toEqual(['p3', 'p2', 'p1'])
      expect(idsOf(await store.pictures('sources', 9))).toEqual(['source'])
      expect(await store.countPictures('bin')).toBe(0)
    })

    test('moving twice does not forget where a picture came from', async () => {
      await store.moveToBin(pictureIds('source'))
      await store.moveToBin(pictureIds('source'))
      await store.restore(pictureIds('source'))
      expect((await store.picture('source' as PictureId))?.shelf).toBe('sources')
    })

    test('deleting for ever takes the picture, its thumbnail and its bytes; children keep their parent', async () => {
      await store.addPicture(newPicture('child', png, { parents: pictureIds('p1') }))
      await store.deleteForEver(pictureIds('p1'))
      expect(await store.picture('p1' as PictureId)).toBeUndefined()
      expect(await store.thumbnails(pictureIds('p1'))).toEqual(new Map())
      expect(await store.original('p1' as PictureId)).toBeUndefined()
      expect((await store.picture('child' as PictureId))?.parents).toEqual(['p1'])
    })

    test('samples leave in one act, also from the bin, and nothing else does', async () => {
      const origin = {
        kind: 'sample',
        model: 'Flux 2 Pro',
        recipe: { family: 'flux-2', draft: {}, sources: [] },
      } as const
      for (const id of ['s1', 's2', 's3']) await store.addPicture(newPicture(id, png, { origin }))
      await store.moveToBin(pictureIds('s2'))
      changes.length = 0
      await store.removeSamples()
      expect(changes).toEqual([{ kind: 'pictures', ids: ['s1', 's2', 's3'] }])
      expect(await store.countPictures('bin')).toBe(0)
      expect(idsOf(await store.pictures('gallery', 9))).toEqual(['p3', 'p2', 'p1'])
      expect(await store.original('s1' as PictureId)).toBeUndefined()
    })
  })

  test('listeners get the ids of every change until they leave', async () => {
    const heard: StoreChange[] = []
    const leave = store.subscribe((change) => heard.push(change))
    await store.settle(savedRun('a', ['a-0']), [newPicture('a-0', png)])
    await store.moveToBin(pictureIds('a-0'))
    leave()
    await store.restore(pictureIds('a-0'))
    expect(heard).toEqual([
      { kind: 'pictures', ids: ['a-0'] },
      { kind: 'runs', ids: ['a'] },
      { kind: 'pictures', ids: ['a-0'] },
    ])
  })
})

function idsOfRuns(runs: readonly { id: string }[]): string[] {
  return runs.map(({ id }) => id)
}
