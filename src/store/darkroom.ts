import { encodeBase64 } from '#domain/base64.ts'
import { type ImageMime, imageMimes, sniffImage } from '#domain/picture.ts'
import { storageError } from './database.ts'
import type { StoredBytes } from './schema.ts'

/** Bytes made ready to be kept, with a small picture of them. */
export interface Developed {
  mime: ImageMime
  /** Real pixels, upright. */
  width: number
  height: number
  sizeBytes: number
  base64: string
  thumbnail: Omit<StoredBytes, 'id'>
}

/** Turns bytes into what is kept. Rejects with `storage` when they are not a picture that can be read. */
export interface Darkroom {
  develop(bytes: Blob, convertTo?: ImageMime): Promise<Developed>
}

type Canvas = OffscreenCanvas
type Drawable = ImageBitmap | Canvas

/** Enough for a tile on a dense screen; larger ones make scrolling slower than their sharpness is worth. */
const thumbShortPx = 256
const thumbLongPx = 512
const thumbQuality = 0.8
const convertQuality = 0.95

/** The browser's own decoder and encoder. Works on the page as in a worker, where it belongs. */
export const browserDarkroom: Darkroom = {
  async develop(bytes, convertTo) {
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
        thumbnail: await makeThumbnail(bitmap, kept.mime !== 'image/jpeg'),
      }
    } finally {
      bitmap.close()
    }
  },
}

/** `mayBeClear`: look for transparency, which a JPEG would turn black. */
export async function makeThumbnail(picture: Drawable, mayBeClear: boolean): Promise<Developed['thumbnail']> {
  const { width, height } = thumbnailSize(picture.width, picture.height)
  const { canvas, context } = openCanvas(width, height)
  context.imageSmoothingQuality = 'medium'
  context.drawImage(picture, 0, 0, width, height)
  const type = mayBeClear && isClear(context, width, height) ? 'image/webp' : 'image/jpeg'
  const { bytes, mime } = await encode(canvas, type, thumbQuality)
  const { base64 } = await pack(bytes, mime)
  return { mime, base64 }
}

export function thumbnailSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, thumbShortPx / Math.min(width, height), thumbLongPx / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

export async function pack(bytes: Blob, mime: ImageMime): Promise<Pick<Developed, 'mime' | 'base64' | 'sizeBytes'>> {
  return { mime, sizeBytes: bytes.size, base64: encodeBase64(new Uint8Array(await bytes.arrayBuffer())) }
}

export function openCanvas(width: number, height: number) {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (!context) throw storageError('this browser has no memory left to draw it')
  return { canvas, context }
}

/** Encodes what is on a canvas. A browser that lacks an encoder gives PNG instead, so the answer names the real format. */
export async function encode(canvas: Canvas, type: ImageMime, quality: number) {
  const bytes = await canvas.convertToBlob({ type, quality })
  const mime = imageMimes.find((known) => known === bytes.type)
  if (!mime) throw storageError('this browser could not encode it')
  return { bytes, mime }
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

function isClear(context: OffscreenCanvasRenderingContext2D, width: number, height: number): boolean {
  const { data } = context.getImageData(0, 0, width, height)
  for (let alpha = 3; alpha < data.length; alpha += 4) if ((data[alpha] ?? 255) < 255) return true
  return false
}
