// @vitest-environment happy-dom
import 'fake-indexeddb/auto'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, renderHook, waitFor } from '@testing-library/react'
import { createElement, type ReactNode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { ImageProcessor } from '#store/image-processor.ts'
import { useLedger } from '#store/ledger-queries.ts'
import { StoreContext, useOpenRuns, usePicture, usePictures, useStoreHealth, watchStore } from '#store/queries.ts'
import { useFamily, useOriginal } from '#store/stage-queries.ts'
import type { GalleryStore } from '#store/store.ts'
import { useThumbnail } from '#store/thumbnail-queries.ts'
import {
  failedRun,
  idsOf,
  madeOrigin,
  newPicture,
  pictureIds,
  queuedRun,
  savedRun,
  workingRun,
} from '../../support/gallery-records.ts'
import { openRaw } from '../../support/raw-database.ts'

/** The first bytes of a JPEG, because the format is detected from the bytes. */
const head = Buffer.from('ffd8ff', 'hex')
const thumbnailUrl = `data:image/jpeg;base64,${head.toString('base64')}`

const plainProcessor: ImageProcessor = {
  async process(given) {
    const kept = Buffer.concat([head, Buffer.from(await given.arrayBuffer())])
    return {
      mime: 'image/jpeg',
      width: 1,
      height: 1,
      sizeBytes: given.size,
      base64: kept.toString('base64'),
      bytes: new Uint8Array(kept),
      thumbnail: { mime: 'image/jpeg', base64: head.toString('base64') },
    }
  },
}

let name: string
let store: GalleryStore
let client: QueryClient
let unwatch: () => void

beforeEach(async () => {
  name = `queries-${crypto.randomUUID()}`
  store = await openGallery({ name, processor: plainProcessor })
  client = new QueryClient()
  unwatch = watchStore(store, client)
})

afterEach(() => {
  cleanup()
  unwatch()
  client.clear()
  store.close()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

function show<T>(hook: () => T) {
  const wrapper = ({ children }: { children: ReactNode }) =>
    createElement(QueryClientProvider, { client }, createElement(StoreContext, { value: store }, children))
  return renderHook(hook, { wrapper }).result
}

const add = (id: string, createdAt: number, about: Parameters<typeof newPicture>[2] = {}) =>
  store.addPicture(newPicture(id, new Blob([id]), { createdAt, ...about }))

function withResolvers() {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

/** Waits for the expected effect of a change, then for possible further effects. */
const settled = () => waitFor(() => expect(client.isFetching()).toBe(0))

test('an empty shelf is pending, then empty and complete', async () => {
  const shown = show(() => usePictures('gallery'))
  expect(shown.current).toMatchObject({ pictures: [], complete: false, isPending: true })
  await waitFor(() => expect(shown.current).toMatchObject({ pictures: [], complete: true, isPending: false }))
})

test('a shelf shows its newest images and reads no others, however many there are', async () => {
  for (let index = 0; index < 150; index += 1) await add(`p${index}`, index)
  const read = vi.spyOn(store, 'pictures')
  const shown = show(() => usePictures('gallery'))
  await waitFor(() => expect(shown.current.pictures).toHaveLength(60))
  await settled()
  expect(shown.current.complete).toBe(false)
  expect(shown.current.pictures.map(({ createdAt }) => createdAt)).toEqual(
    Array.from({ length: 60 }, (_, i) => 149 - i),
  )
  expect(read.mock.calls).toEqual([['gallery', 60]])
})

test('a new picture takes its place by reading only itself; the others stay the same objects', async () => {
  for (const at of [1, 2, 4]) await add(`p${at}`, at)
  const shown = show(() => usePictures('gallery'))
  await waitFor(() => expect(shown.current.complete).toBe(true))
  const [, second] = shown.current.pictures
  const reads = vi.spyOn(IDBObjectStore.prototype, 'get')
  const lists = vi.spyOn(IDBIndex.prototype, 'getAll')
  await add('p3', 3)
  reads.mockClear()
  await waitFor(() => expect(idsOf(shown.current.pictures)).toEqual(['p4', 'p3', 'p2', 'p1']))
  expect(shown.current.pictures[2]).toBe(second)
  expect(reads.mock.calls).toEqual([['p3']])
  expect(lists).not.toHaveBeenCalled()
})

test('changes among the newest images are shown, and of older ones those that runs have made', async () => {
  for (let index = 0; index < 130; index += 1) await add(`p${index}`, index)
  const shown = show(() => usePictures('gallery'))
  await waitFor(() => expect(shown.current.pictures).toHaveLength(60))
  await add('deep', 10.5)
  await store.moveToBin(pictureIds('p129', 'p5'))
  await add('between', 100.5)
  await waitFor(() => expect(idsOf(shown.current.pictures).slice(0, 2)).toEqual(['p128', 'p127']))
  await waitFor(() => expect(idsOf(shown.current.pictures)).toContain('between'))
  expect(idsOf(shown.current.pictures)).not.toContain('deep')
  await store.saveRun(workingRun('late', 3))
  const origin = madeOrigin('late')
  await store.settle(savedRun('late', ['late-0'], 3), [newPicture('late-0', new Blob(['a']), { createdAt: 3, origin })])
  await waitFor(() => expect(idsOf(shown.current.arrived)).toEqual(['late-0']))
})

test('the newest images are read again when most of them were moved away', async () => {
  for (let index = 0; index < 130; index += 1) await add(`p${index}`, index)
  const shown = show(() => usePictures('gallery'))
  await waitFor(() => expect(shown.current.pictures).toHaveLength(60))
  await store.moveToBin(shown.current.pictures.slice(0, 40).map(({ id }) => id))
  await waitFor(() => expect(shown.current.pictures[0]?.createdAt).toBe(89))
  expect(shown.current.pictures).toHaveLength(60)
})

test.each(['a database', 'memory'])('a change while a shelf is first read from %s is not lost', async (place) => {
  if (place === 'memory') {
    vi.stubGlobal('indexedDB', undefined)
    store.close()
    store = await openGallery({ processor: plainProcessor })
  }
  const gate = withResolvers()
  const slow: GalleryStore = {
    ...store,
    async pictures(...page) {
      const read = await store.pictures(...page)
      await gate.promise
      return read
    },
  }
  watchStore(slow, client)
  const wrapper = ({ children }: { children: ReactNode }) =>
    createElement(QueryClientProvider, { client }, createElement(StoreContext, { value: slow }, children))
  const shown = renderHook(() => usePictures('gallery'), { wrapper }).result
  await waitFor(() => expect(client.isFetching()).toBe(1))
  await add('p', 1)
  gate.resolve()
  await waitFor(() => expect(idsOf(shown.current.pictures)).toEqual(['p']))
})

test('a picture moved to the bin leaves its shelf and is in the bin, and back', async () => {
  for (const at of [1, 2, 3]) await add(`p${at}`, at)
  const shown = show(() => ({ gallery: usePictures('gallery'), bin: usePictures('bin') }))
  await waitFor(() => expect(shown.current.gallery.complete && shown.current.bin.complete).toBe(true))
  await store.moveToBin(pictureIds('p2'))
  await waitFor(() => expect(idsOf(shown.current.bin.pictures)).toEqual(['p2']))
  expect(idsOf(shown.current.gallery.pictures)).toEqual(['p3', 'p1'])
  await store.restore(pictureIds('p2'))
  await waitFor(() => expect(idsOf(shown.current.gallery.pictures)).toEqual(['p3', 'p2', 'p1']))
  expect(shown.current.bin.pictures).toEqual([])
})

test('a run turns into its picture in one step: neither both are shown nor none', async () => {
  await store.saveRun(workingRun('a'))
  const seen: string[] = []
  const shown = show(() => {
    const runs = useOpenRuns()
    const { pictures, complete } = usePictures('gallery')
    if (complete) seen.push(`${runs.length} run, ${pictures.length} picture`)
    return { runs, pictures }
  })
  await waitFor(() => expect(shown.current.runs).toHaveLength(1))
  await settled()
  await store.settle(savedRun('a', ['a-0']), [newPicture('a-0', new Blob(['a']))])
  await waitFor(() => expect(shown.current.pictures).toHaveLength(1))
  expect(new Set(seen.slice(seen.indexOf('1 run, 0 picture')))).toEqual(
    new Set(['1 run, 0 picture', '0 run, 1 picture']),
  )
})

test('the ledger and the open runs follow every step', async () => {
  const shown = show(() => ({ open: useOpenRuns(), ledger: useLedger(5) }))
  await store.saveRun(queuedRun('a'))
  await waitFor(() => expect(shown.current.open.map(({ state: { phase } }) => phase)).toEqual(['queued']))
  await store.saveRun(failedRun('a'))
  await waitFor(() => expect(shown.current.open.map(({ state: { phase } }) => phase)).toEqual(['failed']))
  await store.amendRun(failedRun('a').id, (run) => ({ ...run, marks: { ...run.marks, dismissed: true } }))
  await waitFor(() => expect(shown.current.open).toEqual([]))
  await waitFor(() =>
    expect(shown.current.ledger).toEqual([{ ...failedRun('a'), marks: { ...failedRun('a').marks, dismissed: true } }]),
  )
})

test('one picture and its children follow what is stored', async () => {
  await add('base', 1)
  const shown = show(() => ({
    picture: usePicture('base' as PictureId),
    family: useFamily('base' as PictureId),
    none: usePicture(undefined),
  }))
  await waitFor(() => expect(shown.current.picture?.id).toBe('base'))
  await add('child', 2, { parents: pictureIds('base') })
  await waitFor(() => expect(shown.current.family?.map(({ id }) => id)).toEqual(['base', 'child']))
  await store.deleteForEver(pictureIds('base', 'child'))
  await waitFor(() => expect(shown.current).toMatchObject({ picture: undefined, none: undefined }))
})

test('a family is read from its first ancestor on, whichever image is asked for, and keeps up', async () => {
  await add('photo', 1)
  await add('night', 2, { parents: pictureIds('photo') })
  await add('snow', 3, { parents: pictureIds('night') })
  await add('poster', 4, { parents: pictureIds('other', 'night') })
  const shown = show(() => useFamily('snow' as PictureId))
  const read = () => shown.current?.map(({ id, parentId }) => `${id} < ${parentId ?? ''}`)
  await waitFor(() => expect(read()).toEqual(['photo < ', 'night < photo', 'snow < night']))
  await add('rain', 5, { parents: pictureIds('night') })
  await waitFor(() => expect(read()).toEqual(['photo < ', 'night < photo', 'snow < night', 'rain < night']))
  await store.moveToBin(pictureIds('rain'))
  await store.deleteForEver(pictureIds('photo'))
  await waitFor(() => expect(read()).toEqual(['photo < ', 'night < photo', 'snow < night']))
  expect(shown.current?.[0]?.picture).toBeUndefined()
})

test('a picture chosen from a list is there without reading', async () => {
  await add('p', 1)
  const list = show(() => usePictures('gallery'))
  await waitFor(() => expect(list.current.complete).toBe(true))
  const reads = vi.spyOn(IDBObjectStore.prototype, 'get')
  expect(show(() => usePicture('p' as PictureId)).current).toBe(list.current.pictures[0])
  expect(reads).not.toHaveBeenCalled()
})

test('thumbnails that come into sight together are read in one transaction, and not again', async () => {
  for (const at of [1, 2, 3]) await add(`p${at}`, at)
  const begun = vi.spyOn(IDBDatabase.prototype, 'transaction')
  const hook = () => pictureIds('p1', 'p2', 'p3').map((id) => useThumbnail(id))
  const shown = show(hook)
  expect(shown.current).toEqual([undefined, undefined, undefined])
  await waitFor(() => expect(shown.current).toEqual(Array(3).fill(thumbnailUrl)))
  expect(show(hook).current).toEqual(Array(3).fill(thumbnailUrl))
  expect(begun.mock.calls.filter(([stores]) => [...stores].includes('thumbnails'))).toHaveLength(1)
})

test('a thumbnail asked for before its picture is stored comes with it', async () => {
  const shown = show(() => useThumbnail('p' as PictureId))
  // Reads are done in order, so the hook's own read has finished by then.
  await store.thumbnails(pictureIds('p'))
  await add('p', 1)
  await waitFor(() => expect(shown.current).toBe(thumbnailUrl))
})

test('T11 an original has an address as long as it is shown, and says when it is gone', async () => {
  const made = vi.spyOn(URL, 'createObjectURL')
  const revoked = vi.spyOn(URL, 'revokeObjectURL')
  await add('p', 1)
  const shown = show(() => useOriginal('p' as PictureId))
  const bin = show(() => usePictures('bin'))
  await waitFor(() => expect(shown.current.url).toBeDefined())
  await waitFor(() => expect(bin.current.complete).toBe(true))
  expect((await shown.current.bytes?.text())?.slice(-1)).toBe('p')
  await store.moveToBin(pictureIds('p'))
  await waitFor(() => expect(bin.current.pictures).toHaveLength(1))
  await settled()
  expect(made).toHaveBeenCalledTimes(1)
  await store.deleteForEver(pictureIds('p'))
  await waitFor(() => expect(shown.current).toEqual({ url: undefined, bytes: undefined, missing: true }))
  cleanup()
  expect(revoked.mock.calls.flat()).toEqual(made.mock.results.map(({ value }) => value))
})

test('what happens in another window is shown here', async () => {
  const other = await openGallery({ name, processor: plainProcessor })
  const shown = show(() => usePictures('gallery'))
  await waitFor(() => expect(shown.current.complete).toBe(true))
  await other.addPicture(newPicture('p', new Blob(['p'])))
  await waitFor(() => expect(idsOf(shown.current.pictures)).toEqual(['p']))
  other.close()
})

test('the health of the store is shown as it changes', async () => {
  const shown = show(() => useStoreHealth())
  expect(shown.current).toBe('ok')
  const newer = await openRaw(name, 9)
  await waitFor(() => expect(shown.current).toBe('outdated'))
  newer.close()
})
