import { describe, expect, test } from 'vitest'
import { toFailure } from '#domain/failure.ts'
import { sniffImage } from '#domain/picture.ts'
import {
  colourAt,
  encode,
  movingPng,
  movingWebp,
  plain,
  pngChunk,
  pngClaiming,
  pngOf,
  redCorner,
  rowsOf,
  withProfile,
} from '../support/made-files.ts'
import { sentOf } from '../support/read-files.ts'

async function refusalOf(bytes: BlobPart, name: string): Promise<string> {
  const failure = toFailure(await sentOf(bytes, name).catch((error: unknown) => error))
  if (failure.kind !== 'invalid') throw new Error(`not refused as invalid: ${failure.kind}`)
  return failure.issues[0]?.message ?? ''
}

const textOf = async (blob: Blob) => new TextDecoder('latin1').decode(await blob.arrayBuffer())
const kindOf = async (blob: Blob) => sniffImage(new Uint8Array(await blob.slice(0, 16).arrayBuffer()))
const heic = async () => new Uint8Array(await (await fetch('/tests/fixtures/photo.heic')).arrayBuffer())

const tooMany = (size: string) => `has ${size} pixels. That is more than a browser can open; at most 200 megapixels.`

describe('a picture too large to be opened', () => {
  test('SEC D04 is refused by the size in its header, before anything is decoded', async () => {
    // It has no pixels, so a decoder would have reported it as damaged.
    expect(await refusalOf(pngClaiming(65_535, 65_535), 'claim.png')).toBe(`“claim.png” ${tooMany('65,535 × 65,535')}`)
  })

  test('SEC D05 of 400 megapixels in a small file is refused before it is drawn', async () => {
    const bits = (side: number) => new Uint8Array(side * (1 + Math.ceil(side / 8)))
    const bomb = await pngOf(20_000, 20_000, { depth: 1, colour: 0, rows: bits(20_000) })
    expect(bomb.size).toBeLessThan(200_000)
    expect(await refusalOf(bomb, 'bomb.png')).toBe(`“bomb.png” ${tooMany('20,000 × 20,000')}`)
    // A small file made the same way is a valid image.
    const { width } = await sentOf(await pngOf(200, 200, { depth: 1, colour: 0, rows: bits(200) }), 'small.png')
    expect(width).toBe(200)
  })
})

describe('a picture that moves', () => {
  test('SEC D06 through 10,000 frames of a PNG gives its first one', async () => {
    const { bytes, width, height } = await sentOf(await movingPng(64, 10_000), 'moving.png')
    expect([width, height]).toEqual([64, 64])
    expect((await colourAt(bytes, 'left', 'top')).isRed).toBe(true)
    expect(bytes.size).toBeLessThan(10_000)
    expect(await textOf(bytes)).not.toMatch(/acTL|fdAT/)
  })

  test('SEC D06 through 10,000 frames of a WebP gives its first one', async () => {
    const red = await encode('image/webp', 64, 64, (context, width, height) => {
      context.fillStyle = '#e02020'
      context.fillRect(0, 0, width, height)
    })
    const moving = await movingWebp(64, 10_000, red, await encode('image/webp', 64, 64, plain))
    const { bytes, width, height } = await sentOf(moving, 'moving.webp')
    expect([width, height]).toEqual([64, 64])
    expect((await colourAt(bytes, 'left', 'top')).isRed).toBe(true)
    expect(bytes.size).toBeLessThan(10_000)
  })
})

