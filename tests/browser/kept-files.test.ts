import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { toFailure } from '#domain/failure.ts'
import type { Picture } from '#domain/picture.ts'
import { exportImage } from '#imaging/export/export-image.ts'
import type { ExportJob } from '#imaging/export/make-export.ts'
import { fitPicture } from '#imaging/fit-picture.ts'
import { readImage } from '#imaging/prepare-image.ts'
import { toSent } from '#imaging/sent-file.ts'
import { sha256Of } from '#imaging/sha256.ts'
import { serviceLimits } from '#imaging/source-limits.ts'
import { defaultSettings, planExport } from '#library/export/export-plan.ts'
import { saveExport } from '#library/export/save-export.ts'
import { keepPicture } from '#library/keep-picture.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { colourAt, encode, noise, redCorner, withExif } from '../support/made-files.ts'
import { sentOf } from '../support/read-files.ts'

const never = new AbortController().signal
let name: string
let store: GalleryStore

beforeEach(async () => {
  name = `files-${crypto.randomUUID()}`
  store = await openGallery({ name })
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  store.close()
  indexedDB.deleteDatabase(name)
})

const input = async (file: string) => (await fetch(`/tests/fixtures/inputs/${encodeURIComponent(file)}`)).blob()
const hash = async (bytes: Blob) => sha256Of(new Uint8Array(await bytes.arrayBuffer()))
const textOf = async (blob: Blob) => new TextDecoder('latin1').decode(await blob.arrayBuffer())

async function keep(bytes: Blob, fileName: string): Promise<{ picture: Picture; original: Blob; drawable: Blob }> {
  const { id } = await keepPicture(store, new File([bytes], fileName), 'sources', never)
  const [picture, original, drawable] = [await store.picture(id), await store.original(id), await store.drawable(id)]
  if (!picture || !original || !drawable) throw new Error('it was not kept')
  return { picture, original, drawable }
}

async function refusalOf(file: string): Promise<string> {
  const failure = toFailure(await keep(await input(file), file).catch((error: unknown) => error))
  return failure.kind === 'invalid' ? (failure.issues[0]?.message ?? '') : failure.kind
}

async function pixelAt(image: Blob, x: number, y: number): Promise<number[]> {
  const bitmap = await createImageBitmap(image)
  const context = new OffscreenCanvas(1, 1).getContext('2d') as OffscreenCanvasRenderingContext2D
  context.drawImage(bitmap, -Math.floor(x * bitmap.width), -Math.floor(y * bitmap.height))
  return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)]
}

