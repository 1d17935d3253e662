import { encodeBase64 } from '#domain/base64.ts'
import { type ImageMime, imageMimes, sniffImage } from '#domain/picture.ts'
import type { Tone } from '#imaging/palette.ts'
import { drawThumbnail } from '#imaging/thumbnail.ts'
import { storageError } from './database.ts'
import type { StoredBytes } from './schema.ts'

/** An image ready to be stored, with its thumbnail. */
export interface ProcessedImage {
  mime: ImageMime
  /** In pixels, upright. */
  width: number
  height: number
  sizeBytes: number
  /** What is stored, as base64. */
  base64: string
  /** The same bytes. */
  bytes: Uint8Array<ArrayBuffer>
  /** The colours that the image can be found by. */
  palette?: readonly Tone[]
  thumbnail: Omit<StoredBytes, 'id'>
}

/** Makes bytes ready to be stored. Rejects with `storage` when they are not a readable image. */
export interface ImageProcessor {
  process(bytes: Blob, convertTo?: ImageMime): Promise<ProcessedImage>
}

type Canvas = OffscreenCanvas
type Drawable = ImageBitmap | Canvas

const convertQuality = 0.95

/** Uses the browser's decoder and encoder. Works in a page too, but is meant for a worker. */
export const browserProcessor: ImageProcessor = {
  async process(bytes, convertTo) {
    const mime = sniffImage(new Uint8Array(await bytes.slice(0, 16).arrayBuffer()))
    if (!mime) throw storageError('its bytes are not a PNG, JPEG or WebP image')
    const bitmap = await createImageBitmap(bytes).catch(() => {
      throw storageError('its bytes are damaged and cannot be shown')
    })
    try {
      const kept = convertTo === undefined || convertTo === mime ? { mime, bytes } : await convert(bitmap, convertTo)
      return {
        ...(await pack(kept.bytes, kept.mime)),
        width: bitmap.width,
        height: bitmap.height,
        ...(await makeThumbnail(bitmap, kept.mime !== 'image/jpeg')),
      }
    } finally {
      bitmap.close()
    }
  },
}

/** `mayBeClear`: checks for transparency, which a JPEG would turn black. */
export async function makeThumbnail(
  picture: Drawable,
  mayBeClear: boolean,
): Promise<Pick<ProcessedImage, 'thumbnail'> & { palette: readonly Tone[] }> {
  const { bytes, palette } = await drawThumbnail(picture, picture, mayBeClear)
  return { thumbnail: await packThumbnail(bytes), palette }
}

/** A thumbnail as it is stored. */
export async function packThumbnail(bytes: Blob): Promise<ProcessedImage['thumbnail']> {
  const { mime, base64 } = await pack(bytes, mimeOf(bytes))
  return { mime, base64 }
}

export async function pack(
  bytes: Blob,
  mime: ImageMime,
): Promise<Pick<ProcessedImage, 'mime' | 'base64' | 'bytes' | 'sizeBytes'>> {
  const packed = new Uint8Array(await bytes.arrayBuffer())
  return { mime, sizeBytes: bytes.size, base64: encodeBase64(packed), bytes: packed }
}

export function openCanvas(width: number, height: number) {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (!context) throw storageError('this browser has no memory left to draw it')
  return { canvas, context }
}

/** Encodes a canvas. A browser without this encoder makes a PNG instead, so the result names the real format. */
export async function encode(canvas: Canvas, type: ImageMime, quality: number) {
  const bytes = await canvas.convertToBlob({ type, quality })
  return { bytes, mime: mimeOf(bytes) }
}

function mimeOf(bytes: Blob): ImageMime {
  const mime = imageMimes.find((known) => known === bytes.type)
  if (!mime) throw storageError('this browser could not encode it')
  return mime
}

async function convert(bitmap: ImageBitmap, convertTo: ImageMime) {
  const { canvas, context } = openCanvas(bitmap.width, bitmap.height)
  if (convertTo === 'image/jpeg') {
    context.fillStyle = '#fff'
    context.fillRect(0, 0, bitmap.width, bitmap.height)
  }
  context.drawImage(bitmap, 0, 0)
  return encode(canvas, convertTo, convertQuality)
}
