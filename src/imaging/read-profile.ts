import type { ColourProfile } from '#domain/source-file.ts'
import { colourInBoxes } from './box-header.ts'
import { displayP3, type MatrixProfile, profileOfIcc, readIcc } from './colour-profile.ts'
import { inflate, joinBytes, viewOf } from './container/bytes.ts'
import { pngChunks, webpChunks } from './container/chunks.ts'
import { jpegSegments } from './container/jpeg-segments.ts'
import { type ImageHeader, isFrame } from './image-header.ts'

/** Printer profiles have some megabytes. */
const mostProfileBytes = 8_000_000
/** Numbers of ISO/IEC 23091-2. */
const p3Primaries = 12
const segmentName = 'ICC_PROFILE\0'
const bt2020Primaries = 9

/** The colour space of a file. A file without information counts as sRGB, as in every browser. */
export async function readProfile(header: ImageHeader, bytes: Uint8Array): Promise<ColourProfile> {
  if (header.kind === 'jpeg' && isForPrint(bytes)) return 'other'
  if (header.kind === 'avif' || header.kind === 'heic') {
    const colour = colourInBoxes(viewOf(bytes))
    if (colour && 'primaries' in colour) {
      return colour.primaries === p3Primaries ? 'p3' : colour.primaries === bt2020Primaries ? 'other' : 'srgb'
    }
  }
  const icc = await findIcc(header, bytes)
  return icc === undefined ? 'srgb' : profileOfIcc(icc)
}

/** How the pixels of a HEIC are converted to sRGB; `undefined` if no conversion is needed or known. */
export function conversionOf(heic: Uint8Array): MatrixProfile | undefined {
  const colour = colourInBoxes(viewOf(heic))
  if (!colour) return undefined
  if ('primaries' in colour) return colour.primaries === p3Primaries ? displayP3 : undefined
  return profileOfIcc(colour.icc) === 'srgb' ? undefined : readIcc(colour.icc)
}

/** The ICC profile in a file; `undefined` if there is none or it is damaged. Never rejects. */
export async function findIcc({ kind }: ImageHeader, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined> {
  switch (kind) {
    case 'jpeg':
      return profileInJpeg(bytes)
    case 'webp': {
      const chunk = webpChunks(bytes).find(({ type }) => type === 'ICCP')
      return chunk && bytes.slice(chunk.from, chunk.to)
    }
    case 'png':
      return profileInPng(bytes)
    case 'avif':
    case 'heic': {
      const colour = colourInBoxes(viewOf(bytes))
      return colour && 'icc' in colour ? colour.icc.slice() : undefined
    }
    default:
      return undefined
  }
}

/** One segment holds at most 64 kB: long profiles are split into numbered parts. */
function profileInJpeg(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const parts = jpegSegments(bytes).filter(
    ({ marker, from }) =>
      marker === 0xe2 && [...segmentName].every((letter, at) => bytes[from + at] === letter.charCodeAt(0)),
  )
  if (parts.length === 0) return undefined
  const inOrder = parts.toSorted((a, b) => (bytes[a.from + 12] ?? 0) - (bytes[b.from + 12] ?? 0))
  return joinBytes(inOrder.map(({ from, to }) => bytes.subarray(from + 14, to)))
}

async function profileInPng(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunk = pngChunks(bytes).find(({ type }) => type === 'iCCP')
  // A name of up to 79 letters, a zero, a zero for the method; then the compressed profile.
  const name = chunk ? bytes.subarray(chunk.from, Math.min(chunk.to, chunk.from + 80)).indexOf(0) : -1
  return chunk && name >= 0 ? inflate(bytes.subarray(chunk.from + name + 2, chunk.to), mostProfileBytes) : undefined
}

/** Whether a JPEG has the four ink colours of print, which no screen profile describes. */
function isForPrint(bytes: Uint8Array): boolean {
  const frame = jpegSegments(bytes).find(isFrame)
  return frame !== undefined && bytes[frame.from + 5] === 4
}