describe('a file that is kept', () => {
  test('under two names is on the disk once, and stays whole for the second when the first is deleted', async () => {
    const photo = await encode('image/jpeg', 640, 480, noise, 0.9)
    const [first, second] = [await keep(photo, 'a.jpg'), await keep(photo, 'b.jpg')]
    expect(second.picture.id).not.toBe(first.picture.id)
    await store.deleteForEver([first.picture.id])
    expect(await store.original(first.picture.id)).toBeDefined()
    store.close()
    store = await openGallery({ name })
    expect(await store.picture(first.picture.id)).toBeUndefined()
    expect(await hash((await store.original(second.picture.id)) as Blob)).toBe(await hash(photo))
    expect((await store.drawable(second.picture.id))?.type).toBe('image/jpeg')
    await store.deleteForEver([second.picture.id])
    expect(await store.original(second.picture.id)).toBeUndefined()
    expect(await store.original(first.picture.id)).toBeUndefined()
  })

  test('a photo of 12 MP with GPS data keeps every byte; the sent file is upright, in sRGB, small and has no GPS data', async () => {
    const photo = await withExif(await encode('image/jpeg', 4032, 3024, noise, 0.9), 6, true)
    const { picture, original } = await keep(photo, 'IMG_0001.JPG')
    expect(await hash(original)).toBe(await hash(photo))
    expect(picture).toMatchObject({
      mime: 'image/jpeg',
      width: 3024,
      height: 4032,
      sizeBytes: photo.size,
      sha256: await hash(photo),
      file: { name: 'IMG_0001.JPG', orientation: 6, profile: 'srgb', hasAlpha: false },
    })
    const sent = await sentOf(original, 'IMG_0001.JPG')
    expect(sent.bytes.size).toBeLessThan(10_000_000)
    expect(sent.width / sent.height).toBeCloseTo(0.75, 2)
    expect(await textOf(sent.bytes)).not.toMatch(/Exif|http:\/\/ns.adobe/)
    expect(sent.notes).toEqual(
      expect.arrayContaining([
        'Sent upright',
        'Sent without location',
        expect.stringMatching(/^Sent as \d\.\d MB instead of/),
      ]),
    )
    expect((await store.thumbnails([picture.id])).size).toBe(1)
  })

  test('a photo of 48 MP is kept, and sent with 20', async () => {
    const photo = await encode('image/jpeg', 8064, 6048, redCorner)
    const { picture, original } = await keep(photo, 'large.jpg')
    expect([picture.width, picture.height]).toEqual([8064, 6048])
    expect(original.size).toBe(photo.size)
    const sent = await sentOf(photo, 'large.jpg')
    expect(sent.width * sent.height).toBeLessThanOrEqual(20_000_000)
    expect(sent.notes).toEqual(['Sent as 5,163 × 3,872 pixels'])
  })

  test.each([
    ['noeoi.jpg', { mime: 'image/jpeg', width: 600, height: 400, orientation: 1, notes: [] }],
    ['o6.webp', { mime: 'image/webp', width: 400, height: 600, orientation: 6, notes: ['Sent upright'] }],
    [
      'anim.webp',
      { mime: 'image/webp', width: 200, height: 150, orientation: 1, notes: ['Only the first frame is sent'] },
    ],
    [
      'anim.png',
      { mime: 'image/png', width: 200, height: 150, orientation: 1, notes: ['Only the first frame is sent'] },
    ],
    ['p3.heic', { mime: 'image/heic', width: 600, height: 400, orientation: 1, notes: ['Sent in sRGB'] }],
    ['p3.jpg', { mime: 'image/jpeg', width: 600, height: 400, orientation: 1, notes: ['Sent in sRGB'] }],
    ['longshot.png', { mime: 'image/png', width: 1440, height: 18_000, orientation: 1, notes: [] }],
  ] as const)('E8 %s stays as it is, and what is done before it is sent is said', async (file, expected) => {
    const given = await input(file)
    const { picture, original, drawable } = await keep(given, file)
    const { notes, orientation, ...size } = expected
    expect(picture).toMatchObject({ ...size, file: { name: file, orientation } })
    expect(await hash(original)).toBe(await hash(given))
    expect(original.type).toBe(expected.mime)
    const sent = await sentOf(given, file)
    expect(sent.notes).toEqual(expect.arrayContaining([...notes]))
    const shown = await createImageBitmap(drawable)
    expect([shown.width, shown.height]).toEqual([picture.width, picture.height])
  })

  test('E8 a screenshot of 1,440 × 18,000 is sent scaled down, in its shape', async () => {
    const { width, height, notes } = await sentOf(await input('longshot.png'), 'longshot.png')
    expect(width * height).toBeLessThanOrEqual(20_000_000)
    expect(height / width).toBeCloseTo(12.5, 1)
    expect(notes[0]).toMatch(/^Sent as [\d,]+ × [\d,]+ pixels/)
  })

  test('E8 a text called a palette of BMW is said to be a text', async () => {
    expect(await refusalOf('BMW palette.txt')).toBe(
      '“BMW palette.txt” holds text, not an image, whatever its name says.',
    )
  })

  test('a JPEG without its end marker whose last pixels are missing is refused', async () => {
    const whole = await encode('image/jpeg', 600, 400, noise)
    const failure = toFailure(await keep(whole.slice(0, whole.size * 0.7), 'cut.jpg').catch((error: unknown) => error))
    expect(failure).toMatchObject({ issues: [{ message: expect.stringContaining('is cut off') }] })
  })

  test('a HEIC is exported at an exact size, in the colours of the same JPEG', async () => {
    const [heic, jpeg] = [await keep(await input('p3.heic'), 'p3.heic'), await keep(await input('p3.jpg'), 'p3.jpg')]
    const settings = { ...defaultSettings, size: { width: '150', height: '150' }, format: 'image/png' as const }
    const made: Blob[] = []
    const make = async (job: ExportJob, signal: AbortSignal) => {
      const exported = await exportImage(job, signal)
      made.push(exported.bytes)
      return exported
    }
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
    for (const { picture } of [heic, jpeg]) {
      const items = planExport([picture], settings)
      expect(items).toMatchObject([{ size: { width: 150, height: 150 }, format: 'image/png' }])
      await saveExport({ store, make }, items, { quality: 90, withRecipe: false, archive: 'a.zip' })
    }
    const [one, other] = made as [Blob, Blob]
    const bitmap = await createImageBitmap(one)
    expect([bitmap.width, bitmap.height, one.type]).toEqual([150, 150, 'image/png'])
    // Between the edges of its surfaces.
    for (const at of [0.1, 0.3, 0.7, 0.9]) {
      const [ours, theirs] = [await pixelAt(one, at, at), await pixelAt(other, at, at)]
      for (const [channel, value] of ours.entries()) expect(Math.abs(value - (theirs[channel] ?? 0))).toBeLessThan(8)
    }
  })

  test('E3 a HEIC in Display P3 comes out like the same JPEG', async () => {
    const [heic, jpeg] = [
      await sentOf(await input('p3.heic'), 'p3.heic'),
      await sentOf(await input('p3.jpg'), 'p3.jpg'),
    ]
    for (const [x, y] of [
      [0.1, 0.1],
      [0.3, 0.5],
      [0.5, 0.5],
      [0.7, 0.5],
      [0.9, 0.9],
    ] as const) {
      const [one, other] = [await pixelAt(heic.bytes, x, y), await pixelAt(jpeg.bytes, x, y)]
      for (const [channel, value] of one.entries()) expect(Math.abs(value - (other[channel] ?? 0))).toBeLessThan(8)
    }
  })
})

