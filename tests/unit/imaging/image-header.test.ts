import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sniffImage } from '#domain/picture.ts'
import { type ImageHeader, isWhole, readHeader } from '#imaging/image-header.ts'
import { inspectImage } from '#imaging/inspect-image.ts'
import { readProfile } from '#imaging/read-profile.ts'
import { serviceLimits, toSentSize } from '#imaging/source-limits.ts'

const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((c) => c.charCodeAt(0)) : part)))
const zeros = (count: number) => Array<number>(count).fill(0)
const u32 = (value: number) => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]
const box = (type: string, ...content: number[][]) => {
  const body = content.flat()
  return [...u32(body.length + 8), ...bytes(type), ...body]
}
const ispe = (width: number, height: number) => box('ispe', zeros(4), u32(width), u32(height))
const boxed = (brand: string, ...sizes: [number, number][]) =>
  Uint8Array.from([
    ...box('ftyp', [...bytes(brand)], zeros(4), [...bytes('mif1'), ...bytes(brand)]),
    ...box('meta', zeros(4), box('iprp', box('ipco', ...sizes.map(([width, height]) => ispe(width, height))))),
  ])

describe('the size in a header', () => {
  test.each([
    ['gif', bytes('GIF89a', [0x40, 1, 0xc8, 0]), 320, 200],
    ['bmp', bytes('BM', zeros(12), [40, 0, 0, 0], [0x80, 2, 0, 0], [0x20, 0xfe, 0xff, 0xff]), 640, 480],
    ['webp', bytes('RIFF', [30, 0, 0, 0], 'WEBPVP8 ', zeros(10), [0x80, 2, 0xe0, 1]), 640, 480],
    ['webp', bytes('RIFF', [22, 0, 0, 0], 'WEBPVP8L', zeros(4), [0x2f, 0x7f, 0xc2, 0x77, 0]), 640, 480],
    ['webp', bytes('RIFF', [22, 0, 0, 0], 'WEBPVP8X', zeros(4), zeros(4), [0x7f, 2, 0, 0xdf, 1, 0]), 640, 480],
    ['jpeg', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc2, 0, 9, 8, 1, 0xe0, 2, 0x80, 0, 0]), 640, 480],
    ['avif', boxed('avif', [640, 480]), 640, 480],
    ['heic', boxed('heic', [512, 512], [4032, 3024], [320, 240]), 4032, 3024],
  ])('of a %s is read', (kind, file, width, height) => {
    expect(readHeader(file)).toMatchObject({ kind, width, height })
  })

  test('is not read from a video, which has the same boxes', () => {
    expect(readHeader(Uint8Array.from(box('ftyp', [...bytes('isom')], zeros(4), [...bytes('mp42')])))).toBeUndefined()
  })
})

const signatures = [
  '',
  '\x89PNG\r\n\x1a\n',
  '\xff\xd8\xff',
  'RIFF\0\0\0\0WEBPVP8X',
  'RIFF\0\0\0\0WEBPVP8L',
  'GIF89a',
  'BM',
  '\0\0\0\x18ftypheic\0\0\0\0mif1heic',
  '\0\0\0\x18ftypavif\0\0\0\0mif1avif',
]

test('SEC D07 D08 any bytes, behind any signature, are read or refused and never throw', () => {
  fc.assert(
    fc.property(fc.constantFrom(...signatures), fc.uint8Array({ maxLength: 4096 }), (signature, rest) => {
      const file = bytes(signature, [...rest])
      const header = readHeader(file)
      if (header) expect(header.width * header.height).toBeGreaterThan(0)
      expect(['string', 'object']).toContain(typeof inspectImage(file))
    }),
    { numRuns: 2000 },
  )
})

type Read = (this: DataView, at: number, littleEndian?: boolean) => unknown

/**
 * Counts the numbers that are read from a file, which measures work independently of the machine. After `most` reads it
 * returns nothing more, so that the test ends.
 */
function countReads<T>(most: number, work: () => T): { reads: number; result: T } {
  const methods = ['getUint8', 'getUint16', 'getUint32', 'getInt32', 'getBigUint64'] as const
  const { prototype } = DataView
  const originals = methods.map((method) => [method, prototype[method] as Read] as const)
  let reads = 0
  for (const [method, read] of originals) {
    const counted: Read = function (this: DataView, ...where) {
      reads += 1
      if (reads > most) throw new RangeError('too much work')
      return read.apply(this, where)
    }
    Object.assign(prototype, { [method]: counted })
  }
  try {
    const result = work()
    return { reads, result }
  } finally {
    Object.assign(prototype, Object.fromEntries(originals))
  }
}

