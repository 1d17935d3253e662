import { expect, test } from 'vitest'
import { expectedLosses } from '#domain/expected-losses.ts'
import type { FileFacts } from '#domain/source-file.ts'

const facts: FileFacts = { name: 'a', orientation: 1, profile: 'srgb', hasAlpha: false }

test.each([
  ['an sRGB JPEG keeps everything', 'image/jpeg', {}, []],
  ['a Display P3 JPEG keeps its profile', 'image/jpeg', { profile: 'p3' }, []],
  ['a Display P3 HEIC becomes sRGB', 'image/heic', { profile: 'p3' }, ['profile']],
  ['a translucent PNG keeps its alpha', 'image/png', { hasAlpha: true }, []],
  ['a translucent WebP may change slightly', 'image/webp', { hasAlpha: true }, ['alpha']],
  ['a PNG of 16 bits becomes one of 8', 'image/png', { deep: true }, ['depth']],
] as const)('%s', (_, mime, own, losses) => {
  expect(expectedLosses({ mime, file: { ...facts, ...own } })).toEqual(losses)
})

test('an image that was made here loses nothing', () => {
  expect(expectedLosses({ mime: 'image/png' })).toEqual([])
})
