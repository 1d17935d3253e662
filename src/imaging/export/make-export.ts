import type { Box } from '#domain/edit.ts'
import { type ImageMime, imageMimes } from '#domain/picture.ts'
import { openCanvas } from '../canvas.ts'
import type { PixelSize } from '../edit/raster.ts'
import { resizeFile } from '../edit/resize-file.ts'
import { hasContentCredentials } from '../metadata/content-credentials.ts'
import type { ImageMetadata } from '../metadata/image-metadata.ts'
import { readMetadata } from '../metadata/read-metadata.ts'
import { writeMetadata } from '../metadata/write-metadata.ts'

export interface ExportJob {
  file: Blob
  /** Resampled to this size; absent: its own pixels. */
  size?: { target: PixelSize; box: Box }
  format: ImageMime
  /** 1 to 100; not used for PNG. */
  quality: number
  /** Written into the file, except into an imported one that is exported as it came. */
  metadata?: ImageMetadata
  /** The file came from the user: it is not changed if neither size nor format change. */
  isImported: boolean
  /** The file must not say how it was made. */
  withoutRecipe: boolean
}

export interface Exported {
  bytes: Blob
  /** It carries Content Credentials, unchanged. */
  isSigned: boolean
}

/**
 * Makes the file for export. If neither size nor format change, only the metadata is changed; a signed file stays as it
 * is. Rejects with an Error whose message is for users.
 */
export async function makeExport(job: ExportJob): Promise<Exported> {
  const { file, size, format, metadata } = job
  if (!size && file.type === format) {
    const given = new Uint8Array(await file.arrayBuffer())
    if (hasContentCredentials(given)) return { bytes: file, isSigned: true }
    if (!job.isImported && metadata) return { bytes: marked(given, format, metadata), isSigned: false }
    const tellsTooMuch = job.withoutRecipe && (await readMetadata(given)).recipe !== undefined
    if (!tellsTooMuch) return { bytes: file, isSigned: false }
  }
  const drawn = size ? await resizeFile({ file, ...size }) : file
  const encoded = new Uint8Array(await (await encodeAs(drawn, job)).arrayBuffer())
  return {
    bytes: metadata ? marked(encoded, format, metadata) : new Blob([encoded], { type: format }),
    isSigned: false,
  }
}

function marked(bytes: Uint8Array<ArrayBuffer>, mime: ImageMime, metadata: ImageMetadata): Blob {
  return new Blob([writeMetadata(bytes, mime, metadata) as Uint8Array<ArrayBuffer>], { type: mime })
}

/** In sRGB, except a PNG that was just made, which keeps its profile. */
async function encodeAs(image: Blob, { size, format, quality }: ExportJob): Promise<Blob> {
  if (size && format === 'image/png') return image
  const bitmap = await createImageBitmap(image).catch(() => {
    throw new Error('This browser cannot read the image.')
  })
  try {
    const { canvas, context } = openCanvas(bitmap)
    if (format === 'image/jpeg') {
      context.fillStyle = '#fff'
      context.fillRect(0, 0, bitmap.width, bitmap.height)
    }
    context.drawImage(bitmap, 0, 0)
    const encoded = await canvas.convertToBlob({ type: format, quality: quality / 100 })
    if (encoded.type !== format) throw new Error(`This browser cannot write ${nameOf(format)}. Choose another format.`)
    return encoded
  } finally {
    bitmap.close()
  }
}

function nameOf(format: ImageMime): string {
  return ['PNG', 'JPEG', 'WebP'][imageMimes.indexOf(format)] ?? format
}