/** 64 kB as random as `seed`, from xorshift: ten thousand of them must cost little. */
function fillRandomly(words: Uint32Array, seed: number): void {
  let state = seed | 1
  for (let at = 0; at < words.length; at += 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[at] = state
  }
}

test('SEC D08 ten thousand files of 64 kB at random: none throws', () => {
  const file = new Uint8Array(65_536)
  const words = new Uint32Array(file.buffer)
  fc.assert(
    fc.property(fc.constantFrom(...signatures), fc.integer(), (signature, seed) => {
      fillRandomly(words, seed)
      for (const [at, letter] of [...signature].entries()) file[at] = letter.charCodeAt(0)
      const known = sniffImage(file)
      if (signature === '') expect(known).toBeUndefined()
      expect(['string', 'object']).toContain(typeof inspectImage(file))
    }),
    { numRuns: 10_000 },
  )
}, 120_000)

test('SEC D08 the work to read a file is limited by its size, whatever it contains', () => {
  const size = 65_536
  const pieces: Record<string, number[]> = {
    'chunks of nothing': [0, 0, 0, 0, 0x74, 0x45, 0x58, 0x74, 0, 0, 0, 0],
    'segments of nothing': [0xff, 0xe0, 0, 2],
    'segments that say EXIF': [0xff, 0xe1, 0, 16, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x49, 0x49, 42, 0, 8, 0, 0, 0],
    'markers alone': [0xff],
    'boxes of nothing': [...u32(8), ...bytes('free')],
    'boxes that hold the rest': [...u32(0), ...bytes('meta'), 0, 0, 0, 0],
    'boxes of the right names': box(
      'meta',
      zeros(4),
      box('iprp', box('ipco', ispe(1, 1))),
      box('iinf', [...bytes('Exif')]),
    ),
  }
  for (const signature of signatures) {
    for (const [what, piece] of Object.entries(pieces)) {
      const start = [...bytes(signature)]
      const file = new Uint8Array(size)
      file.set(start)
      for (let at = start.length; at + piece.length <= size; at += piece.length) file.set(piece, at)
      const { reads } = countReads(4 * size, () => inspectImage(file))
      expect(reads, `${what} behind ${JSON.stringify(signature)}`).toBeLessThan(4 * size)
    }
  }
})

test('SEC D04 a PNG of a kilobyte that claims 65,535 a side is refused by its header', () => {
  const file = new Uint8Array(1024)
  file.set(bytes('\x89PNG\r\n\x1a\n', u32(13), 'IHDR', u32(65_535), u32(65_535), [8, 6, 0, 0, 0], zeros(4)))
  expect(inspectImage(file)).toBe(
    'has 65,535 × 65,535 pixels. That is more than a browser can open; at most 200 megapixels.',
  )
})

test.each([
  [16_384, 12_207, undefined],
  [12_207, 16_384, undefined],
  [18_000, 1_440, undefined],
  [16_384, 12_208, 'That is more than a browser can open; at most 200 megapixels.'],
])('D15 a picture of %d × %d is let through, or refused with the limit named', (width, height, words) => {
  const header = bytes('\x89PNG\r\n\x1a\n', u32(13), 'IHDR', u32(width), u32(height), [8, 6, 0, 0, 0], zeros(4))
  const found = inspectImage(bytes([...header], u32(0), 'IEND', zeros(4)))
  if (words === undefined) expect(found).toMatchObject({ kind: 'png', width, height })
  else expect(found).toMatch(new RegExp(`^has .* pixels\\. ${words}$`))
})

test.each([
  ['of no bytes', bytes(), 'is empty: it has 0 bytes.'],
  [
    'of a JPEG without a frame',
    bytes([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xd9]),
    'is damaged: its size cannot be read. Copy or export it again.',
  ],
  [
    'of a JPEG that is cut off before its first scan',
    bytes([0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 99, 0, 99, 1, 1, 0x11, 0]),
    'is cut off: the end of the file is missing. Copy or download it again.',
  ],
  [
    'of a progressive JPEG that is cut off',
    bytes([0xff, 0xd8, 0xff, 0xc2, 0, 11, 8, 0, 99, 0, 99, 1, 1, 0x11, 0, 0xff, 0xda, 0, 2, 9]),
    'is cut off: the end of the file is missing. Copy or download it again.',
  ],
  [
    'of a PNG that is cut off',
    bytes('\x89PNG\r\n\x1a\n', u32(13), 'IHDR', u32(99), u32(99), [8, 6, 0, 0, 0], zeros(4), u32(99), 'IDAT', zeros(9)),
    'is cut off: the end of the file is missing. Copy or download it again.',
  ],
  [
    'of a WebP that is cut off',
    bytes('RIFF', [99, 0, 0, 0], 'WEBPVP8 ', zeros(10), [99, 0, 99, 0]),
    'is cut off: the end of the file is missing. Copy or download it again.',
  ],
])('SEC D07 a file %s is refused in words', (_what, file, words) => {
  expect(inspectImage(file)).toBe(words)
})

