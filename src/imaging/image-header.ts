import { brandOf, hasAlphaItem, hasExifItem, isSequence, sizeInBoxes } from './box-header.ts'
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

const endMarker = 0xd9
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
  const size = kind && tryRead(() => readers[kind](viewOf(bytes)))
  if (!size || size.width < 1 || size.height < 1) return undefined
  const { width, height, exif, hasAlpha = false, animated = false, unended = false } = size
  const metadata = exif ? (exif.location ? 'location' : 'camera') : 'none'
  const orientation = exif?.orientation ?? 1
  return { kind, width, height, orientation, metadata, hasAlpha, animated, ...(unended ? { unended } : {}) }
}

/** The parts of a JPEG's colour profile, in order: one segment holds at most 64 kB. */
export function jpegProfileParts(bytes: Uint8Array): Uint8Array[] {
  const name = 'ICC_PROFILE\0'
  const parts = jpegSegments(viewOf(bytes)).filter(
    ({ marker, start }) =>
      marker === 0xe2 && [...name].every((letter, at) => bytes[start + at] === letter.charCodeAt(0)),
  )
  return parts
    .toSorted((a, b) => (bytes[a.start + 12] ?? 0) - (bytes[b.start + 12] ?? 0))
    .map(({ start }) => bytes.subarray(start + 14, start - 2 + viewOf(bytes).getUint16(start - 2)))
}

/** Whether a JPEG has the four ink colours of print, which no screen profile describes. */
export function isForPrint(bytes: Uint8Array): boolean {
  const frame = jpegSegments(viewOf(bytes)).find(isFrame)
  return frame !== undefined && bytes[frame.start + 5] === 4
}

/** A chunk of a PNG or WebP by its four letters. */
export function chunkOf(kind: ImageKind, bytes: Uint8Array, name: string): { start: number; end: number } | undefined {
  const view = viewOf(bytes)
  const chunks = kind === 'png' ? pngChunks(view) : kind === 'webp' ? webpChunks(view) : []
  return chunks.find((chunk) => chunk.type === name)
}

/** Whether the file has its end. Never throws. */
export function isWhole(kind: ImageKind, bytes: Uint8Array): boolean {
  const view = viewOf(bytes)
  const ends = () => {
    switch (kind) {
      case 'png':
        return pngChunks(view).some((chunk) => chunk.type === 'IEND')
      case 'jpeg':
        return jpegSegments(view).at(-1)?.marker === endMarker
      case 'webp':
        return view.getUint32(4, true) + 8 <= bytes.length
      default:
        // The decoders of these formats refuse a truncated file themselves.
        return true
    }
  }
  return tryRead(ends) ?? false
}

const readers: Record<ImageKind, (view: DataView) => Size | undefined> = {
  png(view) {
    const chunks = pngChunks(view)
    const exif = chunks.find((chunk) => chunk.type === 'eXIf')
    return {
      width: view.getUint32(16),
      height: view.getUint32(20),
      exif: exif && exifAt(view, exif.start),
      // Colour types 4 and 6 have transparency; others have it if there is this chunk.
      hasAlpha: (view.getUint8(25) & 4) !== 0 || chunks.some((chunk) => chunk.type === 'tRNS'),
      animated: chunks.some((chunk) => chunk.type === 'acTL'),
    }
  },
  jpeg(view) {
    const segments = jpegSegments(view)
    const frame = segments.find(isFrame)
    const exif = segments.find(({ marker, start }) => marker === 0xe1 && view.getUint32(start) === 0x45786966)
    return (
      frame && {
        width: view.getUint16(frame.start + 3),
        height: view.getUint16(frame.start + 1),
        exif: exif && exifAt(view, exif.start + 6),
        unended: hasSequentialScan(segments) && segments.at(-1)?.marker !== endMarker,
      }
    )
  },
  webp(view) {
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
        const exif = webpChunks(view).find((chunk) => chunk.type === 'EXIF')
        const unread = flags & 8 ? { orientation: 1, location: false } : undefined
        return {
          width: side(24),
          height: side(27),
          exif: exif ? exifAt(view, tiffIn(view, exif.start)) : unread,
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
    segments.some(({ marker }) => marker === 0xc0 || marker === 0xc1) && segments.some(({ marker }) => marker === 0xda)
  )
}

function isFrame({ marker }: { marker: number }): boolean {
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

interface Chunk {
  type: string
  /** Where the content starts, and where it ends. */
  start: number
  end: number
}

function pngChunks(view: DataView): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = 8; at + 12 <= view.byteLength && chunks.length < mostParts; ) {
    const length = view.getUint32(at)
    const type = String.fromCharCode(...[4, 5, 6, 7].map((offset) => view.getUint8(at + offset)))
    if (at + 12 + length > view.byteLength) break
    chunks.push({ type, start: at + 8, end: at + 8 + length })
    if (type === 'IEND') break
    at += 12 + length
  }
  return chunks
}

function webpChunks(view: DataView): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = 12; at + 8 <= view.byteLength && chunks.length < mostParts; ) {
    const length = view.getUint32(at + 4, true)
    const type = String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)))
    if (at + 8 + length > view.byteLength) break
    chunks.push({ type, start: at + 8, end: at + 8 + length })
    at += 8 + length + (length % 2)
  }
  return chunks
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

/**
 * Segments up to the end marker. They are followed by their lengths, because an EXIF preview has an end marker of its
 * own.
 */
function jpegSegments(view: DataView): { marker: number; start: number }[] {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  const segments: { marker: number; start: number }[] = []
  for (let at = 2; at >= 0 && at + 1 < bytes.length && segments.length < mostParts; ) {
    const marker = bytes[at + 1] ?? 0
    const standsAlone = marker === 0x00 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)
    if (bytes[at] !== 0xff || standsAlone || marker === 0xff) {
      at = bytes.indexOf(0xff, at + (standsAlone ? 2 : 1))
      continue
    }
    if (marker === endMarker) return [...segments, { marker, start: at + 2 }]
    if (at + 4 > bytes.length) break
    segments.push({ marker, start: at + 4 })
    at += 2 + Math.max(view.getUint16(at + 2), 2)
  }
  return segments
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Reading past the end throws; a file that ends too early counts as damaged. */
function tryRead<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
