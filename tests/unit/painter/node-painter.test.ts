import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { sniffImage } from '#domain/picture.ts'
import { createNodePainter } from '#painter/node-painter.ts'
import type { PictureFormat, Size } from '#painter/painter.ts'
import { sampleList } from '#store/sample-list.ts'
import { distance as distanceOf, likeness as likenessOf } from '../../support/likeness.ts'

const painter = createNodePainter()
const small = { width: 320, height: 240 }
const wish = (prompt: string, format: PictureFormat = 'jpeg', variation = 0) => ({ prompt, format, variation })

/** Of two pictures, by their small grey copies. */
async function distance(one: Uint8Array, other: Uint8Array): Promise<number> {
  return distanceOf(await thumbnail(one), await thumbnail(other))
}

async function likeness(one: Uint8Array, other: Uint8Array): Promise<number> {
  return likenessOf(await thumbnail(one), await thumbnail(other))
}

async function thumbnail(bytes: Uint8Array): Promise<number[]> {
  return [...(await sharp(bytes).resize(24, 24, { fit: 'fill' }).grayscale().raw().toBuffer())]
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}

async function sizeOf(bytes: Uint8Array): Promise<string> {
  const { width, height } = await sharp(bytes).metadata()
  return `${width}x${height}`
}

describe('a picture from words', () => {
  it.each([
    ['jpeg', 'image/jpeg', 1392, 752],
    ['png', 'image/png', 2496, 1664],
  ] as const)('is a real %s of exactly the asked pixels', async (format, mime, width, height) => {
    const bytes = await painter.create(wish('a calm sea at dusk', format), { width, height })
    expect(sniffImage(bytes)).toBe(mime)
    expect(await sizeOf(bytes)).toBe(`${width}x${height}`)
  })

  it('is the same for the same words and another the next time', async () => {
    const first = await painter.create(wish('a fox in a forest'), small)
    expect(isSame(await painter.create(wish('a fox in a forest'), small), first)).toBe(true)
    expect(await distance(first, await painter.create(wish('a fox in a forest', 'jpeg', 1), small))).toBeGreaterThan(2)
    const otherSeed = await createNodePainter({ seed: 2 }).create(wish('a fox in a forest'), small)
    expect(isSame(otherSeed, first)).toBe(false)
  })

  it('differs from prompt to prompt, and is never one flat colour', async () => {
    const prompts = [
      'a lighthouse',
      'desert dunes',
      'a portrait of a woman',
      'city lights at night',
      'poppies',
      'vases',
      'bauhaus',
      'a planet',
      'paper cut',
      'white arches',
      'xyzzy',
      '嗨',
    ]
    const pictures = await Promise.all(prompts.map((prompt) => painter.create(wish(prompt), small)))
    for (const [index, picture] of pictures.entries()) {
      const { channels } = await sharp(picture).stats()
      expect(Math.max(...channels.map(({ stdev }) => stdev)), prompts[index]).toBeGreaterThan(12)
      for (const other of pictures.slice(index + 1))
        expect(await distance(picture, other), prompts[index]).toBeGreaterThan(8)
    }
  })

  it('takes its colours from the words', async () => {
    const meanOf = async (prompt: string) =>
      (await sharp(await painter.create(wish(prompt), small)).stats()).channels.map(({ mean }) => mean)
    const [red = 0, , blue = 0] = await meanOf('golden hills at sunset')
    expect(red).toBeGreaterThan(blue + 40)
    const [nightRed = 0, , nightBlue = 0] = await meanOf('hills at night')
    expect(nightBlue).toBeGreaterThan(nightRed)
    expect(nightRed).toBeLessThan(red - 60)
  })

  it('carries a mark in its corner, unless that is switched off', async () => {
    const size = { width: 800, height: 600 }
    const plain = createNodePainter({ mark: false })
    const corner = (bytes: Uint8Array) =>
      sharp(bytes).extract({ left: 660, top: 560, width: 130, height: 32 }).png().toBuffer()
    const rest = (bytes: Uint8Array) =>
      sharp(bytes).extract({ left: 0, top: 0, width: 640, height: 540 }).png().toBuffer()
    const [marked, bare] = await Promise.all([painter, plain].map((one) => one.create(wish('a calm sea', 'png'), size)))
    if (!marked || !bare) throw new Error('two pictures are needed')
    expect(await distance(await corner(marked), await corner(bare))).toBeGreaterThan(4)
    expect(await distance(await rest(marked), await rest(bare))).toBe(0)
  })
})

describe('an edit', () => {
  const photo = painter.create(wish('mountain lake at dawn', 'jpeg'), { width: 960, height: 640 })

  it.each([
    'night with a moon',
    'golden hour',
    'black and white',
    'turn the sky violet',
    'add three lanterns',
    'vintage film',
    'pencil sketch',
    'watercolor',
    'whatever',
  ])('"%s" differs from the picture it is made from, and shows it', async (prompt) => {
    const source = await photo
    const edited = await painter.edit(wish(prompt), [source], { width: 960, height: 640 })
    expect(Math.abs(await distance(edited, source))).toBeGreaterThan(3)
    expect(await likeness(edited, source)).toBeGreaterThan(0.45)
  })

  it('differs by its words', async () => {
    const source = await photo
    const [night, gold, print] = await Promise.all(
      ['make it night', 'golden hour', 'screen print poster'].map((prompt) =>
        painter.edit(wish(prompt), [source], small),
      ),
    )
    if (!night || !gold || !print) throw new Error('three pictures are needed')
    expect(await distance(night, gold)).toBeGreaterThan(20)
    expect(await distance(gold, print)).toBeGreaterThan(8)
  })

  it('is cropped or padded to a size, or takes the one that its upright input asks for', async () => {
    const source = await photo
    expect(await sizeOf(await painter.edit(wish('warmer'), [source], { width: 752, height: 1392 }))).toBe('752x1392')
    const half = ({ width, height }: Size) => ({ width: width / 2, height: height / 2 })
    const turned = await sharp(source).resize(300, 200).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    expect(await sizeOf(await painter.edit(wish('warmer'), [turned], half))).toBe('100x150')
  })

  it('shows every one of its sources', async () => {
    const source = await photo
    const red = await sharp({ create: { width: 90, height: 90, channels: 3, background: '#e01010' } })
      .png()
      .toBuffer()
    const reddish = async (sources: Uint8Array[]) => {
      const { data } = await sharp(await painter.edit(wish('vivid'), sources, { width: 1248, height: 832 }))
        .raw()
        .toBuffer({ resolveWithObject: true })
      let amount = 0
      for (let at = 0; at < data.length; at += 3) {
        if ((data[at] ?? 0) > 190 && (data[at + 1] ?? 0) < 60 && (data[at + 2] ?? 0) < 60) amount++
      }
      return amount
    }
    const [none, one, seven] = [
      await reddish([source]),
      await reddish([source, red]),
      await reddish([source, ...Array(7).fill(red)]),
    ]
    expect(none).toBe(0)
    expect(one).toBeGreaterThan(20_000)
    expect(seven).toBeGreaterThan(20_000)
  })

  it('rejects what is no picture', async () => {
    await expect(painter.edit(wish('warmer'), [new TextEncoder().encode('no picture')], small)).rejects.toThrow()
  })
})

it('the samples are the files they are said to be, small enough to come with the app', async () => {
  for (const [index, { file, width, height, parent = -1 }] of sampleList.entries()) {
    const bytes = await readFile(`public/${file}`)
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width, height })
    expect(bytes.byteLength).toBeLessThanOrEqual(90 * 1024)
    expect(parent).toBeLessThan(index)
  }
})
