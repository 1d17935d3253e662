import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { packProfile, readPng } from '#imaging/edit/png-reader.ts'
import { writePng } from '#imaging/edit/png-writer.ts'
import type { ImageHeader } from '#imaging/image-header.ts'
import { findIcc } from '#imaging/read-profile.ts'
import { seededRandom } from '../../../../scripts/bench/report.ts'

const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer())

function noisy(width: number, height: number, alpha: (at: number) => number) {
  const random = seededRandom(4)
  const data = Uint8ClampedArray.from({ length: width * height * 4 }, (_, at) =>
    at % 4 === 3 ? alpha(at >> 2) : random() * 256,
  )
  return { data, width, height }
}

describe('a written PNG', () => {
  test.each([
    ['opaque', () => 255],
    ['with every level of alpha', (at: number) => at % 256],
  ])('that is %s is read by another program pixel for pixel', async (_, alpha) => {
    const image = noisy(61, 37, alpha)
    const { data, info } = await sharp(await bytesOf(await writePng(image)))
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect([info.width, info.height]).toEqual([61, 37])
    expect(Buffer.compare(data, Buffer.from(image.data.buffer))).toBe(0)
  })

  test('keeps a profile byte for byte', async () => {
    const profile = Uint8Array.from({ length: 600 }, (_, at) => at % 251)
    const png = await writePng(
      noisy(9, 9, () => 255),
      [await packProfile(profile)],
    )
    expect(await findIcc({ kind: 'png' } as ImageHeader, await bytesOf(png))).toEqual(profile)
  })

  test('of more than a block of rows is whole', async () => {
    const image = noisy(700, 900, (at) => at % 256)
    const read = await readPng(await bytesOf(await writePng(image)))
    expect(Buffer.compare(Buffer.from(read?.pixels.data ?? []), Buffer.from(image.data))).toBe(0)
  })
})

describe('reading', () => {
  const gradient = noisy(33, 20, (at) => (at * 7) % 256)
  const made = () => sharp(Buffer.from(gradient.data), { raw: { width: 33, height: 20, channels: 4 } })
  test.each([
    ['grey', () => made().removeAlpha().greyscale().png()],
    ['grey with alpha', () => made().greyscale().png()],
    ['colour', () => made().removeAlpha().png({ adaptiveFiltering: true })],
    ['colour with alpha', () => made().png({ adaptiveFiltering: true })],
    ['a palette', () => made().removeAlpha().png({ palette: true, colours: 9 })],
    ['a palette with transparency', () => made().png({ palette: true, colours: 200 })],
    ['two colours', () => made().removeAlpha().greyscale().threshold(120).png({ palette: true, colours: 2 })],
  ])('%s gives what another program reads', async (_, make) => {
    const file = await make().toBuffer()
    const expected = await sharp(file).toColourspace('srgb').ensureAlpha().raw().toBuffer()
    const read = await readPng(file)
    expect(Buffer.compare(Buffer.from(read?.pixels.data ?? []), expected)).toBe(0)
  })

  test('16 bits per channel gives the nearest of 8, and says so', async () => {
    const file = await made().removeAlpha().toColourspace('rgb16').png().toBuffer()
    const read = await readPng(file)
    expect(read?.depth).toBe(16)
    const expected = await sharp(file).toColourspace('srgb').ensureAlpha().raw().toBuffer()
    const worst = expected.reduce(
      (most, level, at) => Math.max(most, Math.abs(level - (read?.pixels.data[at] ?? 999))),
      0,
    )
    expect(worst).toBeLessThanOrEqual(1)
  })

  test.each([
    ['interlaced', async () => made().png({ progressive: true }).toBuffer()],
    ['cut off', async () => (await made().png().toBuffer()).subarray(0, 300)],
    ['a JPEG', async () => made().jpeg().toBuffer()],
    ['empty', async () => Buffer.alloc(0)],
  ])('leaves what is %s to others', async (_, make) => {
    expect(await readPng(await make())).toBeUndefined()
  })
})
