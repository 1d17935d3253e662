import 'fake-indexeddb/auto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import type { PictureId, RunId } from '#domain/ids.ts'
import { createFinder } from '#library/find/finder.ts'
import { type FinderClient, openFinder } from '#library/find/open-finder.ts'
import { everything } from '#library/find/query.ts'
import { openSearch, type Search } from '#library/find/search.ts'
import type { Database } from '#store/database.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { StoredPicture } from '#store/schema.ts'
import type { GalleryStore } from '#store/store.ts'
import { eventually } from '../../../support/eventually.ts'
import { rowsOf } from '../../../support/find-corpus.ts'
import {
  areaOrigins,
  madeOrigin,
  newPicture,
  pictureIds,
  savedRun,
  workingRun,
} from '../../../support/gallery-records.ts'
import { createPixelProcessor } from '../../../support/light-images.ts'
import { openRaw } from '../../../support/raw-database.ts'

const processor = createPixelProcessor()

let name: string
let store: GalleryStore
const opened: { close(): void }[] = []

async function openStore(): Promise<GalleryStore> {
  const other = await openGallery({ name, processor })
  opened.push(other)
  return other
}

async function openOwn(from = store, onChange: () => void = () => undefined): Promise<Search> {
  const search = await openSearch(await from.search.rows(), onChange)
  opened.push(search)
  return search
}

function openClient(from = store): FinderClient {
  const client = openFinder(from.search)
  opened.push(client)
  return client
}

beforeEach(async () => {
  name = `search-${crypto.randomUUID()}`
  store = await openStore()
})
afterEach(() => {
  vi.restoreAllMocks()
  for (const each of opened.splice(0).reverse()) each.close()
})

const add = (id: string, prompt = id, createdAt = 1_000) =>
  store.addPicture(newPicture(id, new Blob(['x']), { prompt, createdAt }))

const gallery = (search: Search) => {
  const { result } = search.find(everything)
  return search.ids(result)
}

/** Contents of the store `ledger`: the snapshot's generation, and the ids of the marked images. */
async function ledger(): Promise<{ generation: number | undefined; marked: string[] }> {
  const raw = await openRaw(name)
  const records = raw.transaction('ledger').objectStore('ledger')
  const answer = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const stored = (await answer(records.get([0]))) as { generation: number } | undefined
  const keys = (await answer(records.getAllKeys(IDBKeyRange.bound([1], [2])))) as [number, string][]
  raw.close()
  return { generation: stored?.generation, marked: keys.map(([, id]) => id) }
}

