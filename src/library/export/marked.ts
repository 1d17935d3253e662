import { imageMimes, type Picture } from '#domain/picture.ts'
import { writeMetadata } from '#imaging/metadata/write-metadata.ts'
import { metadataOf } from './export-plan.ts'

/**
 * The bytes of an image for download, with metadata about how it was made, for other programs and for this one.
 * Imported files and signed ones stay byte for byte.
 */
export async function marked(picture: Picture, bytes: Blob): Promise<Blob> {
  const mime = imageMimes.find((known) => known === bytes.type)
  const metadata = picture.origin.kind === 'dropped' ? undefined : metadataOf(picture, picture, true)
  if (!mime || !metadata) return bytes
  const given = new Uint8Array(await bytes.arrayBuffer())
  return new Blob([writeMetadata(given, mime, metadata) as Uint8Array<ArrayBuffer>], { type: mime })
}
