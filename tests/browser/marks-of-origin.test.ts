import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { crc32 } from '#imaging/container/crc32.ts'
import { sha256Of } from '#imaging/sha256.ts'
import { noteCopied } from '#library/copied-images.ts'
import { marked } from '#library/export/marked.ts'
import { keepPicture } from '#library/keep-picture.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore } from '#store/store.ts'

const never = new AbortController().signal
let name: string
let store: GalleryStore

beforeEach(async () => {
  name = `origin-${crypto.randomUUID()}`
  store = await openGallery({ name })
})

afterEach(() => {
  store.close()
  indexedDB.deleteDatabase(name)
})

async function painted(colour = '#c04020'): Promise<Blob> {
  const canvas = new OffscreenCanvas(64, 48)
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
  context.fillStyle = colour
  context.fillRect(0, 0, 64, 48)
  return canvas.convertToBlob()
}

/** A PNG of many colours, half of them translucent. */
async function noisy(seed: number): Promise<Blob> {
  const pixels = new ImageData(64, 48)
  for (let at = 0; at < pixels.data.length; at += 1) pixels.data[at] = (at * at * seed) % 251
  const canvas = new OffscreenCanvas(64, 48)
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
  context.putImageData(pixels, 0, 0)
  return withChunk(await canvas.convertToBlob(), 'tEXt', 'Software\0test')
}

/** The same pixels in another file, without metadata. */
async function writtenAgain(png: Blob): Promise<Blob> {
  const canvas = new OffscreenCanvas(64, 48)
  canvas.getContext('2d')?.drawImage(await createImageBitmap(png), 0, 0)
  return canvas.convertToBlob()
}

/** An image that a model made. */
async function made(bytes: Blob): Promise<Picture> {
  const recipe = { family: 'flux-2', draft: { prompt: 'a fox', size: '2K' }, sources: [] }
  const origin = { kind: 'sample', model: 'Flux 2 Pro', recipe } as const
  const about = { shelf: 'gallery', createdAt: 1_000, prompt: 'a fox', parents: [] } as const
  return store.addPicture({ id: 'fox' as PictureId, ...about, origin, bytes })
}

const drop = (bytes: Blob, fileName = 'dropped.png') =>
  keepPicture(store, new File([bytes], fileName, { type: bytes.type }), 'sources', never)

const hash = async (bytes: Blob) => sha256Of(new Uint8Array(await bytes.arrayBuffer()))
const foundIn = ({ origin }: Picture) => (origin.kind === 'dropped' ? origin.found : undefined)

/** A PNG with one more chunk after its header. */
async function withChunk(png: Blob, type: string, text: string): Promise<Blob> {
  const data = new TextEncoder().encode(`${type}${text}`)
  const chunk = new Uint8Array(data.byteLength + 8)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, data.byteLength - 4)
  chunk.set(data, 4)
  view.setUint32(chunk.byteLength - 4, crc32(data))
  return new Blob([png.slice(0, 33), chunk, png.slice(33)], { type: 'image/png' })
}

test('the same bytes are stored once, whoever brought them', async () => {
  const bytes = await painted()
  const fox = await made(bytes)
  expect(fox.sha256).toBe(await hash(bytes))
  expect((await drop(bytes)).id).toBe('fox')
  const own = await painted('#204060')
  const first = await drop(own, 'a.png')
  expect((await drop(own, 'a.png')).id).toBe(first.id)
  expect(await store.countPictures('sources')).toBe(1)
  // A file with another name, or one that is already in the form, is a separate source.
  expect((await drop(own, 'b.png')).id).not.toBe(first.id)
  const again = await keepPicture(store, new File([bytes], 'fox.png'), 'sources', never, (id) => id === 'fox')
  expect(again.id).not.toBe('fox')
})

test('a copy in the bin does not count as kept', async () => {
  const own = await painted('#204060')
  const first = await drop(own)
  await store.moveToBin([first.id])
  const again = await drop(own)
  expect(again).toMatchObject({ shelf: 'sources' })
  expect(again.id).not.toBe(first.id)
})

test('a download tells its recipe, and dropped again becomes a child of its image', async () => {
  const bytes = await painted()
  const fox = await made(bytes)
  const download = await marked(fox, bytes)
  expect(await hash(download)).not.toBe(await hash(bytes))
  const copy = await drop(download)
  expect(copy.parents).toEqual(['fox'])
  expect(foundIn(copy)).toMatchObject({
    program: 'Atelier',
    prompt: 'a fox',
    model: 'Flux 2 Pro',
    width: 64,
    height: 48,
  })
  expect(JSON.parse(foundIn(copy)?.recipe ?? '')).toMatchObject({ family: 'flux-2', draft: { size: '2K' } })
})

test('a copy that comes back from the clipboard becomes a child of its image', async () => {
  const bytes = await noisy(7)
  const fox = await made(bytes)
  // The clipboard gives the same pixels in another file.
  const pasted = await writtenAgain(bytes)
  const other = await writtenAgain(await noisy(8))
  expect(await hash(pasted)).not.toBe(await hash(bytes))
  localStorage.removeItem('atelier-copied')
  expect((await drop(pasted, 'before.png')).parents).toEqual([])
  noteCopied('gone' as PictureId)
  noteCopied(fox.id)
  expect((await drop(pasted, 'image.png')).parents).toEqual(['fox'])
  expect((await drop(other, 'image.png')).parents).toEqual([])
})

test('an imported file and a signed one are downloaded byte for byte', async () => {
  const own = await drop(await painted('#204060'))
  const original = (await store.original(own.id)) as Blob
  expect(await hash(await marked(own, original))).toBe(await hash(original))
  const signed = await withChunk(await painted(), 'caBX', 'jumb')
  const fox = await made(signed)
  expect(fox.signed).toBe(true)
  expect(await hash(await marked(fox, signed))).toBe(await hash(signed))
  expect(await drop(await withChunk(await painted('#0a0'), 'caBX', 'jumb'))).toMatchObject({ signed: true })
})

test('a file of another program gives its prompt, size and model', async () => {
  const parameters = 'parameters\0an owl\nNegative prompt: blurry\nSteps: 20, Size: 512x768, Model: sdxl, Seed: 1'
  const dropped = await drop(await withChunk(await painted(), 'tEXt', parameters))
  expect(foundIn(dropped)).toEqual({
    program: 'A1111',
    prompt: 'an owl',
    negativePrompt: 'blurry',
    model: 'sdxl',
    width: 512,
    height: 768,
  })
})