describe('search over the store', () => {
  it('knows what was stored before it was opened, and what comes, changes and goes afterwards', async () => {
    await add('old', 'a red fox', 1)
    const changed = vi.fn()
    const search = await openOwn(store, changed)
    expect(gallery(search)).toEqual(['old'])
    await add('new', 'a blue fox', 2)
    await eventually(() => expect(gallery(search)).toEqual(['new', 'old']))
    expect(changed).toHaveBeenCalled()
    await store.moveToBin(pictureIds('old'))
    await eventually(() => expect(gallery(search)).toEqual(['new']))
    expect(search.count({ ...everything, shelf: 'bin', text: 'red' })).toBe(1)
    await store.deleteForEver(pictureIds('old'))
    await eventually(() => expect(search.count({ ...everything, shelf: 'bin' })).toBe(0))
  })

  it('follows changes in another window', async () => {
    const search = await openOwn(await openStore())
    await add('from another window')
    await eventually(() => expect(gallery(search)).toEqual(['from another window']))
  })

  it('reads a change that could not be read again with the next one', async () => {
    const rows = await store.search.rows()
    const read = vi.spyOn(rows, 'imagesById').mockRejectedValueOnce(new Error('closed'))
    const search = await openSearch(rows, () => undefined)
    opened.push(search)
    await add('one')
    await eventually(() => expect(read).toHaveBeenCalledTimes(1))
    await add('two')
    await eventually(() => expect(search.find(everything).total).toBe(2))
  })

  it('does not answer requests for an older result', async () => {
    await add('one')
    const search = await openOwn()
    const { result } = search.find(everything)
    search.find({ ...everything, text: 'two' })
    expect(search.items(result, 0, 10)).toBeUndefined()
    expect(search.ids(result)).toBeUndefined()
  })

  it('leaves out images of runs that are shown separately, as soon as they are stored', async () => {
    await add('one')
    const search = await openOwn()
    await store.saveRun(workingRun('run-1'))
    await store.settle(savedRun('run-1', ['two']), [
      newPicture('two', new Blob(['x']), { origin: madeOrigin('run-1') }),
    ])
    await eventually(() => expect(search.count(everything)).toBe(2))
    const found = search.find(everything, { without: { ids: [], runs: ['run-1' as RunId] } })
    expect(found).toMatchObject({ total: 1, images: 2 })
    expect(search.ids(found.result)).toEqual(['one'])
    expect(search.find(everything, { without: { ids: pictureIds('one'), runs: [] } }).total).toBe(1)
  })

  it('counts an edit of an area once: by its laid-in image, not by the answer', async () => {
    const origins = areaOrigins('photo', 'run-1')
    const about = { createdAt: 2_000, prompt: 'a hat' }
    await add('photo')
    await store.addPicture(
      newPicture('answer', new Blob(['x']), { ...about, origin: origins.answer, parents: pictureIds('photo') }),
    )
    const search = await openOwn()
    expect(gallery(search)).toEqual(['answer', 'photo'])
    await store.addPicture(
      newPicture('laid', new Blob(['x']), { ...about, origin: origins.laid, parents: pictureIds('photo', 'answer') }),
    )
    const [answer, laid] = pictureIds('answer', 'laid') as [PictureId, PictureId]
    await store.recordLaying(answer, { kind: 'laid', picture: laid })
    await eventually(() => expect(gallery(search)).toEqual(['laid', 'photo']))
    const hats = { ...everything, text: 'hat' }
    expect(search.find(hats)).toMatchObject({ total: 1, images: 1, facets: { models: [{ count: 1 }] } })
    await search.tidy()
    expect(gallery(await openOwn())).toEqual(['laid', 'photo'])
    await store.moveToBin([laid])
    await eventually(() => expect(gallery(search)).toEqual(['photo']))
    expect(search.count({ ...everything, shelf: 'bin' })).toBe(1)
  })

  it('is asked by the page without a worker where there is none', async () => {
    await add('one', 'a red fox and a heron')
    const client = openClient()
    const { result, total } = await client.find({ ...everything, text: 'fox' })
    expect(total).toBe(1)
    expect(await client.items(result, 0, 5)).toEqual([{ id: 'one', width: 1, height: 1 }])
    expect(await client.placesOf(result, pictureIds('one', 'two'))).toEqual([0, undefined])
    expect(await client.suggestion('heroin')).toBe('heron')
  })
})

describe('a suggestion', () => {
  it('is given up when something else is searched, which never waits for it', async () => {
    await add('one', 'a red fox and a heron')
    const search = await openOwn()
    expect(search.find({ ...everything, text: 'heroin' }).total).toBe(0)
    const given = search.suggestion('heroin')
    // The same text again, as after a change of the images.
    search.find({ ...everything, text: 'heroin' })
    expect(await given).toBe('heron')
    const late = search.suggestion('heroin')
    expect(search.find({ ...everything, text: 'fox' }).total).toBe(1)
    expect(await late).toBeUndefined()
  })

  it('reads many texts in many steps', () => {
    const finder = createFinder()
    finder.put(rowsOf(1_000))
    const steps = [...finder.suggestion('zzzzzzzz')]
    expect(steps.length).toBeGreaterThanOrEqual(4)
  })
})

