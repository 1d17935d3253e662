import { brandOf, hasAlphaItem, hasExifItem, isSequence, sizeInBoxes } from './box-header.ts'
import { viewOf } from './container/bytes.ts'
import { pngChunks, webpChunks } from './container/chunks.ts'
import { endOfImage, jpegSegments, startOfScan } from './container/jpeg-segments.ts'
import { type Exif, readExif } from './exif.ts'
import { readTiff } from './tiff-header.ts'

export type ImageKind = 'png' | 'jpeg' | 'webp' | 'gif' | 'bmp' | 'avif' | 'heic' | 'tiff'

/** What is read from a file before anything is decoded. */
export interface ImageHeader {
  kind: ImageKind
  /** Pixels as stored, before turning upright. */
  width: number
  height: number
  /** EXIF orientation; 1 if there is none. */
  orientation: number
  metadata: 'none' | 'camera' | 'location'
  /** The format of these pixels can be transparent. Whether any pixel is, only decoding shows. */
  hasAlpha: boolean
  animated: boolean
  /** A JPEG with one scan and without end marker. Whether pixels are missing is only known after decoding. */
  unended?: true
}

/**
 * Reading stops here: more parts than any camera or program writes, so that a malicious file costs no more than a real
 * one.
 */
const mostParts = 100_000

interface Size {
  width: number
  height: number
  exif?: Exif | undefined
  hasAlpha?: boolean
  animated?: boolean
  unended?: boolean
}

/** Header lengths of the versions of BMP. A text starting with "BM" has none of them. */
const bmpHeaders = [12, 16, 40, 52, 56, 64, 108, 124]

/** The image format by its bytes; names and labels are not trusted. */
export function kindOf(bytes: Uint8Array): ImageKind | undefined {
  const view = viewOf(bytes)
  const starts = (signature: string, at = 0) =>
    bytes.length >= at + signature.length &&
    [...signature].every((letter, index) => bytes[at + index] === letter.charCodeAt(0))
  if (starts('\x89PNG\r\n\x1a\n')) return 'png'
  if (starts('\xff\xd8\xff')) return 'jpeg'
  if (starts('RIFF') && starts('WEBP', 8)) return 'webp'
  if (starts('GIF87a') || starts('GIF89a')) return 'gif'
  if (starts('BM') && bytes.length >= 26 && bmpHeaders.includes(view.getUint32(14, true))) return 'bmp'
  if (starts('II*\0') || starts('MM\0*')) return 'tiff'
  return bytes.length >= 12 ? tryRead(() => brandOf(view)) : undefined
}

/** Reads a whole file's header; `undefined` if it is not an image or its header is damaged. Never throws. */
export function readHeader(bytes: Uint8Array): ImageHeader | undefined {
  const kind = kindOf(bytes)
  const size = kind && tryRead(() => readers[kind](viewOf(bytes), bytes))
  if (!size || size.width < 1 || size.height < 1) return undefined
  const { width, height, exif, hasAlpha = false, animated = false, unended = false } = size
  const metadata = exif ? (exif.location ? 'location' : 'camera') : 'none'
  const orientation = exif?.orientation ?? 1
  return { kind, width, height, orientation, metadata, hasAlpha, animated, ...(unended ? { unended } : {}) }
}

/** Whether the file has its end. Never throws. */
export function isWhole(kind: ImageKind, bytes: Uint8Array): boolean {
  const ends = () => {
    switch (kind) {
      case 'png':
        return pngChunks(bytes).at(-1)?.type === 'IEND'
      case 'jpeg':
        return jpegSegments(bytes).at(-1)?.marker === endOfImage
      case 'webp':
        return viewOf(bytes).getUint32(4, true) + 8 <= bytes.length
      default:
        // The decoders of these formats refuse a truncated file themselves.
        return true
    }
  }
  return tryRead(ends) ?? false
}

