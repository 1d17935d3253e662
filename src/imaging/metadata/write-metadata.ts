import type { ImageMime } from '#domain/picture.ts'
import { hasContentCredentials } from './content-credentials.ts'
import { userCommentOf } from './exif-comment.ts'
import type { ImageMetadata } from './image-metadata.ts'
import { withJpegSegments } from './jpeg-segments.ts'
import { withPngText } from './png-text.ts'
import { withWebpChunks } from './webp-chunks.ts'
import { xmpPacket } from './xmp.ts'

/**
 * The file with the metadata, in the places where other programs look: XMP in all of them, `parameters` in PNG, EXIF
 * UserComment in JPEG and WebP. Pixels, profile and all other parts stay as they are. Writing the same again changes
 * nothing. A file that carries Content Credentials comes back as it is, since any change breaks its signature; so does one
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

/** The text that A1111 and its kin read: the prompt, then pairs. Three pairs are the fewest that they take for settings. */
function parametersOf({ prompt, model, width, height }: ImageMetadata): string | undefined {
  if (prompt === undefined) return undefined
  return `${prompt}\nSize: ${width}x${height}, Model: ${model ?? 'unknown'}, Version: Atelier`
}