describe('what search stores', () => {
  it('marks every image that is written, until a snapshot knows it', async () => {
    await add('one')
    await add('two')
    await store.moveToBin(pictureIds('two'))
    expect((await ledger()).marked).toEqual(['one', 'two'])
    const search = await openOwn()
    await search.tidy()
    expect(await ledger()).toEqual({ generation: 1, marked: [] })
    await store.deleteForEver(pictureIds('two'))
    expect(await ledger()).toEqual({ generation: 1, marked: ['two'] })
  })

  it('starts from the snapshot and the marked images, and reads no other', async () => {
    for (const id of ['one', 'two', 'three']) await add(id)
    await (await openOwn()).tidy()
    await store.moveToBin(pictureIds('two'))
    const rows = await store.search.rows()
    const pages = vi.spyOn(rows, 'pages')
    const search = await openSearch(rows, () => undefined)
    expect(gallery(search)).toEqual(['one', 'three'])
    expect(pages).not.toHaveBeenCalled()
  })

  it('keeps a marker that was set again after the snapshot was made', async () => {
    await add('one')
    const rows = await store.search.rows()
    const { markers } = await rows.start()
    await store.moveToBin(pictureIds('one'))
    expect(await rows.fold(0, { any: 'snapshot' }, markers)).toBe(1)
    expect(await ledger()).toEqual({ generation: 1, marked: ['one'] })
  })

  it('does not replace a snapshot of another window by one that knows less', async () => {
    await add('one')
    const [first, second] = [await openOwn(), await openOwn()]
    await first.tidy()
    await second.tidy()
    expect((await ledger()).generation).toBe(1)
  })

  it('is built anew when it cannot be read, or when it does not hold as many images as the store', async () => {
    await add('one')
    await add('two')
    const rows = await store.search.rows()
    await rows.fold(0, { v: 99 }, (await rows.start()).markers)
    const search = await openOwn()
    expect(gallery(search)).toEqual(['one', 'two'])
    await search.tidy()
    expect((await ledger()).generation).toBe(2)

    // Written without notifying search.
    const raw = await openRaw(name)
    const transaction = raw.transaction('pictures', 'readwrite')
    transaction.objectStore('pictures').delete('one')
    await new Promise((resolve) => transaction.addEventListener('complete', resolve))
    raw.close()
    const later = await openOwn()
    expect(gallery(later)).toEqual(['one', 'two'])
    await later.tidy()
    expect(gallery(later)).toEqual(['two'])
  })

  it('equals search built from all images, after any acts', async () => {
    const act = fc.record({
      what: fc.constantFrom('add', 'bin', 'restore', 'delete', 'tidy', 'reopen'),
      id: fc.constantFrom('a', 'b', 'c', 'd'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
        name = `search-${crypto.randomUUID()}`
        store = await openStore()
        let search = await openOwn()
        for (const { what, id } of acts) {
          if (what === 'add') await add(id)
          if (what === 'bin') await store.moveToBin([id as PictureId])
          if (what === 'restore') await store.restore([id as PictureId])
          if (what === 'delete') await store.deleteForEver([id as PictureId])
          if (what === 'tidy') await search.tidy()
          if (what === 'reopen') search = await openOwn()
        }
        const ids = (shelf: 'gallery' | 'bin') => search.ids(search.find({ ...everything, shelf }).result)
        const stored = async (shelf: 'gallery' | 'bin') => (await store.pictures(shelf, 100)).map((each) => each.id)
        await eventually(async () => {
          expect(ids('gallery')).toEqual(await stored('gallery'))
          expect(ids('bin')).toEqual(await stored('bin'))
        })
        const again = await openOwn()
        expect(again.ids(again.find(everything).result)).toEqual(ids('gallery'))
      }),
      { numRuns: 20 },
    )
  })
})

/** Only for the compiler: code that would write an image's record without notifying search. */
function refusedWrites(database: Database, record: StoredPicture) {
  return database.write(['pictures'], async (transaction) => {
    // @ts-expect-error
    await transaction.objectStore('pictures').put(record)
    // @ts-expect-error
    await transaction.objectStore('pictures').delete(record.id)
  })
}

it('is notified of every write of a record: other ways do not compile', () => {
  expectTypeOf(refusedWrites).returns.resolves.toBeVoid()
})
