import { pngChunks, webpChunks } from './container/chunks.ts'
import type { ImageHeader } from './image-header.ts'
import type { PixelSize } from './source-limits.ts'

/** A decoded image. Its owner closes the bitmap. */
export interface Decoded {
  bitmap: ImageBitmap
  /** The EXIF orientation that still has to be applied; 1 for none. */
  orientation: number
  /** Pixels of the file, upright. The bitmap may have fewer. */
  size: PixelSize
}

/** The limit of canvases and bitmaps on iOS before 18. */
const smallestBrowserPixels = 16_000_000

/** Decodes a file with the browser's own decoder. `undefined`: this browser cannot. */
export async function decodeImage(file: Blob, header: ImageHeader, bytes: Uint8Array): Promise<Decoded | undefined> {
  const turnsItself = header.orientation === 1 || (header.kind !== 'png' && header.kind !== 'webp')
  const source = turnsItself ? withEnd(file, header) : withoutExif(header, bytes)
  const orientation = turnsItself ? 1 : header.orientation
  const bitmap = await createImageBitmap(source, { imageOrientation: 'from-image' }).catch(() => undefined)
  if (bitmap) return { bitmap, orientation, size: upright(bitmap, orientation) }
  const size = upright(header, header.orientation)
  const scale = Math.sqrt(smallestBrowserPixels / (header.width * header.height))
  if (scale >= 1) return undefined
  const smaller = await createImageBitmap(source, {
    imageOrientation: 'from-image',
    resizeWidth: Math.floor((turnsItself ? size.width : header.width) * scale),
    resizeQuality: 'high',
  }).catch(() => undefined)
  return smaller && { bitmap: smaller, orientation, size }
}

/** Pages show a JPEG without its end marker, but Chromium's `createImageBitmap` refuses it. */
function withEnd(file: Blob, { unended }: ImageHeader): Blob {
  return unended ? new Blob([file, new Uint8Array([0xff, 0xd9])], { type: 'image/jpeg' }) : file
}

/** Width and height when upright. */
export function upright({ width, height }: PixelSize, orientation: number): PixelSize {
  return orientation >= 5 ? { width: height, height: width } : { width, height }
}

/**
 * The same pixels without EXIF. Browsers differ in whether they apply the EXIF orientation of a PNG or WebP, so it is
 * removed and applied here.
 */
function withoutExif({ kind }: ImageHeader, bytes: Uint8Array): Blob {
  const chunk =
    kind === 'png'
      ? pngChunks(bytes).find(({ type }) => type === 'eXIf')
      : webpChunks(bytes).find(({ type }) => type === 'EXIF')
  if (!chunk) return new Blob([bytes as Uint8Array<ArrayBuffer>])
  const copy = bytes.slice()
  if (kind === 'png') {
    const before = copy.subarray(0, chunk.from - 8)
    return new Blob([before, copy.subarray(chunk.to + 4)], { type: 'image/png' })
  }
  // A chunk name that no decoder knows, and no EXIF flag in the header.
  copy.set([0x78, 0x78, 0x78, 0x78], chunk.from - 8)
  copy[20] = (copy[20] ?? 0) & ~8
  return new Blob([copy], { type: 'image/webp' })
}

/**
 * Whether the last pixels of a JPEG without end marker are missing: decoders fill them with one grey, or leave them
 * empty. `orientation` is the one in the file, which the decoder has applied.
 */
export function isEndMissing({ bitmap }: Decoded, orientation: number): boolean {
  const side = 8
  const canvas = new OffscreenCanvas(side, side)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) return true
  // Where the corner that is stored last is after the turn.
  const left = [2, 3, 6, 7].includes(orientation) ? 0 : bitmap.width - side
  const top = [3, 4, 7, 8].includes(orientation) ? 0 : bitmap.height - side
  context.drawImage(bitmap, left, top, side, side, 0, 0, side, side)
  const { data } = context.getImageData(0, 0, side, side)
  const isEmpty = data.every((value, at) => at % 4 !== 3 || value === 0)
  return isEmpty || data.every((value, at) => at % 4 === 3 || Math.abs(value - 128) <= 1)
}
