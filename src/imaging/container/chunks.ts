import { viewOf } from './bytes.ts'
import { crc32 } from './crc32.ts'

/** A chunk of a PNG or WebP file: its content is from `from` to `to`. */
export interface Chunk {
  type: string
  from: number
  to: number
}

/** More chunks than any program writes, so that a malicious file costs no more than a real one. */
const mostChunks = 100_000

export const pngSignature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

/** The complete chunks of a PNG, up to its end chunk. None for any other file. */
export function pngChunks(bytes: Uint8Array): Chunk[] {
  if (!pngSignature.every((value, at) => bytes[at] === value)) return []
  const view = viewOf(bytes)
  const chunks: Chunk[] = []
  for (let at = 8; at + 12 <= bytes.byteLength && chunks.length < mostChunks; ) {
    const to = at + 8 + view.getUint32(at)
    if (to + 4 > bytes.byteLength) break
    const type = wordAt(bytes, at + 4)
    chunks.push({ type, from: at + 8, to })
    if (type === 'IEND') break
    at = to + 4
  }
  return chunks
}

/** The complete chunks of a WebP; a pad byte may follow each. None for any other file. */
export function webpChunks(bytes: Uint8Array): Chunk[] {
  if (bytes.byteLength < 12 || wordAt(bytes, 0) !== 'RIFF' || wordAt(bytes, 8) !== 'WEBP') return []
  const view = viewOf(bytes)
  const chunks: Chunk[] = []
  for (let at = 12; at + 8 <= bytes.byteLength && chunks.length < mostChunks; ) {
    const to = at + 8 + view.getUint32(at + 4, true)
    if (to > bytes.byteLength) break
    chunks.push({ type: wordAt(bytes, at), from: at + 8, to })
    at = to + (to % 2)
  }
  return chunks
}

/** A chunk of a PNG as stored in a file: length, type, content, checksum. */
export function toPngChunk(type: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunk = new Uint8Array(content.byteLength + 12)
  const view = viewOf(chunk)
  view.setUint32(0, content.byteLength)
  chunk.set(new TextEncoder().encode(type), 4)
  chunk.set(content, 8)
  view.setUint32(content.byteLength + 8, crc32(chunk.subarray(4, content.byteLength + 8)))
  return chunk
}

/** A chunk of a WebP as stored in a file: type, length, content, and a pad byte after an odd length. */
export function toWebpChunk(type: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunk = new Uint8Array(8 + content.byteLength + (content.byteLength % 2))
  chunk.set(new TextEncoder().encode(type))
  viewOf(chunk).setUint32(4, content.byteLength, true)
  chunk.set(content, 8)
  return chunk
}

function wordAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4))
}
