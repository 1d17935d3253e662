import { expect, test } from 'vitest'
import { decodeBase64, encodeBase64 } from '#domain/base64.ts'

// Sizes around the end of a chunk, where padding could get into the text.
test.each([0, 1, 2, 3, 24_575, 24_576, 24_577, 24_578, 100_001])('%i bytes come back as they were', (size) => {
  const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 7_919) >> 3)
  const text = encodeBase64(bytes)
  expect(text).toBe(Buffer.from(bytes).toString('base64'))
  expect(decodeBase64(text)).toEqual(bytes)
})

test('text that is not base64 is refused', () => {
  expect(() => decodeBase64('%%%')).toThrow()
})
