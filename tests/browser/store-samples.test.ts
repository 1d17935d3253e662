import { afterEach, expect, test, vi } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { answerLayingOf } from '#generation/browser-laying.ts'
import { openGallery } from '#store/gallery-store.ts'
import { sampleList, sampleVariants } from '#store/sample-list.ts'
import type { GalleryStore } from '#store/store.ts'
import { idsOf, newPicture, pictureIds } from '../support/gallery-records.ts'
import { recordsOf } from '../support/raw-database.ts'

const opened: { store: GalleryStore; name: string }[] = []

async function open() {
  const name = `samples-${crypto.randomUUID()}`
  const store = await openGallery({ name })
  opened.push({ store, name })
  return { store, name }
}

afterEach(() => {
  vi.unstubAllGlobals()
  for (const { store, name } of opened.splice(0)) {
    store.close()
    indexedDB.deleteDatabase(name)
  }
})

test('the first samples come with the app: an edit chain with its parents, spread over days', async () => {
  const { store } = await open()
  await store.addSamples(6, () => undefined)
  const pictures = await store.pictures('gallery', 99)
  expect(new Set(pictures.map(({ prompt }) => prompt))).toEqual(new Set(sampleList.map(({ prompt }) => prompt)))
  const [first] = await store.childrenOf(pictureIds('sample-1')[0] as ReturnType<typeof pictureIds>[number])
  const [second] = first ? await store.childrenOf(first.id) : []
  expect([first?.prompt, second?.prompt]).toEqual([sampleList[1]?.prompt, sampleList[2]?.prompt])
  for (const picture of pictures) expect(picture.origin.kind).toBe('sample')
  expect(new Set(pictures.map(({ createdAt }) => new Date(createdAt).toDateString())).size).toBeGreaterThan(3)
  for (const { createdAt } of pictures) expect(createdAt).toBeLessThanOrEqual(Date.now())
})

test('any number of samples are distinct pictures, told as they are stored, and a second time adds nothing', async () => {
  const { store, name } = await open()
  const progress: number[] = []
  await store.addSamples(130, (done) => progress.push(done))
  expect(progress).toEqual([6, 56, 106, 130])
  const originals = (await recordsOf(name, 'originals')) as { base64: string }[]
  expect(new Set(originals.map(({ base64 }) => base64)).size).toBe(130)
  const pictures = await store.pictures('gallery', 999)
  expect((await store.thumbnails(pictures.map(({ id }) => id))).size).toBe(130)
  for (const { id, width, height, sizeBytes, mime } of pictures.slice(-20)) {
    const original = (await store.original(id)) as Blob
    const bitmap = await createImageBitmap(original)
    expect([bitmap.width, bitmap.height, original.size, original.type]).toEqual([width, height, sizeBytes, mime])
  }
  await store.addSamples(130, () => undefined)
  expect(await store.pictures('gallery', 999)).toEqual(pictures)
})

const [first, second] = pictureIds('sample-variant-1-laid', 'sample-variant-2-laid')

test('the demo has two variants of an edit of an area, laid into their source, and leaves what users make of them', async () => {
  const { store } = await open()
  const progress: number[] = []
  await store.addSamples('demo', (done) => progress.push(done))
  expect(progress).toEqual([8])
  for (const answer of pictureIds('sample-variant-1', 'sample-variant-2')) await answerLayingOf(store).lay(answer)
  const shown = await store.pictures('gallery', 99)
  expect(shown).toHaveLength(8)
  const laid = shown.filter(({ origin }) => origin.kind === 'derived').toReversed()
  expect(idsOf(laid)).toEqual([first, second])
  const [source] = pictureIds('sample-6')
  for (const [index, { origin, parents, batch, prompt, ...size }] of laid.entries()) {
    if (origin.kind !== 'derived' || origin.from !== 'answer') throw new Error('not laid in')
    expect(size).toMatchObject({ mime: 'image/png', width: 1024, height: 1024 })
    expect(parents[0]).toBe(source)
    expect(batch).toMatchObject({ index, of: 2 })
    expect(prompt).toBe(sampleVariants[index]?.prompt)
    expect(origin).toMatchObject({ simulated: true, fit: { verdict: 'aligned' } })
    expect(origin.fit.shift).toBeGreaterThan(1)
    expect(origin.recipe.edits?.[0]?.document.area).toEqual(sampleVariants[index]?.area)
  }
  const places = laid.map(({ origin }) => (origin.kind === 'derived' && origin.from === 'answer' ? origin.places : []))
  expect(places.map(({ length }) => length)).toEqual([0, 3])

  const [laidFirst] = laid
  if (!laidFirst) throw new Error('not laid in')
  const own = { ...laidFirst, id: `${first}-rim20` as PictureId, bytes: (await store.original(laidFirst.id)) as Blob }
  await store.addPicture(own)
  await store.removeSamples()
  expect(idsOf(await store.pictures('gallery', 99))).toEqual([own.id])
  expect([await store.countPictures('answers'), await store.hasSamples()]).toEqual([0, false])
}, 60_000)

test('all samples leave in one act and the own pictures stay', async () => {
  const { store, name } = await open()
  await store.addSamples(60, () => undefined)
  const canvas = new OffscreenCanvas(40, 40)
  canvas.getContext('2d')
  const own = await canvas.convertToBlob()
  await store.addPicture(newPicture('own', own, { parents: pictureIds('sample-1') }))
  await store.moveToBin(pictureIds('sample-2', 'sample-50'))
  await store.removeSamples()
  expect(idsOf(await store.pictures('gallery', 99))).toEqual(['own'])
  expect(await store.countPictures('bin')).toBe(0)
  for (const each of ['pictures', 'thumbnails', 'originals']) expect(await recordsOf(name, each)).toHaveLength(1)
})

test('without a database samples and pictures are kept in memory', async () => {
  vi.stubGlobal('indexedDB', undefined)
  const { store } = await open()
  expect(store.health).toBe('memory')
  const progress: number[] = []
  await store.addSamples(9, (done) => progress.push(done))
  expect(progress).toEqual([6, 9])
  const pictures = await store.pictures('gallery', 99)
  expect(pictures).toHaveLength(9)
  expect((await store.original(pictureIds('sample-9')[0] as ReturnType<typeof pictureIds>[number]))?.type).toBe(
    'image/jpeg',
  )
  await store.removeSamples()
  expect(await store.pictures('gallery', 99)).toEqual([])
})

test('samples that cannot be fetched are reported and leave nothing', async () => {
  vi.stubGlobal('indexedDB', undefined)
  vi.stubGlobal('fetch', async () => new Response('gone', { status: 404 }))
  const { store } = await open()
  await expect(store.addSamples(6, () => undefined)).rejects.toMatchObject({ failure: { kind: 'unavailable' } })
  expect(await store.pictures('gallery', 99)).toEqual([])
})
