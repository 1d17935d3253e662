import { describe, expect, test } from 'vitest'
import { type Box, type Edit, emptyDocument } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { layIn } from '#imaging/edit/chain.ts'
import { packProfile, readPng } from '#imaging/edit/png-reader.ts'
import { writePng } from '#imaging/edit/png-writer.ts'
import type { PixelSize, Pixels } from '#imaging/edit/raster.ts'
import { readHeader } from '#imaging/image-header.ts'
import { deriveSent } from '#imaging/prepare-image.ts'
import { findIcc } from '#imaging/read-profile.ts'
import { withFaults } from '../support/answer-faults.ts'
import { madeScene } from '../support/made-scene.ts'

const never = new AbortController().signal
const rim = 8

function editOf({ width, height }: PixelSize, box: Box): Edit {
  const area = [{ op: 'add' as const, shape: { kind: 'box' as const, box } }]
  const document = { ...emptyDocument('p' as PictureId), area, rim }
  return { document, way: 'whole', rect: [0, 0, width, height], sent: { width, height }, marks: 'none' }
}

async function readFixture(name: string): Promise<Blob> {
  return (await fetch(`/tests/fixtures/inputs/${name}`)).blob()
}

/** The pixels of a file, in the file's own colours. */
async function storedPixels(file: Blob): Promise<Pixels> {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' })
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
  if (!context) throw new Error('no canvas')
  context.drawImage(bitmap, 0, 0)
  return context.getImageData(0, 0, bitmap.width, bitmap.height)
}

async function laidPixels(png: Blob | undefined) {
  const read = png && (await readPng(new Uint8Array(await png.arrayBuffer())))
  if (!read) throw new Error('not a PNG')
  return read
}

/** Levels by which an image differs from another: the most outside a box and its rim, the mean well inside it. */
function differences(one: Pixels, other: Pixels, [left, top, width, height]: Box) {
  let [outside, inside, count] = [0, 0, 0]
  for (let at = 0; at < one.data.length; at += 1) {
    const [x, y] = [(at >> 2) % one.width, Math.floor((at >> 2) / one.width)]
    const differs = Math.abs((one.data[at] ?? 0) - (other.data[at] ?? 0))
    const reach = (by: number) => x >= left - by && x < left + width + by && y >= top - by && y < top + height + by
    if (!reach(rim)) outside = Math.max(outside, differs)
    else if (reach(-4) && at % 4 < 3) {
      inside += differs
      count += 1
    }
  }
  return { outside, inside: inside / count }
}

async function profileOf(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const header = readHeader(bytes)
  const profile = header && (await findIcc(header, bytes))
  if (!profile) throw new Error('no profile')
  return profile
}

/** A JPEG of a scene, with the profile of another file. */
async function inProfileOf(file: Blob, scene: Pixels): Promise<Blob> {
  const profile = await profileOf(file)
  const canvas = new OffscreenCanvas(scene.width, scene.height)
  const pixels = new ImageData(new Uint8ClampedArray(scene.data), scene.width, scene.height)
  canvas.getContext('2d')?.putImageData(pixels, 0, 0)
  const jpeg = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 })
  const length = profile.length + 16
  const label = new TextEncoder().encode('ICC_PROFILE\0')
  const segment = [Uint8Array.of(0xff, 0xe2, length >> 8, length & 0xff), label, Uint8Array.of(1, 1), profile]
  return new Blob([jpeg.slice(0, 2), ...segment, jpeg.slice(2)], { type: 'image/jpeg' })
}

test('a source in Display P3 keeps its pixels and its profile, and the answer is taken into its colours', async () => {
  const photo = await inProfileOf(await readFixture('p3.jpg'), madeScene(480, 320, 6))
  const limits = { bytes: 10_000_000, pixels: 20_000_000, minSide: 64 }
  // What a model gets and gives back is in sRGB.
  const { bytes: answer } = await deriveSent(photo, 'p3.jpg', { limits }, never)
  const stored = await storedPixels(photo)
  const box: Box = [160, 110, 120, 90]
  const result = await layIn({ source: photo, answer, edit: editOf(stored, box) }, () => undefined, never)
  expect(result).toMatchObject({ verdict: 'aligned', losses: [] })
  const { pixels, colour } = await laidPixels(result.png)
  expect(colour.map(({ type }) => type)).toEqual(['iCCP'])
  const { outside, inside } = differences(pixels, stored, box)
  expect(outside).toBe(0)
  expect(inside).toBeLessThan(4)
})

describe('what cannot be kept of a source is named', () => {
  const size = { width: 320, height: 240 }
  const box: Box = [100, 80, 90, 70]

  test('of a profile that is no matrix', async () => {
    const scene = madeScene(size.width, size.height, 1)
    const chunk = await packProfile(new Uint8Array(400).fill(7))
    const job = { source: await writePng(scene, [chunk]), answer: await writePng(scene), edit: editOf(size, box) }
    expect(await layIn(job, () => undefined, never)).toMatchObject({ verdict: 'aligned', losses: ['profile'] })
  })

  test('of colours that an AVIF states as numbers, without a profile', async () => {
    const source = await readFixture('p3-numbers.avif')
    const stored = await storedPixels(source)
    const job = { source, answer: source, edit: editOf(stored, box) }
    expect((await layIn(job, () => undefined, never)).losses).toEqual(['profile'])
  })

  test('of 16 bits per channel', async () => {
    const source = await readFixture('deep.png')
    const stored = await storedPixels(source)
    const whole: Box = [stored.width / 3, stored.height / 3, stored.width / 3, stored.height / 3]
    const job = { source, answer: source, edit: editOf(stored, whole) }
    expect((await layIn(job, () => undefined, never)).losses).toEqual(['depth'])
  })
})

describe('an answer of an unusual size', () => {
  const size = { width: 480, height: 320 }
  const box: Box = [150, 100, 120, 90]
  const layInto = async (source: Pixels, answer: Pixels) => {
    const job = { source: await writePng(source), answer: await writePng(answer), edit: editOf(source, box) }
    return layIn(job, () => undefined, never)
  }

  test('that is long and thin, like its source, is laid in or refused with a reason', async () => {
    const thin = madeScene(20, 4_000, 1)
    expect(await layInto(thin, thin)).toMatchObject({ objection: 'tiny' })
  })

  test('with translucent pixels changes no byte outside the area', async () => {
    const scene = madeScene(size.width, size.height, 2)
    const answer = withFaults(scene, { shift: [3, 2] }, 1)
    for (let at = 3; at < answer.data.length; at += 4) answer.data[at] = at % 256
    const result = await layInto(scene, answer)
    const laid = result.png && (await laidPixels(result.png)).pixels
    expect(laid ? differences(laid, scene, box).outside : 0).toBe(0)
  })
})
