import { joined } from './png-text.ts'

/** A chunk of a WebP file: its data is from `from` to `to`; a pad byte may follow. */
export interface WebpChunk {
  type: string
  from: number
  to: number
}

const latin1 = new TextDecoder('latin1')
/** Flags of VP8X. */
const flags = { xmp: 0x04, exif: 0x08, alpha: 0x10 } as const

/** The complete chunks of a WebP. `undefined` for any other file. */
export function webpChunks(bytes: Uint8Array): WebpChunk[] | undefined {
  const word = (at: number) => latin1.decode(bytes.subarray(at, at + 4))
  if (bytes.byteLength < 12 || word(0) !== 'RIFF' || word(8) !== 'WEBP') return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: WebpChunk[] = []
  for (let at = 12; at + 8 <= bytes.byteLength; ) {
    const to = at + 8 + view.getUint32(at + 4, true)
    if (to > bytes.byteLength) break
    chunks.push({ type: word(at), from: at + 8, to })
    at = to + (to % 2)
  }
  return chunks
}

/**
 * The file with its XMP chunk replaced, and with an EXIF chunk unless it has one from another program. A simple file
 * becomes an extended one, which needs its size. `undefined` for a damaged file.
 */
export function withWebpChunks(
  bytes: Uint8Array,
  { xmp, exif, width, height }: { xmp: string; exif: Uint8Array | undefined; width: number; height: number },
): Uint8Array | undefined {
  const chunks = webpChunks(bytes)
  const [first] = chunks ?? []
  if (!chunks || !first || !chunks.some(({ type }) => type.startsWith('VP8') || type === 'ANMF')) return undefined
  const kept = chunks.filter((chunk) => chunk.type !== 'XMP ' && chunk.type !== 'VP8X' && !isOwnExif(bytes, chunk))
  const foreignExif = kept.some(({ type }) => type === 'EXIF')
  const header = new Uint8Array(10)
  if (first.type === 'VP8X') header.set(bytes.subarray(first.from, first.from + 10))
  else {
    setSize(header, width, height)
    if (kept.some(({ type }) => type === 'ALPH') || isTransparentLossless(bytes, first)) header[0] = flags.alpha
  }
  header[0] = ((header[0] ?? 0) & ~flags.exif) | flags.xmp | (exif || foreignExif ? flags.exif : 0)
  const body = joined([
    toChunk('VP8X', header),
    ...kept.map((chunk) => toChunk(chunk.type, bytes.subarray(chunk.from, chunk.to))),
    ...(exif && !foreignExif ? [toChunk('EXIF', exif)] : []),
    toChunk('XMP ', new TextEncoder().encode(xmp)),
  ])
  const head = new Uint8Array(12)
  head.set(new TextEncoder().encode('RIFF\0\0\0\0WEBP'))
  new DataView(head.buffer).setUint32(4, body.byteLength + 4, true)
  return joined([head, body])
}

function isOwnExif(bytes: Uint8Array, { type, from }: WebpChunk): boolean {
  return type === 'EXIF' && latin1.decode(bytes.subarray(from, from + 80)).includes('Atelier\0')
}

/** The bit of a lossless image that says whether it has alpha. */
function isTransparentLossless(bytes: Uint8Array, { type, from }: WebpChunk): boolean {
  return type === 'VP8L' && ((bytes[from + 4] ?? 0) & 0x10) !== 0
}

function setSize(header: Uint8Array, width: number, height: number): void {
  for (let index = 0; index < 3; index++) {
    header[4 + index] = ((width - 1) >> (index * 8)) & 255
    header[7 + index] = ((height - 1) >> (index * 8)) & 255
  }
}

function toChunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + data.byteLength + (data.byteLength % 2))
  bytes.set(new TextEncoder().encode(type))
  new DataView(bytes.buffer).setUint32(4, data.byteLength, true)
  bytes.set(data, 8)
  return bytes
}
