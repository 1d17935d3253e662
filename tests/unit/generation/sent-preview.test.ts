import { afterEach, beforeEach, expect, test } from 'vitest'
import { type EditDocument, emptyDocument, plainFrame } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Recipe } from '#domain/run.ts'
import type { ToSent } from '#generation/ports.ts'
import { previewImages, previewText } from '#generation/sent-preview.ts'
import { sha256Of } from '#imaging/sha256.ts'
import { paintedImage } from '../../support/images.ts'
import { type Machine, openMachine } from '../../support/machine.ts'
import { settled } from '../../support/windows.ts'

let machine: Machine
beforeEach(async () => {
  machine = await openMachine()
})
afterEach(async () => {
  await settled()
  await machine.close()
})

const sized = (width: number, height: number) => ({ width, height })

/** A fake of the worker that scales files, because there is no canvas outside a browser. */
const toSent: ToSent = async (_file, _limits, part) => ({
  bytes: await paintedImage('jpeg', part ? sized(80, 70) : sized(120, 90)),
})

async function keepMade(id: string, width: number, height: number): Promise<PictureId> {
  const bytes = await paintedImage('png', sized(width, height))
  const origin = { kind: 'dropped', fileName: `${id}.png`, notes: [] } as const
  await machine.store.addPicture({
    id: id as PictureId,
    shelf: 'sources',
    createdAt: 1,
    prompt: id,
    parents: [],
    origin,
    bytes,
  })
  return id as PictureId
}

async function keepFile(id: string): Promise<PictureId> {
  const bytes = await paintedImage('jpeg', sized(400, 300))
  const sha256 = await sha256Of(new Uint8Array(await bytes.arrayBuffer()))
  const facts = {
    mime: 'image/jpeg',
    width: 400,
    height: 300,
    orientation: 1,
    profile: 'srgb',
    hasAlpha: false,
  } as const
  const thumbnail = await paintedImage('jpeg', sized(40, 30))
  await machine.store.addFile({
    id: id as PictureId,
    shelf: 'sources',
    createdAt: 2,
    name: `${id}.jpg`,
    bytes,
    facts,
    sha256,
    thumbnail,
    notes: [],
  })
  return id as PictureId
}

/** Sends the run, and returns what the service recorded. */
async function recorded(recipe: Recipe) {
  const run = await machine.create(recipe)
  await machine.window({ toSent }).drive(run.id, machine.never)
  const { submissions, uploads } = await machine.simulator.state()
  return { body: submissions.at(-1)?.body as Record<string, unknown>, uploads }
}

test('of Kontext is what the service receives: text byte for byte, options and image', async () => {
  const sources = [await keepFile('photo')]
  const prompt = 'Make it  night,\n“keep” the façade 🌙 as it is '
  const recipe = { ...machine.recipe({ prompt, editRatio: '4:3', safetyTolerance: 5 }), sources }
  const { text, length, options } = previewText(recipe)
  const images = await previewImages(machine.store, recipe, toSent)
  const { body, uploads } = await recorded(recipe)

  const { prompt: sentText, inputImage, callBackUrl: _, ...others } = body
  expect(typeof inputImage).toBe('string')
  expect(text).toBe(sentText)
  expect(length).toBe([...prompt].length)
  expect(Object.fromEntries(options.map(({ name, value }) => [name, value]))).toEqual(
    Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)])),
  )
  expect(images).toMatchObject([
    { id: 'photo', isMarked: false, width: 120, height: 90, sizeBytes: uploads[0]?.sizeBytes, mime: uploads[0]?.mime },
  ])
})

test('of Flux 2 has the images in their order, and of an area the text and the crop that are sent', async () => {
  const photo = await keepFile('photo')
  const made = await keepMade('made', 96, 64)
  const area = [{ op: 'add', shape: { kind: 'box', box: [40, 30, 80, 60] } }] as const
  const document = { ...emptyDocument(photo), area }
  const edit = { document, rect: [20, 10, 120, 100], sent: { width: 120, height: 100 }, marks: 'none' } as const
  for (const way of ['whole', 'part'] as const) {
    const recipe: Recipe = {
      ...machine.recipe({ prompt: 'Swap the sign' }, 'flux-2'),
      sources: [photo, made],
      edits: [{ ...edit, way }],
    }
    const { text } = previewText(recipe)
    const images = await previewImages(machine.store, recipe, toSent)
    const before = (await machine.simulator.state()).uploads.length
    const { body, uploads } = await recorded(recipe)
    expect(text).toBe((body.input as { prompt: string }).prompt)
    expect(text.startsWith('Swap the sign')).toBe(true)
    expect(images.map(({ id }) => id)).toEqual([photo, made])
    expect(images.map(({ width, height }) => [width, height])).toEqual([
      way === 'part' ? [80, 70] : [120, 90],
      [96, 64],
    ])
    const sent = uploads.slice(before).map(({ sizeBytes, mime }) => ({ sizeBytes, mime }))
    expect(images.map(({ sizeBytes, mime }) => ({ sizeBytes, mime }))).toEqual(sent)
  }
})

test.each([
  ['flux-kontext', 'burnt', [true]],
  ['flux-2', 'reference', [false, true]],
] as const)('of an extended image with marks for %s has no image that is not sent', async (family, marks, isMarked) => {
  const photo = await keepFile('photo')
  const frame = { ...plainFrame, pad: { top: 0, right: 40, bottom: 0, left: 0 } }
  const mark = { id: 'm1', n: 1, colour: 'red', note: '', kind: 'box', box: [20, 20, 30, 30] } as const
  const document: EditDocument = { ...emptyDocument(photo), frame, marks: [mark] }
  const sent = { width: 160, height: 90 }
  const recipe: Recipe = {
    ...machine.recipe({ prompt: 'Continue the scene' }, family),
    sources: [photo],
    edits: [{ document, way: 'extend', rect: [0, 0, 160, 90], sent, marks }],
  }
  const images = await previewImages(machine.store, recipe, toSent)
  expect(images.map((image) => image.isMarked)).toEqual(isMarked)
  const { body, uploads } = await recorded(recipe)
  expect(uploads).toHaveLength(isMarked.length)
  const inRequest = JSON.stringify(body).match(/"https?:[^"]+\.(jpe?g|png|webp)"/g) ?? []
  expect(inRequest).toHaveLength(isMarked.length)
})

test('of a model of another version is empty', () => {
  expect(previewText({ family: 'gone', draft: { prompt: 'a fox' }, sources: [] })).toEqual({
    text: '',
    length: 0,
    options: [],
  })
})

test('of an image that is gone says which one', async () => {
  const recipe = { ...machine.recipe({}, 'flux-2'), sources: [await keepMade('made', 96, 64), 'gone' as PictureId] }
  await expect(previewImages(machine.store, recipe, toSent)).rejects.toThrow('Image 2 is no longer in this browser.')
})
