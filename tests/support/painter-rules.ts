import { beforeAll, describe, expect, it } from 'vitest'
import { sniffImage } from '#domain/picture.ts'
import type { Painter, PainterOptions, PictureFormat, Size } from '#simulator/painter/painter.ts'
import { distance, likeness } from './likeness.ts'
import { pngOf, rowsOf, withExif } from './made-files.ts'

/** Pixels as in a canvas: RGBA, four bytes each. */
type Seen = Pick<ImageData, 'width' | 'height'> & { data: Uint8Array | Uint8ClampedArray }

const small = { width: 320, height: 240 }
const photoSize = { width: 480, height: 320 }
const wish = (prompt: string, format: PictureFormat = 'jpeg', variation = 0) => ({ prompt, format, variation })
const sizeOf = ({ width, height }: Size) => `${width}x${height}`
const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer())

/** Tests for every painter. `look` decodes a file with a decoder other than the painter's. */
export function describePainter(
  createPainter: (options?: PainterOptions) => Painter,
  look: (bytes: Uint8Array) => Promise<Seen>,
): void {
  const painter = createPainter()
  const create = async (prompt: string, variation = 0) =>
    look(await painter.create(wish(prompt, 'jpeg', variation), small))
  let photo: Uint8Array
  beforeAll(async () => {
    photo = await painter.create(wish('mountain lake at dawn'), photoSize)
  })

  describe('a picture from words', () => {
    it.each([
      ['jpeg', 'image/jpeg', 1392, 752],
      ['png', 'image/png', 2496, 1664],
    ] as const)('is a real %s of exactly the asked pixels', async (format, mime, width, height) => {
      const bytes = await painter.create(wish('a calm sea at dusk', format), { width, height })
      expect(sniffImage(bytes)).toBe(mime)
      expect(sizeOf(await look(bytes))).toBe(`${width}x${height}`)
    })

    it('is the same for the same words, and another the next time and by another painter', async () => {
      const fox = wish('a fox in a forest')
      const first = await painter.create(fox, small)
      expect(await painter.create(fox, small)).toEqual(first)
      expect(await createPainter({ seed: 2 }).create(fox, small)).not.toEqual(first)
      expect(distance(shades(await look(first)), shades(await create(fox.prompt, 1)))).toBeGreaterThan(2)
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
      const pictures = await Promise.all(prompts.map((prompt) => create(prompt)))
      for (const [index, picture] of pictures.entries()) {
        expect(Math.max(...channelsOf(picture).map(({ spread }) => spread)), prompts[index]).toBeGreaterThan(12)
        for (const other of pictures.slice(index + 1))
          expect(distance(shades(picture), shades(other)), prompts[index]).toBeGreaterThan(8)
      }
    })

    it('takes its colours from the words', async () => {
      const meansOf = async (prompt: string) => channelsOf(await create(prompt)).map(({ mean }) => mean)
      const [red = 0, , blue = 0] = await meansOf('golden hills at sunset')
      expect(red).toBeGreaterThan(blue + 40)
      const [nightRed = 0, , nightBlue = 0] = await meansOf('hills at night')
      expect(nightBlue).toBeGreaterThan(nightRed)
      expect(nightRed).toBeLessThan(red - 60)
    })

    it('carries a mark in its corner, unless that is switched off', async () => {
      const sea = async (by: Painter) => look(await by.create(wish('a calm sea', 'png'), { width: 800, height: 600 }))
      const [marked, bare] = [await sea(painter), await sea(createPainter({ mark: false }))]
      const corner = { left: 660, top: 560, width: 130, height: 32 }
      expect(distance(shades(marked, corner), shades(bare, corner))).toBeGreaterThan(4)
      const rest = { left: 0, top: 0, width: 640, height: 540 }
      expect(distance(shades(marked, rest), shades(bare, rest))).toBe(0)
    })
  })

  describe('an edit', () => {
    const edit = async (prompt: string, sources: readonly Uint8Array[], size: Parameters<Painter['edit']>[2]) =>
      look(await painter.edit(wish(prompt), sources, size))

    it.each([
      'night with a moon',
      'golden hour',
      'black and white',
      'turn the sky violet',
      'add three lanterns',
      'vintage film',
      'pencil sketch',
      'watercolor',
      'screen print poster',
      'whatever',
    ])('"%s" is made from the given picture: more like it than what the same words paint afresh', async (prompt) => {
      const source = shades(await look(photo))
      const edited = shades(await edit(prompt, [photo], photoSize))
      expect(distance(edited, source)).toBeGreaterThan(3)
      expect(likeness(edited, source)).toBeGreaterThan(0.45)
      expect(likeness(edited, source)).toBeGreaterThan(likeness(shades(await create(prompt)), source))
    })

    it('differs by its words', async () => {
      const edited = async (prompt: string) => shades(await edit(prompt, [photo], small))
      const gold = await edited('golden hour')
      expect(distance(await edited('make it night'), gold)).toBeGreaterThan(20)
      expect(distance(gold, await edited('screen print poster'))).toBeGreaterThan(8)
    })

    it('is cropped or padded to a size, or takes the one that its upright input asks for', async () => {
      expect(sizeOf(await edit('warmer', [photo], { width: 752, height: 1392 }))).toBe('752x1392')
      const half = ({ width, height }: Size) => ({ width: width / 2, height: height / 2 })
      expect(sizeOf(await edit('warmer', [photo], half))).toBe('240x160')
      const turned = await bytesOf(await withExif(new Blob([photo as Uint8Array<ArrayBuffer>]), 6, false))
      expect(sizeOf(await edit('warmer', [turned], half))).toBe('160x240')
      const upright = await bytesOf(await withExif(new Blob([photo as Uint8Array<ArrayBuffer>]), 1, false))
      expect(sizeOf(await edit('warmer', [upright], half))).toBe('240x160')
    })

    it('shows every one of its sources', async () => {
      const red = await bytesOf(await pngOf(90, 90, { depth: 8, colour: 2, rows: rowsOf(90, 90, [224, 16, 16]) }))
      const reddish = async (count: number) =>
        countReds(await edit('vivid', [photo, ...Array<Uint8Array>(count).fill(red)], { width: 960, height: 640 }))
      expect(await reddish(0)).toBe(0)
      const one = await reddish(1)
      expect(one).toBeGreaterThan(12_000)
      expect(await reddish(3)).toBeGreaterThan(one)
      expect(await reddish(7)).toBeGreaterThan(12_000)
    })

    it('rejects what is no picture', async () => {
      await expect(edit('warmer', [new TextEncoder().encode('no picture')], small)).rejects.toThrow()
    })
  })
}

