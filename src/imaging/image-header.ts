import { brandOf, hasExifItem, sizeInBoxes } from './box-header.ts'
import { type Exif, readExif } from './exif.ts'

export type ImageKind = 'png' | 'jpeg' | 'webp' | 'gif' | 'bmp' | 'avif' | 'heic'

/** What a file's first bytes promise, before anything is decoded. */
export interface ImageHeader {
  kind: ImageKind
  /** Pixels as stored, before turning upright. */
  width: number
  height: number
  /** EXIF orientation; 1 where the format has none of its own. */
  orientation: number
  metadata: 'none' | 'camera' | 'location'
}

/** More parts than any camera or program writes: where reading ends, so that a hostile file costs no more than a real one. */
const mostParts = 100_000

interface Size {
  width: number
  height: number
  exif?: Exif | undefined
}

/** The kind of picture by its bytes; names and labels are not trusted. */
export function kindOf(bytes: Uint8Array): ImageKind | undefined {
  const view = viewOf(bytes)
  const starts = (signature: string, at = 0) =>
    bytes.length >= at + signature.length &&
    [...signature].every((letter, index) => bytes[at + index] === letter.charCodeAt(0))
  if (starts('\x89PNG\r\n\x1a\n')) return 'png'
  if (starts('\xff\xd8\xff')) return 'jpeg'
  if (starts('RIFF') && starts('WEBP', 8)) return 'webp'
  if (starts('GIF87a') || starts('GIF89a')) return 'gif'
  if (starts('BM') && bytes.length >= 26) return 'bmp'
  return bytes.length >= 12 ? within(() => brandOf(view)) : undefined
}

/** Reads a whole file's header; `undefined` when it is no picture or its header is damaged. Never throws. */
export function readHeader(bytes: Uint8Array): ImageHeader | undefined {
  const kind = kindOf(bytes)
  const size = kind && within(() => readers[kind](viewOf(bytes)))
  if (!size || size.width < 1 || size.height < 1) return undefined
  const { width, height, exif } = size
  const metadata = exif ? (exif.location ? 'location' : 'camera') : 'none'
  return { kind, width, height, orientation: exif?.orientation ?? 1, metadata }
}

/** Whether the file's end is there. Browsers draw the rest of a cut-off JPEG grey; that must not be sent. Never throws. */
export function isWhole(kind: ImageKind, bytes: Uint8Array): boolean {
  const view = viewOf(bytes)
  const ends = () => {
    switch (kind) {
      case 'png':
        return pngChunks(view).some((chunk) => chunk.type === 'IEND')
      case 'jpeg':
        return jpegSegments(view).at(-1)?.marker === 0xd9
      case 'webp':
        return view.getUint32(4, true) + 8 <= bytes.length
      default:
        // The decoders of these refuse a cut-off file themselves.
        return true
    }
  }
  return within(ends) ?? false
}

const readers: Record<ImageKind, (view: DataView) => Size | undefined> = {
  png(view) {
    const exif = pngChunks(view).find((chunk) => chunk.type === 'eXIf')
    return { width: view.getUint32(16), height: view.getUint32(20), exif: exif && exifAt(view, exif.start) }
  },
  jpeg(view) {
    const segments = jpegSegments(view)
    const frame = segments.find(
      ({ marker }) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker),
    )
    const exif = segments.find(({ marker, start }) => marker === 0xe1 && view.getUint32(start) === 0x45786966)
    return (
      frame && {
        width: view.getUint16(frame.start + 3),
        height: view.getUint16(frame.start + 1),
        exif: exif && exifAt(view, exif.start + 6),
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
        return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 }
      }
      case 0x56503858: {
        // "VP8X": two 24-bit numbers; the flag 8 announces EXIF.
        const side = (at: number) => (view.getUint16(at, true) | (view.getUint8(at + 2) << 16)) + 1
        const exif = view.getUint8(20) & 8 ? { orientation: 1, location: false } : undefined
        return { width: side(24), height: side(27), exif }
      }
      default:
        return undefined
    }
  },
  gif: (view) => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) }),
  bmp(view) {
    if (view.getUint32(14, true) === 12) return { width: view.getUint16(18, true), height: view.getUint16(20, true) }
    // A negative height stores the rows from the top.
    return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) }
  },
  avif: readBoxes,
  heic: readBoxes,
}

function readBoxes(view: DataView): Size | undefined {
  const size = sizeInBoxes(view)
  return size && { ...size, exif: hasExifItem(view) ? { orientation: 1, location: false } : undefined }
}

/** A damaged EXIF block says nothing about the picture beside it, only that there is one. */
function exifAt(view: DataView, start: number): Exif {
  return within(() => readExif(view, start)) ?? { orientation: 1, location: false }
}

function pngChunks(view: DataView): { type: string; start: number }[] {
  const chunks: { type: string; start: number }[] = []
  for (let at = 8; at + 12 <= view.byteLength && chunks.length < mostParts; ) {
    const length = view.getUint32(at)
    const type = String.fromCharCode(...[4, 5, 6, 7].map((offset) => view.getUint8(at + offset)))
    if (at + 12 + length > view.byteLength) break
    chunks.push({ type, start: at + 8 })
    if (type === 'IEND') break
    at += 12 + length
  }
  return chunks
}

/** Segments up to the end marker. Segments are walked, not searched: an EXIF preview has an end marker of its own. */
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
    if (marker === 0xd9) return [...segments, { marker, start: at + 2 }]
    if (at + 4 > bytes.length) break
    segments.push({ marker, start: at + 4 })
    at += 2 + Math.max(view.getUint16(at + 2), 2)
  }
  return segments
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Reading past the end throws; a file that ends too early is damaged, not exceptional. */
function within<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
