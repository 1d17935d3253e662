import { expect, test } from 'vitest'
import { emptyDocument } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { awaitsLaying, extensionOf, imageMimes, type Picture, sniffImage } from '#domain/picture.ts'

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

test('a WebP has two signatures, with its size between them', () => {
  for (const index of [0, 1, 2, 3, 8, 9, 10, 11]) expect(sniffImage(changed(webp, index))).toBeUndefined()
  for (const index of [4, 5, 6, 7]) expect(sniffImage(changed(webp, index))).toBe('image/webp')
  expect(sniffImage(new Uint8Array())).toBeUndefined()
})

test('the extension of a file follows its type', () => {
  expect(imageMimes.map(extensionOf)).toEqual(['png', 'jpg', 'webp'])
})

test('an answer to an edit of an area, or to marks, waits until it is laid in or searched; nothing else does', () => {
  const photo = 'photo' as PictureId
  const area = [{ op: 'add', shape: { kind: 'box', box: [5, 5, 20, 20] } }]
  const recipe = { family: 'flux-kontext', sources: [photo], edits: [{ document: { ...emptyDocument(photo), area } }] }
  const made = { origin: { kind: 'made', recipe } } as unknown as Picture
  const dropped = { origin: { kind: 'dropped', recipe } } as unknown as Picture
  const plain = { origin: { kind: 'made', recipe: { ...recipe, edits: undefined } } } as unknown as Picture
  expect(awaitsLaying(made)).toBe(true)
  expect(awaitsLaying({ ...made, laying: { kind: 'laid', picture: photo } })).toBe(false)
  const marks = [{ id: 'm', n: 1, colour: 'red', note: '', kind: 'pin', at: [9, 9] }]
  const edits = [{ document: { ...emptyDocument(photo), marks }, marks: 'burnt' }]
  expect(awaitsLaying({ origin: { kind: 'made', recipe: { ...recipe, edits } } } as unknown as Picture)).toBe(true)
  expect(awaitsLaying({ ...made, origin: { ...made.origin, kind: 'sample' } as Picture['origin'] })).toBe(true)
  expect([dropped, plain].map(awaitsLaying)).toEqual([false, false])
})

function changed(bytes: readonly number[], at: number): Uint8Array {
  return new Uint8Array(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)))
}