/** The greys of a copy reduced to 24 × 24, of the whole image or a part. */
function shades(seen: Seen, part = { left: 0, top: 0, width: seen.width, height: seen.height }): number[] {
  const side = 24
  const sums = new Float64Array(side * side)
  const counts = new Float64Array(side * side)
  for (let y = 0; y < part.height; y++) {
    const row = Math.floor((y * side) / part.height) * side
    for (let x = 0; x < part.width; x++) {
      const cell = row + Math.floor((x * side) / part.width)
      const at = ((part.top + y) * seen.width + part.left + x) * 4
      const [red = 0, green = 0, blue = 0] = [seen.data[at], seen.data[at + 1], seen.data[at + 2]]
      sums[cell] = (sums[cell] ?? 0) + red * 0.3 + green * 0.59 + blue * 0.11
      counts[cell] = (counts[cell] ?? 0) + 1
    }
  }
  return Array.from(sums, (sum, cell) => sum / (counts[cell] ?? 1))
}

/** Mean and standard deviation per channel. */
function channelsOf({ data }: Seen): { mean: number; spread: number }[] {
  return [0, 1, 2].map((channel) => {
    let [sum, squares] = [0, 0]
    for (let at = channel; at < data.length; at += 4) {
      const value = data[at] ?? 0
      sum += value
      squares += value * value
    }
    const mean = (sum * 4) / data.length
    return { mean, spread: Math.sqrt((squares * 4) / data.length - mean * mean) }
  })
}

function countReds({ data }: Seen): number {
  let amount = 0
  for (let at = 0; at < data.length; at += 4) {
    if ((data[at] ?? 0) > 190 && (data[at + 1] ?? 0) < 60 && (data[at + 2] ?? 0) < 60) amount++
  }
  return amount
}