const readers: Record<ImageKind, (view: DataView, bytes: Uint8Array) => Size | undefined> = {
  png(view, bytes) {
    const chunks = pngChunks(bytes)
    const exif = chunks.find((chunk) => chunk.type === 'eXIf')
    return {
      width: view.getUint32(16),
      height: view.getUint32(20),
      exif: exif && exifAt(view, exif.from),
      // Colour types 4 and 6 have transparency; others have it if there is this chunk.
      hasAlpha: (view.getUint8(25) & 4) !== 0 || chunks.some((chunk) => chunk.type === 'tRNS'),
      animated: chunks.some((chunk) => chunk.type === 'acTL'),
    }
  },
  jpeg(view, bytes) {
    const segments = jpegSegments(bytes)
    const frame = segments.find(isFrame)
    const exif = segments.find(({ marker, from }) => marker === 0xe1 && view.getUint32(from) === 0x45786966)
    return (
      frame && {
        width: view.getUint16(frame.from + 3),
        height: view.getUint16(frame.from + 1),
        exif: exif && exifAt(view, exif.from + 6),
        unended: hasSequentialScan(segments) && segments.at(-1)?.marker !== endOfImage,
      }
    )
  },
  webp(view, bytes) {
    switch (view.getUint32(12)) {
      case 0x56503820: // "VP8 "
        return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
      case 0x5650384c: {
        // "VP8L": two 14-bit numbers, each one less than the side.
        const packed = view.getUint32(21, true)
        const hasAlpha = (packed & 0x10000000) !== 0
        return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1, hasAlpha }
      }
      case 0x56503858: {
        // "VP8X": two 24-bit numbers; its flags announce EXIF (8), transparency (16) and animation (2).
        const side = (at: number) => (view.getUint16(at, true) | (view.getUint8(at + 2) << 16)) + 1
        const flags = view.getUint8(20)
        const exif = webpChunks(bytes).find((chunk) => chunk.type === 'EXIF')
        const unread = flags & 8 ? { orientation: 1, location: false } : undefined
        return {
          width: side(24),
          height: side(27),
          exif: exif ? exifAt(view, tiffIn(view, exif.from)) : unread,
          hasAlpha: (flags & 16) !== 0,
          animated: (flags & 2) !== 0,
        }
      }
      default:
        return undefined
    }
  },
  gif: (view) => ({
    width: view.getUint16(6, true),
    height: view.getUint16(8, true),
    ...tryRead(() => gifBlocks(view)),
  }),
  bmp(view) {
    if (view.getUint32(14, true) === 12) return { width: view.getUint16(18, true), height: view.getUint16(20, true) }
    // A negative height stores the rows from the top.
    return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) }
  },
  avif: readBoxes,
  heic: readBoxes,
  tiff: (view) => readTiff(view),
}

function readBoxes(view: DataView): Size | undefined {
  const size = sizeInBoxes(view)
  // The orientation is in the boxes, where every decoder applies it. EXIF may repeat it and must not be applied again.
  const exif = hasExifItem(view) ? { orientation: 1, location: false } : undefined
  return size && { ...size, exif, hasAlpha: hasAlphaItem(view), animated: isSequence(view) }
}

/** One scan from top to bottom: without its end the last rows are missing. A progressive JPEG only gets less sharp. */
function hasSequentialScan(segments: readonly { marker: number }[]): boolean {
  return (
    segments.some(({ marker }) => marker === 0xc0 || marker === 0xc1) &&
    segments.some(({ marker }) => marker === startOfScan)
  )
}

/** Whether a PNG has 16 bits per channel. */
export function isDeep({ kind }: Pick<ImageHeader, 'kind'>, bytes: Uint8Array): boolean {
  return kind === 'png' && bytes[24] === 16
}

/** Whether a segment of a JPEG tells its size and its colours. */
export function isFrame({ marker }: { marker: number }): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
}

/** Some programs put JPEG's "Exif" before the EXIF block of a WebP. */
function tiffIn(view: DataView, start: number): number {
  return view.getUint32(start) === 0x45786966 ? start + 6 : start
}

/** A damaged EXIF block does not make the image unusable; it only shows that there is one. */
function exifAt(view: DataView, start: number): Exif {
  return tryRead(() => readExif(view, start)) ?? { orientation: 1, location: false }
}

/** Whether a GIF has a second frame, and whether a frame has a transparent colour. Stops when both are known. */
function gifBlocks(view: DataView): Pick<Size, 'hasAlpha' | 'animated'> {
  const found = { hasAlpha: false, animated: false }
  const tableBytes = (packed: number) => (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0)
  const skip = (at: number) => {
    let next = at
    for (let parts = 0; next < view.byteLength && view.getUint8(next) !== 0 && parts < mostParts; parts += 1) {
      next += view.getUint8(next) + 1
    }
    return next + 1
  }
  let frames = 0
  let at = 13 + tableBytes(view.getUint8(10))
  for (let parts = 0; at + 2 < view.byteLength && parts < mostParts && frames < 2; parts += 1) {
    const block = view.getUint8(at)
    if (block === 0x21) {
      if (view.getUint8(at + 1) === 0xf9 && at + 3 < view.byteLength)
        found.hasAlpha ||= (view.getUint8(at + 3) & 1) !== 0
      at = skip(at + 2)
    } else if (block === 0x2c && at + 10 < view.byteLength) {
      frames += 1
      at = skip(at + 11 + tableBytes(view.getUint8(at + 9)))
    } else break
  }
  return { ...found, animated: frames > 1 }
}

/** Reading past the end throws; a file that ends too early counts as damaged. */
function tryRead<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
