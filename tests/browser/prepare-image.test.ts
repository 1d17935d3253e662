import { describe, expect, test } from 'vitest'
import { toFailure } from '#domain/failure.ts'
import { sniffImage } from '#domain/picture.ts'
import { readImage } from '#imaging/prepare-image.ts'
import { colourAt, disc, encode, noise, plain, pngClaiming, redCorner, withExif } from '../support/made-files.ts'
import { sentOf } from '../support/read-files.ts'

async function refusalOf(bytes: BlobPart, name: string): Promise<string> {
  const failure = toFailure(await sentOf(bytes, name).catch((error: unknown) => error))
  if (failure.kind !== 'invalid') throw new Error(`not refused as invalid: ${failure.kind}`)
  expect(failure.issues[0]?.field).toBe('sources')
  return failure.issues[0]?.message ?? ''
}

const firstBytes = async (blob: Blob) => new Uint8Array(await blob.slice(0, 16).arrayBuffer())
const textOf = async (blob: Blob) => new TextDecoder('latin1').decode(await blob.arrayBuffer())

describe('a camera JPEG', () => {
  const corners = [
    [1, 'left', 'top', false],
    [2, 'right', 'top', false],
    [3, 'right', 'bottom', false],
    [4, 'left', 'bottom', false],
    [5, 'left', 'top', true],
    [6, 'right', 'top', true],
    [7, 'right', 'bottom', true],
    [8, 'left', 'bottom', true],
  ] as const
  test.each(corners)('SEC D13 with orientation %i is turned upright', async (orientation, across, down, swapped) => {
    const jpeg = await withExif(await encode('image/jpeg', 240, 120, redCorner), orientation, false)
    const prepared = await sentOf(jpeg, 'IMG_1.jpg')
    expect([prepared.width, prepared.height]).toEqual(swapped ? [120, 240] : [240, 120])
    expect((await colourAt(prepared.bytes, across, down)).isRed).toBe(true)
    expect(prepared.notes.includes('Sent upright')).toBe(orientation > 1)
  })

  test('SEC D12 loses its place and its camera data, and says so', async () => {
    const jpeg = await withExif(await encode('image/jpeg', 200, 100, plain), 6, true)
    expect(await textOf(jpeg)).toContain('Exif')
    const { bytes, notes } = await sentOf(jpeg, 'IMG_2.jpg')
    expect(await textOf(bytes)).not.toContain('Exif')
    expect(bytes.type).toBe('image/jpeg')
    expect(notes).toEqual(['Sent upright', 'Sent without location'])
  })

  test('of more than 20 megapixels and 10 MB is made smaller than both, with a note', async () => {
    const jpeg = await encode('image/jpeg', 6000, 4000, noise, 0.9)
    expect(jpeg.size).toBeGreaterThan(14_000_000)
    const { bytes, notes, width, height } = await sentOf(jpeg, 'large.jpg')
    expect(bytes.size).toBeLessThan(10_000_000)
    expect(width * height).toBeLessThanOrEqual(20_000_000)
    expect(width / height).toBeCloseTo(1.5, 2)
    expect(notes).toEqual([
      expect.stringMatching(/^Sent as [\d,]+ × [\d,]+ pixels$/),
      expect.stringMatching(/^Sent as \d\.\d MB instead of \d\d\.\d MB$/),
    ])
  })

  test('SEC D07 that is cut off is refused', async () => {
    const jpeg = await encode('image/jpeg', 400, 400, noise)
    expect(await refusalOf(jpeg.slice(0, jpeg.size * 0.7), 'cut.jpg')).toBe(
      '“cut.jpg” is cut off: the end of the file is missing. Copy or download it again.',
    )
  })

  test('with something after its end is taken: phones append a film', async () => {
    const jpeg = await encode('image/jpeg', 300, 200, plain)
    const { width } = await sentOf(new Blob([jpeg, new Uint8Array(300_000)]), 'motion.jpg')
    expect(width).toBe(300)
  })
})

