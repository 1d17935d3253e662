import { joinBytes } from '../container/bytes.ts'
import { type Chunk, toWebpChunk, webpChunks } from '../container/chunks.ts'

const latin1 = new TextDecoder('latin1')
/** Flags of VP8X. */
const flags = { xmp: 0x04, exif: 0x08, alpha: 0x10 } as const

/**
 * The file with its XMP chunk replaced, and with an EXIF chunk unless it has one from another program. A simple file
 * becomes an extended one, which needs its size. `undefined` for a damaged file.
 */
export function withWebpChunks(
  bytes: Uint8Array,
  { xmp, exif, width, height }: { xmp: string; exif: Uint8Array | undefined; width: number; height: number },
): Uint8Array | undefined {
  const chunks = webpChunks(bytes)
  const [first] = chunks
  if (!first || !chunks.some(({ type }) => type.startsWith('VP8') || type === 'ANMF')) return undefined
  const kept = chunks.filter((chunk) => chunk.type !== 'XMP ' && chunk.type !== 'VP8X' && !isOwnExif(bytes, chunk))
  const foreignExif = kept.some(({ type }) => type === 'EXIF')
  const header = new Uint8Array(10)
  if (first.type === 'VP8X') header.set(bytes.subarray(first.from, first.from + 10))
  else {
    setSize(header, width, height)
    if (kept.some(({ type }) => type === 'ALPH') || isTransparentLossless(bytes, first)) header[0] = flags.alpha
  }
  header[0] = ((header[0] ?? 0) & ~flags.exif) | flags.xmp | (exif || foreignExif ? flags.exif : 0)
  const body = joinBytes([
    toWebpChunk('VP8X', header),
    ...kept.map((chunk) => toWebpChunk(chunk.type, bytes.subarray(chunk.from, chunk.to))),
    ...(exif && !foreignExif ? [toWebpChunk('EXIF', exif)] : []),
    toWebpChunk('XMP ', new TextEncoder().encode(xmp)),
  ])
  const head = new Uint8Array(12)
  head.set(new TextEncoder().encode('RIFF\0\0\0\0WEBP'))
  new DataView(head.buffer).setUint32(4, body.byteLength + 4, true)
  return joinBytes([head, body])
}

function isOwnExif(bytes: Uint8Array, { type, from }: Chunk): boolean {
  return type === 'EXIF' && latin1.decode(bytes.subarray(from, from + 80)).includes('Atelier\0')
}

/** The bit of a lossless image that says whether it has alpha. */
function isTransparentLossless(bytes: Uint8Array, { type, from }: Chunk): boolean {
  return type === 'VP8L' && ((bytes[from + 4] ?? 0) & 0x10) !== 0
}

function setSize(header: Uint8Array, width: number, height: number): void {
  for (let index = 0; index < 3; index++) {
    header[4 + index] = ((width - 1) >> (index * 8)) & 255
    header[7 + index] = ((height - 1) >> (index * 8)) & 255
  }
}
