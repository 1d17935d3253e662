import { inflate, joinBytes } from '../container/bytes.ts'
import { type Chunk, pngChunks, toPngChunk } from '../container/chunks.ts'

const xmpKeyword = 'XML:com.adobe.xmp'
const parametersKeyword = 'parameters'
/** A longer text is not read: no prompt is that long, and a compressed one may be made to fill the memory. */
const mostTextBytes = 2 ** 20
const latin1 = new TextDecoder('latin1')
const utf8 = new TextDecoder()

/**
 * The file with the two texts, replacing those of the same names, directly after its header. `undefined` for a damaged
 * file.
 */
export function withPngText(
  bytes: Uint8Array,
  { xmp, parameters }: { xmp: string; parameters: string | undefined },
): Uint8Array | undefined {
  const chunks = pngChunks(bytes)
  const [header] = chunks
  if (header?.type !== 'IHDR' || chunks.at(-1)?.type !== 'IEND') return undefined
  const parts: Uint8Array[] = [bytes.subarray(0, header.to + 4), internationalText(xmpKeyword, xmp)]
  if (parameters !== undefined) parts.push(internationalText(parametersKeyword, parameters))
  for (const chunk of chunks.slice(1)) {
    const keyword = isText(chunk.type) ? keywordOf(bytes, chunk) : undefined
    if (keyword !== xmpKeyword && keyword !== parametersKeyword)
      parts.push(bytes.subarray(chunk.from - 8, chunk.to + 4))
  }
  return joinBytes(parts)
}

/** All texts of a PNG by their keywords, up to 1 MiB each; if a keyword occurs twice, the first. */
export async function readPngTexts(bytes: Uint8Array): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const chunk of pngChunks(bytes)) {
    if (!isText(chunk.type)) continue
    const keyword = keywordOf(bytes, chunk)
    const text = keyword === undefined || texts.has(keyword) ? undefined : await textOf(bytes, chunk, keyword)
    if (keyword !== undefined && text !== undefined) texts.set(keyword, text)
  }
  return texts
}

const isText = (type: string) => type === 'tEXt' || type === 'zTXt' || type === 'iTXt'

function keywordOf(bytes: Uint8Array, { from, to }: Chunk): string | undefined {
  const end = bytes.subarray(from, Math.min(to, from + 80)).indexOf(0)
  return end <= 0 ? undefined : latin1.decode(bytes.subarray(from, from + end))
}

async function textOf(bytes: Uint8Array, { type, from, to }: Chunk, keyword: string): Promise<string | undefined> {
  const data = bytes.subarray(from + keyword.length + 1, to)
  if (type === 'tEXt') return latin1.decode(data.subarray(0, mostTextBytes))
  if (type === 'zTXt') return decoded(latin1, await inflate(data.subarray(1), mostTextBytes))
  const isCompressed = data[0] === 1
  const languageEnd = data.indexOf(0, 2)
  const translatedEnd = languageEnd < 0 ? -1 : data.indexOf(0, languageEnd + 1)
  if (translatedEnd < 0) return undefined
  const text = data.subarray(translatedEnd + 1)
  return decoded(utf8, isCompressed ? await inflate(text, mostTextBytes) : text.subarray(0, mostTextBytes))
}

const decoded = (decoder: TextDecoder, data: Uint8Array | undefined) => data && decoder.decode(data)

function internationalText(keyword: string, text: string): Uint8Array {
  // Not compressed, no language, no translated keyword.
  return toPngChunk('iTXt', new TextEncoder().encode(`${keyword}\0\0\0\0\0${text}`))
}