describe('other formats', () => {
  test('a PNG with transparency stays a PNG with transparency', async () => {
    const { bytes, notes } = await sentOf(await encode('image/png', 300, 300, disc), 'disc.png')
    expect(sniffImage(await firstBytes(bytes))).toBe('image/png')
    const corner = await colourAt(await encode('image/png', 300, 300, disc), 'left', 'top')
    expect(await colourAt(bytes, 'left', 'top')).toEqual(corner)
    expect(notes).toEqual([])
  })

  test('a PNG of more than 10 MB becomes a JPEG', async () => {
    const png = await encode('image/png', 2400, 2000, noise)
    expect(png.size).toBeGreaterThan(14_000_000)
    const { bytes, notes } = await sentOf(png, 'noise.png')
    expect(sniffImage(await firstBytes(bytes))).toBe('image/jpeg')
    expect(bytes.size).toBeLessThan(10_000_000)
    expect(notes.join()).toContain('Sent as JPEG instead of PNG')
  })

  test('a WebP is converted, because the service may not take it', async () => {
    const { bytes, notes } = await sentOf(await encode('image/webp', 200, 100, plain), 'a.webp')
    expect(sniffImage(await firstBytes(bytes))).toBe('image/jpeg')
    expect(notes).toEqual(['Sent as JPEG instead of WebP'])
  })

  test('goes by the bytes, not by the name', async () => {
    const { bytes } = await sentOf(await encode('image/jpeg', 100, 100, plain), 'really-a-jpeg.png')
    expect(sniffImage(await firstBytes(bytes))).toBe('image/jpeg')
  })

  test('SEC D15 a HEIC is decoded', async () => {
    const heic = await (await fetch('/tests/fixtures/photo.heic')).blob()
    const { bytes, notes, width, height } = await sentOf(heic, 'IMG_3.HEIC')
    expect([width, height]).toEqual([160, 120])
    expect((await colourAt(bytes, 'left', 'top')).isRed).toBe(true)
    expect((await colourAt(bytes, 'right', 'top')).isRed).toBe(false)
    expect(notes).toEqual(['Sent as JPEG instead of HEIC'])
  })

  test('SEC D15 a damaged HEIC is refused with its name', async () => {
    const heic = new Uint8Array(await (await fetch('/tests/fixtures/photo.heic')).arrayBuffer())
    heic.fill(0, heic.length - 400)
    expect(await refusalOf(heic, 'broken.heic')).toMatch(/^“broken\.heic” is a HEIC photo that cannot be decoded/)
  })

  test('a tiny picture is scaled up to what the models need', async () => {
    const { width, height, notes } = await sentOf(await encode('image/png', 10, 20, plain), 'icon.png')
    expect([width, height]).toEqual([64, 128])
    expect(notes.join()).toContain('Sent as 64 × 128 pixels: the models need at least 64 a side')
  })
})

describe('what is no picture', () => {
  const svg = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
  test.each([
    ['an empty file', '', 'empty.jpg', '“empty.jpg” is empty: it has 0 bytes.'],
    ['text called .png', 'just words', 'notes.png', '“notes.png” holds text, not an image, whatever its name says.'],
    ['an SVG', svg, 'logo.svg', '“logo.svg” is an SVG drawing. SVG drawings cannot be read; export it as PNG.'],
    ['a PDF', '%PDF-1.7 …', 'a.pdf', '“a.pdf” is a PDF document. Export the page as PNG.'],
  ])('%s is refused with its name and the reason', async (_, content, name, message) => {
    expect(await refusalOf(content, name)).toBe(message)
  })

  test('D15 a picture of 20,000 × 20,000 is refused from its header, never decoded', async () => {
    expect(await refusalOf(pngClaiming(20_000, 20_000), 'bomb.png')).toBe(
      '“bomb.png” has 20,000 × 20,000 pixels. That is more than a browser can open; at most 200 megapixels.',
    )
  })

  test('D15 a picture of 225 megapixels is refused', async () => {
    expect(await refusalOf(pngClaiming(15_000, 15_000), 'wall.png')).toContain('at most 200 megapixels.')
  })

  test('a file of more than 100 MB is refused without being read', async () => {
    const part = new Uint8Array(1_100_000)
    expect(await refusalOf(new Blob(Array.from({ length: 100 }, () => part)), 'film.jpg')).toBe(
      '“film.jpg” has 110.0 MB; at most 100 MB can be opened.',
    )
  })

  test('a PNG whose pixels are missing is refused', async () => {
    expect(await refusalOf(pngClaiming(200, 200), 'hollow.png')).toMatch(/^“hollow\.png” is damaged/)
  })
})

test('several at once are prepared in turn; one that is stopped holds up nothing', async () => {
  const jpeg = await encode('image/jpeg', 400, 300, plain)
  const stopped = new AbortController()
  const first = readImage(new File([jpeg], '1.jpg'), '1.jpg', stopped.signal)
  const second = readImage(new File([jpeg], '2.jpg'), '2.jpg', new AbortController().signal)
  stopped.abort()
  await expect(first).rejects.toMatchObject({ name: 'AbortError' })
  expect((await second).facts.width).toBe(400)
})
