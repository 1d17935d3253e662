import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { findProfile } from '#imaging/edit/embedded-profile.ts'
import { readPng, unpackProfile } from '#imaging/edit/png-reader.ts'
import { convertToProfile, isSrgb, readProfile } from '#imaging/edit/profile.ts'

/** Red, green and blue ramps and greys, as a file of sRGB pixels. */
const ramps = Uint8Array.from({ length: 64 * 5 * 3 }, (_, at) => {
  const [pixel, channel] = [Math.floor(at / 3), at % 3]
  const [level, row] = [(pixel % 64) * 4, Math.floor(pixel / 64)]
  return row === 4 ? (channel === 0 ? level : 255 - level) : row === 3 || row === channel ? level : 20
})
const made = () => sharp(ramps, { raw: { width: 64, height: 5, channels: 3 } })

async function p3(format: 'png' | 'jpeg' | 'webp') {
  return new Uint8Array(await made().withIccProfile('p3').toFormat(format).toBuffer())
}

describe('a Display P3 profile', () => {
  test.each(['jpeg', 'webp'] as const)('is found in a %s', async (format) => {
    const icc = findProfile(await p3(format))
    if (!icc || icc === 'hidden') throw new Error('no profile')
    const profile = readProfile(icc)
    expect(profile && isSrgb(profile)).toBe(false)
  })

  test('takes sRGB to the levels that another program writes for it, to one level', async () => {
    const file = await readPng(await p3('png'))
    const profile = readProfile((await unpackProfile(file?.colour ?? [])) ?? new Uint8Array())
    if (!file || !profile) throw new Error('no profile')
    const data = new Uint8ClampedArray(await made().ensureAlpha().raw().toBuffer())
    convertToProfile({ data, width: 64, height: 5 }, profile)
    const worst = data.reduce((most, level, at) => Math.max(most, Math.abs(level - (file.pixels.data[at] ?? 999))), 0)
    expect(worst).toBeLessThanOrEqual(1)
  })
})

test('sRGB’s own profile is known as sRGB, and taking pixels into it changes none', async () => {
  const png = await readPng(new Uint8Array(await made().withIccProfile('srgb').png().toBuffer()))
  const profile = readProfile((await unpackProfile(png?.colour ?? [])) ?? new Uint8Array())
  if (!profile) throw new Error('no profile')
  expect(isSrgb(profile)).toBe(true)
  const data = new Uint8ClampedArray(await made().ensureAlpha().raw().toBuffer())
  const before = data.slice()
  convertToProfile({ data, width: 64, height: 5 }, profile)
  expect(data.reduce((most, level, at) => Math.max(most, Math.abs(level - (before[at] ?? 0))), 0)).toBeLessThanOrEqual(
    1,
  )
})

test.each([
  ['empty', new Uint8Array()],
  ['cut off', Uint8Array.from({ length: 200 }, () => 7)],
])('a profile that is %s is none', (_, bytes) => {
  expect(readProfile(bytes)).toBeUndefined()
})

test('a file that is no image has no profile', () => {
  expect(findProfile(new Uint8Array(40))).toBeUndefined()
})
