import sharp from 'sharp'
import { GenerationError } from '#domain/failure.ts'
import { type ImageMime, imageMimes } from '#domain/picture.ts'
import { paletteOf } from '#imaging/palette.ts'
import { thumbnailSize } from '#imaging/thumbnail.ts'
import type { ImageProcessor } from '#store/image-processor.ts'

/** The store's image processor for Node, which has no canvas: the same results, made with sharp. */
export const nodeProcessor: ImageProcessor = {
  async process(bytes, convertTo) {
    const given = Buffer.from(await bytes.arrayBuffer())
    try {
      const { mime, width, height } = await read(given)
      const kept = convertTo === undefined || convertTo === mime ? given : await write(given, convertTo)
      const thumbnail = await sharp(given)
        .resize({ ...thumbnailSize(width, height), fit: 'fill' })
        .jpeg({ quality: 80 })
        .toBuffer()
      const small = await sharp(given).ensureAlpha().resize(64, 64, { fit: 'fill' }).raw().toBuffer()
      return {
        mime: convertTo ?? mime,
        palette: paletteOf(new Uint8ClampedArray(small)),
        width,
        height,
        sizeBytes: kept.length,
        base64: kept.toString('base64'),
        bytes: new Uint8Array(kept),
        thumbnail: { mime: 'image/jpeg', base64: thumbnail.toString('base64') },
      }
    } catch {
      throw new GenerationError({ kind: 'storage', detail: 'its bytes are damaged and cannot be shown' })
    }
  },
}

async function read(bytes: Buffer): Promise<{ mime: ImageMime; width: number; height: number }> {
  const { format, width, height } = await sharp(bytes).metadata()
  const mime = imageMimes.find((known) => known === `image/${format}`)
  if (!mime) throw new Error('not a picture')
  await sharp(bytes, { failOn: 'truncated' }).stats()
  return { mime, width, height }
}

function write(bytes: Buffer, mime: ImageMime): Promise<Buffer> {
  if (mime === 'image/jpeg') return sharp(bytes).flatten({ background: '#fff' }).jpeg({ quality: 95 }).toBuffer()
  return mime === 'image/png' ? sharp(bytes).png().toBuffer() : sharp(bytes).webp().toBuffer()
}
