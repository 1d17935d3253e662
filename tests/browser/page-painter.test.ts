import { describe, expect, test } from 'vitest'
import { sniffImage } from '#domain/picture.ts'
import { createPagePainter } from '#painter/page-painter.ts'
import type { PictureFormat, Size } from '#painter/painter.ts'
import { distance, likeness } from '../support/likeness.ts'

const painter = createPagePainter()
const small = { width: 480, height: 320 }
const wish = (prompt: string, format: PictureFormat = 'jpeg', variation = 0) => ({ prompt, format, variation })

async function open(bytes: Uint8Array): Promise<ImageBitmap> {
  return createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]))
}

async function sizeOf(bytes: Uint8Array): Promise<string> {
  const { width, height } = await open(bytes)
  return `${width}x${height}`
}

/** The shades of a small copy, or of a part of it. */
async function shades(bytes: Uint8Array, part?: readonly [x: number, y: number, width: number, height: number]) {
  const picture = await open(bytes)
  const [x, y, width, height] = part ?? [0, 0, picture.width, picture.height]
  const context = new OffscreenCanvas(24, 24).getContext('2d')
  if (!context) throw new Error('no canvas')
  context.imageSmoothingQuality = 'high'
  context.drawImage(picture, x, y, width, height, 0, 0, 24, 24)
  const { data } = context.getImageData(0, 0, 24, 24)
  return Array.from({ length: 24 * 24 }, (_, index) => {
    const [red = 0, green = 0, blue = 0] = data.slice(index * 4, index * 4 + 3)
    return red * 0.3 + green * 0.59 + blue * 0.11
  })
}

describe('a picture from words', () => {
  test.each([
    ['jpeg', 'image/jpeg', 1392, 752],
    ['png', 'image/png', 2496, 1664],
  ] as const)('is a real %s of exactly the asked pixels', async (format, mime, width, height) => {
    const bytes = await painter.create(wish('a calm sea at dusk', format), { width, height })
    expect(sniffImage(bytes)).toBe(mime)
    expect(await sizeOf(bytes)).toBe(`${width}x${height}`)
  })

  test('is the same for the same words, another the next time, and another for other words', async () => {
    const first = await painter.create(wish('a fox in a forest'), small)
    expect(await painter.create(wish('a fox in a forest'), small)).toEqual(first)
    const [fox, again, dunes, city] = await Promise.all(
      [
        first,
        await painter.create(wish('a fox in a forest', 'jpeg', 1), small),
        await painter.create(wish('desert dunes'), small),
        await painter.create(wish('city lights at night'), small),
      ].map((bytes) => shades(bytes)),
    )
    if (!fox || !again || !dunes || !city) throw new Error('four pictures are needed')
    expect(distance(fox, again)).toBeGreaterThan(2)
    expect(distance(fox, dunes)).toBeGreaterThan(8)
    expect(distance(dunes, city)).toBeGreaterThan(8)
  })

  test('carries a mark in its corner', async () => {
    const plain = createPagePainter({ mark: false })
    const size = { width: 800, height: 600 }
    const [marked, bare] = await Promise.all([painter, plain].map((one) => one.create(wish('a calm sea', 'png'), size)))
    if (!marked || !bare) throw new Error('two pictures are needed')
    const corner = [660, 560, 130, 32] as const
    expect(distance(await shades(marked, corner), await shades(bare, corner))).toBeGreaterThan(4)
    const rest = [0, 0, 640, 540] as const
    expect(distance(await shades(marked, rest), await shades(bare, rest))).toBe(0)
  })
})

describe('an edit', () => {
  const words = ['night with a moon', 'black and white', 'turn the sky violet', 'add three lanterns', 'pencil sketch']

  test.each([...words, 'watercolor', 'screen print poster', 'whatever'])(
    '"%s" is made from the given picture: more like it than what the same words paint afresh',
    async (prompt) => {
      const photo = await painter.create(wish('mountain lake at dawn'), small)
      const source = await shades(photo)
      const edited = await shades(await painter.edit(wish(prompt), [photo], small))
      const fresh = await shades(await painter.create(wish(prompt), small))
      expect(distance(edited, source)).toBeGreaterThan(3)
      expect(likeness(edited, source)).toBeGreaterThan(0.45)
      expect(likeness(edited, source)).toBeGreaterThan(likeness(fresh, source))
    },
  )

  test('takes the asked size, or the one that its input asks for', async () => {
    const photo = await painter.create(wish('mountain lake at dawn'), { width: 960, height: 640 })
    const half = ({ width, height }: Size) => ({ width: width / 2, height: height / 2 })
    expect(await sizeOf(await painter.edit(wish('warmer'), [photo], half))).toBe('480x320')
    const tall = { width: 752, height: 1392 }
    expect(await sizeOf(await painter.edit(wish('warmer'), [photo], tall))).toBe('752x1392')
  })

  test('shows every one of its sources', async () => {
    const canvas = new OffscreenCanvas(90, 90)
    const context = canvas.getContext('2d')
    if (!context) throw new Error('no canvas')
    context.fillStyle = '#e01010'
    context.fillRect(0, 0, 90, 90)
    const red = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())
    const photo = await painter.create(wish('mountain lake at dawn'), small)
    const reddish = async (sources: readonly Uint8Array[]) => {
      const picture = await open(await painter.edit(wish('vivid'), sources, { width: 960, height: 640 }))
      const flat = new OffscreenCanvas(picture.width, picture.height).getContext('2d')
      flat?.drawImage(picture, 0, 0)
      const data = flat?.getImageData(0, 0, picture.width, picture.height).data ?? []
      let amount = 0
      for (let at = 0; at < data.length; at += 4) {
        if ((data[at] ?? 0) > 190 && (data[at + 1] ?? 0) < 60 && (data[at + 2] ?? 0) < 60) amount++
      }
      return amount
    }
    expect(await reddish([photo])).toBe(0)
    const one = await reddish([photo, red])
    expect(one).toBeGreaterThan(20_000)
    expect(await reddish([photo, red, red, red])).toBeGreaterThan(one)
  })

  test('rejects what is no picture', async () => {
    const bytes = new TextEncoder().encode('no picture')
    await expect(painter.edit(wish('warmer'), [bytes], small)).rejects.toThrow()
  })
})