test('SEC D12 location and author in a PNG are removed', async () => {
  const text = (words: string) => [...words].map((letter) => letter.charCodeAt(0))
  const xmp = 'XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta><exif:GPSLatitude>52,31N</exif:GPSLatitude></x:xmpmeta>'
  const exif = [...text('II*\0'), 8, 0, 0, 0, 1, 0, 0x25, 0x88, 4, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0, 0, 0, 0]
  const before = [pngChunk('eXIf', exif), pngChunk('iTXt', text(xmp)), pngChunk('tEXt', text('Author\0Jane Doe'))]
  const png = await pngOf(100, 100, { depth: 8, colour: 2, rows: rowsOf(100, 100, [9, 9, 9]), before })
  expect(await textOf(png)).toMatch(/eXIf.*GPSLatitude.*Jane Doe/s)
  const { bytes, notes } = await sentOf(png, 'place.png')
  expect(await kindOf(bytes)).toBe('image/png')
  expect(await textOf(bytes)).not.toMatch(/eXIf|iTXt|tEXt|GPSLatitude|Jane Doe/)
  expect(notes).toEqual(['Sent without location'])
})

describe('a picture of an unusual make', () => {
  test('SEC D14 with a colour profile of 5 MB is drawn, and goes on without it', async () => {
    const jpeg = await withProfile(await encode('image/jpeg', 240, 120, redCorner), 5_000_000)
    expect(jpeg.size).toBeGreaterThan(5_000_000)
    const { bytes, width, height } = await sentOf(jpeg, 'profile.jpg')
    expect([width, height]).toEqual([240, 120])
    expect((await colourAt(bytes, 'left', 'top')).isRed).toBe(true)
    expect(bytes.size).toBeLessThan(100_000)
  })

  test('SEC D14 in CMYK is converted to RGB', async () => {
    const cmyk = await (await fetch('/tests/fixtures/cmyk.jpg')).blob()
    const { bytes, width, height } = await sentOf(cmyk, 'press.jpg')
    expect([width, height]).toEqual([85, 64])
    expect((await colourAt(bytes, 'left', 'top')).isRed).toBe(true)
    expect((await colourAt(bytes, 'right', 'top')).isRed).toBe(false)
  })

  test('SEC D14 with 16 bits a channel is drawn', async () => {
    const rows = rowsOf(100, 50, [0xe0, 0, 0x20, 0, 0x20, 0])
    const { bytes, width } = await sentOf(await pngOf(100, 50, { depth: 16, colour: 2, rows }), 'deep.png')
    expect(width).toBe(128)
    expect((await colourAt(bytes, 'left', 'top')).isRed).toBe(true)
    expect(await kindOf(bytes)).toBe('image/png')
  })
})

describe('a HEIC', () => {
  /** The fixture with other sizes written into it. */
  async function claiming(side: number) {
    const bytes = await heic()
    const view = new DataView(bytes.buffer)
    let found = 0
    for (let at = 0; at + 16 < bytes.length; at += 1) {
      if (view.getUint32(at) !== 0x69737065) continue // "ispe"
      view.setUint32(at + 8, side)
      view.setUint32(at + 12, side)
      found += 1
    }
    expect(found).toBeGreaterThan(0)
    return bytes
  }

  test('SEC D15 that claims 400 megapixels is refused before its decoder is loaded', async () => {
    expect(await refusalOf(await claiming(20_000), 'bomb.heic')).toBe(`“bomb.heic” ${tooMany('20,000 × 20,000')}`)
  })

  test('SEC D15 with a false size in its header ends in an image of limited size or a message', async () => {
    for (const side of [64, 12_000]) {
      const settled = await sentOf(await claiming(side), 'lie.heic').then(
        ({ bytes, width, height }) => ({ size: bytes.size, pixels: width * height }),
        (error: unknown) => toFailure(error),
      )
      if ('kind' in settled) expect(settled.kind).toBe('invalid')
      else {
        expect(settled.pixels).toBeLessThanOrEqual(20_000_000)
        expect(settled.size).toBeLessThan(10_000_000)
      }
    }
  })

  test.each([0.3, 0.6, 0.9])('SEC D15 that is cut off after %d of its bytes is refused with its name', async (part) => {
    const bytes = await heic()
    expect(await refusalOf(bytes.slice(0, bytes.length * part), 'cut.heic')).toMatch(/^“cut\.heic” is/)
  })
})
