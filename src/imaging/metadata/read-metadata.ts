import type { FoundRecipe } from '#domain/found-recipe.ts'
import { webpChunks } from '../container/chunks.ts'
import { segmentsBeforeScan } from '../container/jpeg-segments.ts'
import { hasContentCredentials } from './content-credentials.ts'
import { readExifTexts } from './exif-texts.ts'
import { findRecipe } from './find-recipe.ts'
import { readPngTexts } from './png-text.ts'
import { imageInXmp, recipeInXmp } from './xmp.ts'

export interface FileMetadata {
  recipe?: FoundRecipe
  /** The id of the image, if this program wrote the file. */
  image?: string
  /** It carries a C2PA manifest, so it must be passed on unchanged. */
  contentCredentials: boolean
}

const xmpHead = 'http://ns.adobe.com/xap/1.0/\0'
const exifHead = 'Exif\0\0'
/** Longer metadata blocks are not read. */
const mostBytes = 2 ** 20

/**
 * How a PNG, JPEG or WebP says it was made. Reads text blocks only, never pixels, at most 1 MiB of each. Never throws:
 * what cannot be read is ignored.
 */
export async function readMetadata(bytes: Uint8Array): Promise<FileMetadata> {
  try {
    const contentCredentials = hasContentCredentials(bytes)
    const texts = await textsIn(bytes)
    const xmp = texts.get('XML:com.adobe.xmp')
    const own = xmp === undefined ? undefined : recipeInXmp(xmp)
    const image = xmp === undefined ? undefined : imageInXmp(xmp)
    const found = findRecipe(texts)
    const about = { contentCredentials, ...(image === undefined ? {} : { image }) }
    if (!found) return about
    return { ...about, recipe: own === undefined ? found : { ...found, program: 'Atelier', recipe: own } }
  } catch {
    return { contentCredentials: false }
  }
}

async function textsIn(bytes: Uint8Array): Promise<Map<string, string>> {
  const png = await readPngTexts(bytes)
  if (png.size > 0) return png
  const { exif, xmp } = blocksIn(bytes)
  const texts = new Map<string, string>()
  if (xmp) texts.set('XML:com.adobe.xmp', new TextDecoder().decode(xmp))
  if (exif) for (const [name, text] of textsOfExif(exif)) texts.set(name, text)
  return texts
}

function blocksIn(bytes: Uint8Array): { exif?: Uint8Array; xmp?: Uint8Array } {
  const latin1 = new TextDecoder('latin1')
  const blocks: { exif?: Uint8Array; xmp?: Uint8Array } = {}
  for (const { marker, from, to } of segmentsBeforeScan(bytes)?.segments ?? []) {
    const starts = (head: string) => latin1.decode(bytes.subarray(from, Math.min(to, from + head.length))) === head
    if (marker === 0xe1 && starts(exifHead)) blocks.exif ??= bytes.subarray(from + exifHead.length, to)
    if (marker === 0xe1 && starts(xmpHead)) blocks.xmp ??= bytes.subarray(from + xmpHead.length, to)
  }
  for (const { type, from, to } of webpChunks(bytes)) {
    if (to - from > mostBytes) continue
    const data = bytes.subarray(from, to)
    if (type === 'EXIF') blocks.exif = starts(data, exifHead) ? data.subarray(exifHead.length) : data
    if (type === 'XMP ') blocks.xmp = data
  }
  return blocks
}

function starts(data: Uint8Array, head: string): boolean {
  return new TextDecoder('latin1').decode(data.subarray(0, head.length)) === head
}

/** `parameters` from UserComment; ComfyUI puts `prompt:{…}` into Make and Model. */
function textsOfExif(block: Uint8Array): Map<string, string> {
  const texts = new Map<string, string>()
  for (const [name, text] of readExifTexts(block)) {
    const [, key = '', rest = ''] = /^(prompt|workflow|parameters):\s*(\{.*)$/s.exec(text) ?? []
    if (key !== '') texts.set(key, rest)
    else if (name === 'userComment') texts.set('parameters', text)
  }
  return texts
}
