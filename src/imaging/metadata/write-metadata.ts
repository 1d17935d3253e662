import type { ImageMime } from '#domain/picture.ts'
import { hasContentCredentials } from './content-credentials.ts'
import { userCommentOf } from './exif-comment.ts'
import type { ImageMetadata } from './image-metadata.ts'
import { withJpegSegments } from './jpeg-segments.ts'
import { withPngText } from './png-text.ts'
import { withWebpChunks } from './webp-chunks.ts'
import { xmpPacket } from './xmp.ts'

/**
 * The file with the metadata where other programs look for it: XMP in all formats, `parameters` in PNG, EXIF
 * UserComment in JPEG and WebP. Pixels, profile and all other parts stay the same. Writing the same again changes
 * nothing. A file with Content Credentials is returned unchanged, because any change breaks its signature; so is one
 * that cannot be read as its type.
 */
export function writeMetadata(bytes: Uint8Array, mime: ImageMime, metadata: ImageMetadata): Uint8Array {
  if (hasContentCredentials(bytes)) return bytes
  const xmp = xmpPacket(metadata)
  const parameters = parametersOf(metadata)
  const exif = parameters === undefined ? undefined : userCommentOf(parameters)
  switch (mime) {
    case 'image/png':
      return withPngText(bytes, { xmp, parameters }) ?? bytes
    case 'image/jpeg':
      return withJpegSegments(bytes, { xmp, exif }) ?? bytes
    case 'image/webp':
      return withWebpChunks(bytes, { xmp, exif, width: metadata.width, height: metadata.height }) ?? bytes
  }
}

/**
 * The text that A1111 and similar programs read: the prompt, then pairs. They need at least three pairs to recognise
 * settings.
 */
function parametersOf({ prompt, model, width, height }: ImageMetadata): string | undefined {
  if (prompt === undefined) return undefined
  return `${prompt}\nSize: ${width}x${height}, Model: ${model ?? 'unknown'}, Version: Atelier`
}
