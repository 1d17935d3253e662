import type { ColourProfile } from '#domain/source-file.ts'
import { colourInBoxes } from './box-header.ts'
import { displayP3, type MatrixProfile, profileOfIcc, readIcc } from './colour-profile.ts'
import { chunkOf, type ImageHeader, isForPrint, jpegProfileParts } from './image-header.ts'

/** Printer profiles have some megabytes. */
const mostProfileBytes = 8_000_000
const p3Primaries = 12
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
  const icc = await findIcc(header, bytes).catch(() => undefined)
  return icc === undefined ? 'srgb' : profileOfIcc(icc)
}

/** How the pixels of a HEIC are converted to sRGB; `undefined` if no conversion is needed or known. */
export function conversionOf(heic: Uint8Array): MatrixProfile | undefined {
  const colour = colourInBoxes(viewOf(heic))
  if (!colour) return undefined
  if ('primaries' in colour) return colour.primaries === p3Primaries ? displayP3 : undefined
  return profileOfIcc(colour.icc) === 'srgb' ? undefined : readIcc(colour.icc)
}

async function findIcc({ kind }: ImageHeader, bytes: Uint8Array): Promise<Uint8Array | undefined> {
  switch (kind) {
    case 'jpeg': {
      const parts = jpegProfileParts(bytes)
      return parts.length === 0 ? undefined : join(parts)
    }
    case 'webp': {
      const chunk = chunkOf(kind, bytes, 'ICCP')
      return chunk && bytes.subarray(chunk.start, chunk.end)
    }
    case 'png': {
      const chunk = chunkOf(kind, bytes, 'iCCP')
      // A name of up to 79 letters, a zero, a zero for the method; then the compressed profile.
      const name = chunk ? bytes.subarray(chunk.start, Math.min(chunk.end, chunk.start + 80)).indexOf(0) : -1
      return chunk && name >= 0 ? inflate(bytes.subarray(chunk.start + name + 2, chunk.end)) : undefined
    }
    case 'avif':
    case 'heic': {
      const colour = colourInBoxes(viewOf(bytes))
      return colour && 'icc' in colour ? colour.icc : undefined
    }
    default:
      return undefined
  }
}

/** Decompresses up to a limit: the result can be a thousand times larger than the file. */
async function inflate(packed: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('deflate'))
  const reader = stream.getReader()
  const parts: Uint8Array[] = []
  let length = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value)
    length += part.value.length
    if (length > mostProfileBytes) {
      await reader.cancel()
      break
    }
  }
  return join(parts)
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