test('a JPEG of one scan without its end marker is left to its decoder, which sees whether pixels are missing', () => {
  const file = bytes([0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 99, 0, 99, 1, 1, 0x11, 0, 0xff, 0xda, 0, 2, 9])
  expect(inspectImage(file)).toMatchObject({ kind: 'jpeg', width: 99, height: 99, unended: true })
})

const fixture = (name: string) => new Uint8Array(readFileSync(`tests/fixtures/inputs/${name}`))

test.each([
  ['noeoi.jpg', { kind: 'jpeg', width: 600, height: 400, unended: true, animated: false }],
  ['o6.webp', { kind: 'webp', width: 600, height: 400, orientation: 6, animated: false }],
  ['anim.webp', { kind: 'webp', width: 200, height: 150, animated: true }],
  ['anim.png', { kind: 'png', width: 200, height: 150, animated: true, hasAlpha: true }],
  ['longshot.png', { kind: 'png', width: 1440, height: 18_000, animated: false, hasAlpha: false }],
  ['p3.heic', { kind: 'heic', width: 600, height: 400, animated: false }],
])('E8 the header of %s is read', (name, header) => {
  expect(inspectImage(fixture(name))).toMatchObject(header)
})

test('E8 a text that begins with "BM" is said to be a text', () => {
  expect(inspectImage(fixture('BMW palette.txt'))).toBe('holds text, not an image, whatever its name says.')
})

test.each([
  ['p3.heic', 'p3'],
  ['p3.jpg', 'p3'],
  ['noeoi.jpg', 'srgb'],
  ['anim.png', 'srgb'],
])('E3 the colours of %s are known to be %s', async (name, profile) => {
  const file = fixture(name)
  expect(await readProfile(readHeader(file) as ImageHeader, file)).toBe(profile)
})

test('SEC D07 a JPEG of endless markers ends', () => {
  const markers = new Uint8Array(8_000_000)
  markers.set([0xff, 0xd8])
  for (let at = 2; at + 4 <= markers.length; at += 4) markers.set([0xff, 0xe0, 0, 2], at)
  const { reads, result } = countReads(500_000, () => readHeader(markers))
  expect(result).toBeUndefined()
  // About a hundred thousand markers are read: not all two million, and not none.
  expect(reads).toBeGreaterThan(90_000)
  expect(reads).toBeLessThan(500_000)
  expect(isWhole('jpeg', new Uint8Array(8_000_000).fill(0xff))).toBe(false)
})

test('the end marker of a preview inside EXIF is not taken for the end of the JPEG', () => {
  const preview = [0xff, 0xe1, 0, 6, 0xff, 0xd9, 0, 0]
  const start = bytes([0xff, 0xd8], preview, [0xff, 0xc0, 0, 9, 8, 1, 0, 1, 0, 0, 0], [0xff, 0xda, 0, 2, 9, 0xff, 0, 9])
  expect(isWhole('jpeg', start)).toBe(false)
  expect(isWhole('jpeg', bytes([...start], [0xff, 0xd0, 7, 0xff, 0xd9]))).toBe(true)
})

test('what is sent has at most 20 megapixels and at least 64 a side, in the same shape', () => {
  const side = fc.integer({ min: 1, max: 40_000 })
  fc.assert(
    fc.property(side, side, (width, height) => {
      const size = toSentSize({ width, height }, serviceLimits)
      if (!size) {
        expect(Math.max(width, height) / Math.min(width, height)).toBeGreaterThan(100)
        return
      }
      expect(size.width * size.height).toBeLessThanOrEqual(20_000_000)
      expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(64)
      const shape = size.width / size.height / (width / height)
      expect(Math.abs(shape - 1)).toBeLessThan(0.02)
    }),
    { numRuns: 2000 },
  )
})
