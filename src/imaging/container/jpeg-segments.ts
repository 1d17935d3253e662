import { viewOf } from './bytes.ts'

/** A marker segment of a JPEG: its data, without marker and length, is from `from` to `to`. */
export interface JpegSegment {
  marker: number
  from: number
  to: number
}

export const startOfScan = 0xda
export const endOfImage = 0xd9
/** More segments than any camera writes, so that a malicious file costs no more than a real one. */
const mostSegments = 100_000

/**
 * All segments up to the end marker, which is one without data, also in a damaged file. They are followed by their
 * lengths, because an EXIF preview has an end marker of its own.
 */
export function jpegSegments(bytes: Uint8Array): JpegSegment[] {
  const view = viewOf(bytes)
  const segments: JpegSegment[] = []
  for (let at = 2; at >= 0 && at + 1 < bytes.length && segments.length < mostSegments; ) {
    const marker = bytes[at + 1] ?? 0
    const standsAlone = marker === 0x00 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)
    if (bytes[at] !== 0xff || standsAlone || marker === 0xff) {
      at = bytes.indexOf(0xff, at + (standsAlone ? 2 : 1))
      continue
    }
    if (marker === endOfImage) return [...segments, { marker, from: at + 2, to: at + 2 }]
    if (at + 4 > bytes.length) break
    const to = at + 2 + Math.max(view.getUint16(at + 2), 2)
    segments.push({ marker, from: at + 4, to })
    at = to
  }
  return segments
}

/**
 * The segments before the image data, and where that starts, for a file that is to be written again. `undefined` for
 * any other file or a damaged one.
 */
export function segmentsBeforeScan(bytes: Uint8Array): { segments: JpegSegment[]; scanAt: number } | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined
  const segments: JpegSegment[] = []
  for (let at = 2; at + 4 <= bytes.byteLength; ) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) {
      at += 1 // A fill byte.
      continue
    }
    if (marker === startOfScan) return { segments, scanAt: at }
    const to = at + 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0))
    if (to < at + 4 || to > bytes.byteLength) return undefined
    segments.push({ marker, from: at + 4, to })
    at = to
  }
  return undefined
}
