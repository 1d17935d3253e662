import { decodeBase64 } from '#domain/base64.ts'
import { type ImageMime, type Picture, sniffImage } from '#domain/picture.ts'
import { hasContentCredentials } from '#imaging/metadata/content-credentials.ts'
import { sha256Of } from '#imaging/sha256.ts'
import type { Darkroom, Developed } from './darkroom.ts'
import { toStorageError } from './database.ts'
import type { NewPicture, RestoredPicture } from './store.ts'

/** A picture with everything that is stored for it. */
export interface Print {
  picture: Picture & { mime: ImageMime }
  base64: string
  thumbnail: Developed['thumbnail']
}

export async function develop(darkroom: Darkroom, { bytes, convertTo, ...about }: NewPicture): Promise<Print> {
  const developed = await darkroom.develop(bytes, convertTo).catch((error: unknown) => {
    throw toStorageError(error)
  })
  const { base64, thumbnail, ...real } = developed
  const kept = decodeBase64(base64)
  const signed = hasContentCredentials(kept) ? { signed: true as const } : {}
  return { picture: { ...about, ...real, ...signed, sha256: await sha256Of(kept) }, base64, thumbnail }
}

/** The same for an image with an existing record. Rejects with `storage` when its bytes cannot be drawn. */
export async function printAgain(darkroom: Darkroom, { picture, bytes }: RestoredPicture): Promise<Print> {
  const { mime, base64, thumbnail, sizeBytes } = await darkroom.develop(bytes).catch((error: unknown) => {
    throw toStorageError(error)
  })
  return { picture: { ...picture, mime, sizeBytes }, base64, thumbnail }
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
