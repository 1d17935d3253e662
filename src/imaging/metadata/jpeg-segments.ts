import { joinBytes } from '../container/bytes.ts'
import { type JpegSegment, segmentsBeforeScan } from '../container/jpeg-segments.ts'

const exifHead = 'Exif\0\0'
const xmpHead = 'http://ns.adobe.com/xap/1.0/\0'
/** The most data that two bytes of length allow, minus themselves. */
const mostDataBytes = 65_533
const latin1 = new TextDecoder('latin1')

/**
 * The file with its XMP packet replaced, and with an EXIF block if it has none: one from a camera stays. A packet too
 * long for one segment is left out with all its contents. `undefined` for a damaged file.
 */
export function withJpegSegments(
  bytes: Uint8Array,
  { xmp, exif }: { xmp: string; exif: Uint8Array | undefined },
): Uint8Array | undefined {
  const read = segmentsBeforeScan(bytes)
  if (!read) return undefined
  const { segments, scanAt } = read
  const kept = segments.filter((segment) => !begins(bytes, segment, xmpHead) && !isOwnExif(bytes, segment))
  const hasExif = kept.some((segment) => begins(bytes, segment, exifHead))
  const [first, ...rest] = kept
  const isJfif = first?.marker === 0xe0
  const written = [
    exif && !hasExif ? app1(exifHead, exif) : undefined,
    app1(xmpHead, new TextEncoder().encode(xmp)),
  ].filter((part) => part !== undefined)
  const raw = (segment: JpegSegment | undefined) => (segment ? [bytes.subarray(segment.from - 4, segment.to)] : [])
  return joinBytes([
    bytes.subarray(0, 2),
    // JFIF must be the first segment.
    ...(isJfif ? raw(first) : []),
    ...written,
    ...(isJfif ? [] : raw(first)),
    ...rest.flatMap(raw),
    bytes.subarray(scanAt),
  ])
}

function begins(bytes: Uint8Array, { marker, from, to }: JpegSegment, head: string): boolean {
  return marker === 0xe1 && latin1.decode(bytes.subarray(from, Math.min(to, from + head.length))) === head
}

/** A block made by `exif-comment.ts`, recognised by the program's name, is replaced. */
function isOwnExif(bytes: Uint8Array, segment: JpegSegment): boolean {
  if (!begins(bytes, segment, exifHead)) return false
  return latin1.decode(bytes.subarray(segment.from, segment.from + 80)).includes('Atelier\0')
}

function app1(head: string, data: Uint8Array): Uint8Array | undefined {
  const length = head.length + data.byteLength
  if (length > mostDataBytes) return undefined
  const bytes = new Uint8Array(4 + length)
  bytes.set([0xff, 0xe1, (length + 2) >> 8, (length + 2) & 255])
  bytes.set(new TextEncoder().encode(head), 4)
  bytes.set(data, 4 + head.length)
  return bytes
}
