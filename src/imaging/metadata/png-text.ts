import { crc32 } from './crc32.ts'

/** A chunk of a PNG file: its data is from `from` to `to`. */
export interface PngChunk {
  type: string
  from: number
  to: number
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const xmpKeyword = 'XML:com.adobe.xmp'
const parametersKeyword = 'parameters'
/** A longer text is not read: no prompt is that long, and a compressed one may be made to fill the memory. */
const mostTextBytes = 2 ** 20
const latin1 = new TextDecoder('latin1')
const utf8 = new TextDecoder()

/** The complete chunks of a PNG. `undefined` for any other file. */
export function pngChunks(bytes: Uint8Array): PngChunk[] | undefined {
  if (!signature.every((value, index) => bytes[index] === value)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: PngChunk[] = []
  for (let at = 8; at + 12 <= bytes.byteLength; ) {
    const length = view.getUint32(at)
    const to = at + 8 + length
    if (to + 4 > bytes.byteLength) break
    chunks.push({ type: latin1.decode(bytes.subarray(at + 4, at + 8)), from: at + 8, to })
    at = to + 4
  }
  return chunks
}

/**
 * The file with the two texts, replacing those of the same names, directly after its header. `undefined` for a damaged
 * file.
 */
export function withPngText(
  bytes: Uint8Array,
  { xmp, parameters }: { xmp: string; parameters: string | undefined },
): Uint8Array | undefined {
  const chunks = pngChunks(bytes)
  const [header] = chunks ?? []
  if (!chunks || header?.type !== 'IHDR' || chunks.at(-1)?.type !== 'IEND') return undefined
  const parts: Uint8Array[] = [bytes.subarray(0, header.to + 4), internationalText(xmpKeyword, xmp)]
  if (parameters !== undefined) parts.push(internationalText(parametersKeyword, parameters))
  for (const chunk of chunks.slice(1)) {
    const keyword = isText(chunk.type) ? keywordOf(bytes, chunk) : undefined
    if (keyword !== xmpKeyword && keyword !== parametersKeyword)
      parts.push(bytes.subarray(chunk.from - 8, chunk.to + 4))
  }
  return joined(parts)
}

/** All texts of a PNG by their keywords, up to 1 MiB each; if a keyword occurs twice, the first. */
export async function readPngTexts(bytes: Uint8Array): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const chunk of pngChunks(bytes) ?? []) {
    if (!isText(chunk.type)) continue
    const keyword = keywordOf(bytes, chunk)
    const text = keyword === undefined || texts.has(keyword) ? undefined : await textOf(bytes, chunk, keyword)
    if (keyword !== undefined && text !== undefined) texts.set(keyword, text)
  }
  return texts
}

const isText = (type: string) => type === 'tEXt' || type === 'zTXt' || type === 'iTXt'

function keywordOf(bytes: Uint8Array, { from, to }: PngChunk): string | undefined {
  const end = bytes.subarray(from, Math.min(to, from + 80)).indexOf(0)
  return end <= 0 ? undefined : latin1.decode(bytes.subarray(from, from + end))
}

async function textOf(bytes: Uint8Array, { type, from, to }: PngChunk, keyword: string): Promise<string | undefined> {
  const data = bytes.subarray(from + keyword.length + 1, to)
  if (type === 'tEXt') return latin1.decode(data.subarray(0, mostTextBytes))
  if (type === 'zTXt') return decoded(latin1, await inflated(data.subarray(1)))
  const isCompressed = data[0] === 1
  const languageEnd = data.indexOf(0, 2)
  const translatedEnd = languageEnd < 0 ? -1 : data.indexOf(0, languageEnd + 1)
  if (translatedEnd < 0) return undefined
  const text = data.subarray(translatedEnd + 1)
  return decoded(utf8, isCompressed ? await inflated(text) : text.subarray(0, mostTextBytes))
}

const decoded = (decoder: TextDecoder, data: Uint8Array | undefined) => data && decoder.decode(data)

/** Stops at the limit, however large the data would become. `undefined` for damaged data. */
async function inflated(data: Uint8Array): Promise<Uint8Array | undefined> {
  const stream = new Blob([data as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('deflate'))
  const reader = stream.getReader()
  const parts: Uint8Array[] = []
  let total = 0
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value)
      total += part.value.byteLength
      if (total > mostTextBytes) return undefined
    }
    return joined(parts)
  } catch {
    return undefined
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

function internationalText(keyword: string, text: string): Uint8Array {
  // Not compressed, no language, no translated keyword.
  const data = new TextEncoder().encode(`${keyword}\0\0\0\0\0${text}`)
  const chunk = new Uint8Array(data.byteLength + 12)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, data.byteLength)
  chunk.set(new TextEncoder().encode('iTXt'), 4)
  chunk.set(data, 8)
  view.setUint32(chunk.byteLength - 4, crc32(chunk.subarray(4, chunk.byteLength - 4)))
  return chunk
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}