test('what is sent is derived once for calls of the same moment, and again after a failure', async () => {
  const bytes = await encode('image/jpeg', 300, 200, redCorner)
  const file = { bytes, name: 'a.jpg', sha256: await hash(bytes) }
  const [one, other] = await Promise.all([toSent(file, serviceLimits), toSent({ ...file }, serviceLimits)])
  expect(other).toBe(one)
  const broken = { bytes: new Blob(['no image']), name: 'b.jpg', sha256: 'b' }
  await expect(toSent(broken, serviceLimits)).rejects.toMatchObject({ failure: { kind: 'invalid' } })
  expect((await toSent({ ...broken, bytes }, serviceLimits)).size.width).toBe(300)
})

test('a file whose reading is stopped leaves nothing', async () => {
  const stopped = new AbortController()
  const file = new File([await encode('image/jpeg', 300, 200, redCorner)], 'a.jpg')
  const keeping = keepPicture(store, file, 'gallery', stopped.signal)
  stopped.abort()
  await expect(keeping).rejects.toMatchObject({ name: 'AbortError' })
  expect(await store.pictures('gallery', 9)).toEqual([])
})

describe('F7 a browser whose canvas has a limit', () => {
  test.each(['throws', 'draws nothing'])(
    'and %s above it: the image is sent smaller, and that is said',
    async (how) => {
      const most = 1_000_000
      const Real = OffscreenCanvas
      vi.stubGlobal(
        'OffscreenCanvas',
        class extends Real {
          constructor(width: number, height: number) {
            if (width * height > most && how === 'throws') throw new RangeError('too large')
            super(width * height > most ? 0 : width, height)
          }
        },
      )
      const bitmap = await createImageBitmap(await encodeWith(Real, 1200, 1200))
      const image = { bitmap, orientation: 1, size: { width: 1200, height: 1200 } }
      const fitted = await fitPicture(image, image.size, false, serviceLimits)
      expect(fitted).toMatchObject({ forced: true, size: { width: 1020 - 153, height: 1020 - 153 } })
    },
  )
})

async function encodeWith(Canvas: typeof OffscreenCanvas, width: number, height: number): Promise<Blob> {
  const canvas = new Canvas(width, height)
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
  redCorner(context, width, height)
  return canvas.convertToBlob({ type: 'image/png' })
}

test('reading tells what the image is without keeping anything', async () => {
  const png = await encode('image/png', 120, 80, redCorner)
  const { facts, thumbnail, rendition } = await readImage(png, 'a.png', never)
  expect(facts).toMatchObject({ mime: 'image/png', width: 120, height: 80, hasAlpha: true })
  expect((await colourAt(thumbnail, 'left', 'top')).isRed).toBe(true)
  expect(rendition).toBeUndefined()
})
