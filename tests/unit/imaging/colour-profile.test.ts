import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { fromSrgb, isSrgb, type MatrixProfile, profileOfIcc, readIcc, toSrgb } from '#imaging/colour-profile.ts'
import { joinBytes } from '#imaging/container/bytes.ts'
import { toPngChunk } from '#imaging/container/chunks.ts'
import { readPng } from '#imaging/edit/png-reader.ts'
import { readHeader } from '#imaging/image-header.ts'
import { findIcc } from '#imaging/read-profile.ts'

/** Red, green and blue ramps and greys, as a file of sRGB pixels. */
const ramps = Uint8Array.from({ length: 64 * 5 * 3 }, (_, at) => {
  const [pixel, channel] = [Math.floor(at / 3), at % 3]
  const [level, row] = [(pixel % 64) * 4, Math.floor(pixel / 64)]
  return row === 4 ? (channel === 0 ? level : 255 - level) : row === 3 || row === channel ? level : 20
})
const made = () => sharp(ramps, { raw: { width: 64, height: 5, channels: 3 } })
const formats = ['png', 'jpeg', 'webp', 'avif'] as const

async function fileIn(profile: 'p3' | 'srgb', format: (typeof formats)[number]) {
  return new Uint8Array(await made().withIccProfile(profile).toFormat(format).toBuffer())
}

async function iccIn(file: Uint8Array) {
  const header = readHeader(file)
  return header && findIcc(header, file)
}

async function profileIn(file: Uint8Array): Promise<MatrixProfile> {
  const profile = readIcc((await iccIn(file)) ?? new Uint8Array())
  if (!profile) throw new Error('no profile')
  return profile
}

const srgbPixels = async () => new Uint8ClampedArray(await made().ensureAlpha().raw().toBuffer())
const worstOf = (one: Uint8ClampedArray, other: ArrayLike<number>) =>
  one.reduce((most, level, at) => Math.max(most, Math.abs(level - (other[at] ?? 999))), 0)

describe('a Display P3 profile', () => {
  test.each(formats)('is found in a %s', async (format) => {
    expect(profileOfIcc((await iccIn(await fileIn('p3', format))) ?? new Uint8Array())).toBe('p3')
  })

  test('takes sRGB to the levels that another program writes for it, to one level', async () => {
    const file = await fileIn('p3', 'png')
    const pixels = await srgbPixels()
    fromSrgb(pixels, await profileIn(file))
    expect(worstOf(pixels, (await readPng(file))?.pixels.data ?? [])).toBeLessThanOrEqual(1)
  })

  test('is taken to the levels of sRGB that another program gets from it, to one level', async () => {
    const file = await fileIn('p3', 'png')
    const pixels = new Uint8ClampedArray((await readPng(file))?.pixels.data ?? [])
    toSrgb(pixels, await profileIn(file))
    const expected = await sharp(file).ensureAlpha().raw().toBuffer()
    expect(worstOf(pixels, expected)).toBeLessThanOrEqual(1)
  })
})

test('sRGB’s own profile is known as sRGB, and taking pixels into it changes none', async () => {
  const profile = await profileIn(await fileIn('srgb', 'png'))
  expect(isSrgb(profile)).toBe(true)
  const pixels = await srgbPixels()
  fromSrgb(pixels, profile)
  expect(worstOf(pixels, await srgbPixels())).toBeLessThanOrEqual(1)
})

test('a profile with another curve in one channel only is not sRGB', async () => {
  const { toXyz, curves } = await profileIn(await fileIn('srgb', 'png'))
  const [red, green] = curves
  expect(isSrgb({ toXyz, curves: [red, green, (value) => value ** 1.8] })).toBe(false)
})

test.each([
  ['empty', () => new Uint8Array()],
  ['cut off', () => Uint8Array.from({ length: 200 }, () => 7)],
])('a profile that is %s is none', (_, bytes) => {
  expect(readIcc(bytes())).toBeUndefined()
})

test('a profile with tables is not read by its primaries, which count less', async () => {
  const icc = (await iccIn(await fileIn('p3', 'png'))) ?? new Uint8Array()
  const tag = Buffer.from(icc).indexOf('desc', 128)
  icc.set(new TextEncoder().encode('A2B0'), tag)
  expect(readIcc(icc)).toBeUndefined()
})

test('a profile that would become larger than any is not read', async () => {
  const packed = new Blob([new Uint8Array(64 * 2 ** 20)]).stream().pipeThrough(new CompressionStream('deflate'))
  const content = joinBytes([
    new TextEncoder().encode('icc\0\0'),
    new Uint8Array(await new Response(packed).arrayBuffer()),
  ])
  const png = await fileIn('srgb', 'png')
  const plain = new Uint8Array(await made().png().toBuffer())
  expect(await iccIn(png)).toBeDefined()
  expect(
    await iccIn(joinBytes([plain.subarray(0, 33), toPngChunk('iCCP', content), plain.subarray(33)])),
  ).toBeUndefined()
})

test('a file that is no image has no profile', async () => {
  expect(await findIcc({ ...headerOfPng, kind: 'png' }, new Uint8Array(40))).toBeUndefined()
  expect(await findIcc({ ...headerOfPng, kind: 'webp' }, new Uint8Array(40))).toBeUndefined()
  expect(await findIcc({ ...headerOfPng, kind: 'jpeg' }, new Uint8Array(40))).toBeUndefined()
})

const headerOfPng = { width: 1, height: 1, orientation: 1, metadata: 'none', hasAlpha: false, animated: false } as const
