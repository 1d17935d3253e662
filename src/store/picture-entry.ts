import { decodeBase64 } from '#domain/base64.ts'
import { type ImageMime, type Picture, sniffImage } from '#domain/picture.ts'
import { hasContentCredentials } from '#imaging/metadata/content-credentials.ts'
import { sha256Of } from '#imaging/sha256.ts'
import { toStorageError } from './database.ts'
import type { ImageProcessor, ProcessedImage } from './image-processor.ts'
import type { NewPicture, RestoredPicture } from './store.ts'

/** A picture with everything that is stored for it. */
export interface PictureEntry {
  picture: Picture & { mime: ImageMime }
  base64: string
  thumbnail: ProcessedImage['thumbnail']
}

export async function toEntry(
  processor: ImageProcessor,
  { bytes: given, convertTo, ...about }: NewPicture,
): Promise<PictureEntry> {
  const processed = await processor.process(given, convertTo).catch((error: unknown) => {
    throw toStorageError(error)
  })
  const { base64, bytes, thumbnail, ...real } = processed
  const signed = hasContentCredentials(bytes) ? { signed: true as const } : {}
  return { picture: { ...about, ...real, ...signed, sha256: await sha256Of(bytes) }, base64, thumbnail }
}

/** The same for an image with an existing record. Rejects with `storage` when its bytes cannot be drawn. */
export async function toRestoredEntry(
  processor: ImageProcessor,
  { picture, bytes }: RestoredPicture,
): Promise<PictureEntry> {
  const { mime, base64, thumbnail, sizeBytes, ...drawn } = await processor.process(bytes).catch((error: unknown) => {
    throw toStorageError(error)
  })
  const palette = picture.palette ?? drawn.palette
  return { picture: { ...picture, ...(palette ? { palette } : {}), mime, sizeBytes }, base64, thumbnail }
}

/** Invalid base64, and bytes that are not an image, count as lost: the picture's record remains. */
export function toBlob(base64: string): Blob | undefined {
  try {
    const bytes = decodeBase64(base64)
    const type = sniffImage(bytes)
    return type && new Blob([bytes], { type })
  } catch {
    return undefined
  }
}
