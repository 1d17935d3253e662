import { expect, test } from 'vitest'
import { extensionOf, imageMimes, sniffImage } from '#domain/picture.ts'

const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]
const jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0]
const webp = [...Buffer.from('RIFF'), 1, 2, 3, 4, ...Buffer.from('WEBP')]

test('the kind of a picture is read from its first bytes', () => {
  expect([png, jpeg, webp].map((bytes) => sniffImage(new Uint8Array(bytes)))).toEqual(imageMimes)
})

test.each([
  ['PNG', png, 8],
  ['JPEG', jpeg, 3],
])('each byte of the head of a %s counts', (_, bytes, length) => {
  for (let index = 0; index < length; index += 1) expect(sniffImage(changed(bytes, index))).toBeUndefined()
  expect(sniffImage(changed(bytes, length))).toBeDefined()
  expect(sniffImage(new Uint8Array(bytes.slice(0, length - 1)))).toBeUndefined()
})

test('a WebP says so twice, with its size between', () => {
  for (const index of [0, 1, 2, 3, 8, 9, 10, 11]) expect(sniffImage(changed(webp, index))).toBeUndefined()
  for (const index of [4, 5, 6, 7]) expect(sniffImage(changed(webp, index))).toBe('image/webp')
  expect(sniffImage(new Uint8Array())).toBeUndefined()
})

test('a file ends as its kind is called', () => {
  expect(imageMimes.map(extensionOf)).toEqual(['png', 'jpg', 'webp'])
})

function changed(bytes: readonly number[], at: number): Uint8Array {
  return new Uint8Array(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)))
}
