import { openCanvas } from '../canvas.ts'
import type { PixelSize } from '../edit/raster.ts'
import type { ImageMetadata } from '../metadata/image-metadata.ts'
import { writeMetadata } from '../metadata/write-metadata.ts'

export interface ShrinkJob {
  file: Blob
  /** Longest side in pixels. A smaller image keeps its size. */
  mostSide: number
  /** 1 to 100. */
  quality: number
  metadata?: Pick<ImageMetadata, 'digitalSource'>
}

export interface Shrunk {
  bytes: Blob
  size: PixelSize
}

/** A JPEG preview on white, in sRGB. Rejects with an Error whose message can be shown. */
export async function shrink({ file, mostSide, quality, metadata }: ShrinkJob): Promise<Shrunk> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error('This browser cannot read the image.')
  })
  try {
    const scale = Math.min(1, mostSide / Math.max(bitmap.width, bitmap.height))
    const size = {
      width: Math.max(1, Math.round(bitmap.width * scale)),
      height: Math.max(1, Math.round(bitmap.height * scale)),
    }
    const { canvas, context } = openCanvas(size)
    context.fillStyle = '#fff'
    context.fillRect(0, 0, size.width, size.height)
    context.drawImage(bitmap, 0, 0, size.width, size.height)
    const drawn = await canvas.convertToBlob({ type: 'image/jpeg', quality: quality / 100 })
    canvas.width = 0
    if (!metadata) return { bytes: drawn, size }
    const marked = writeMetadata(new Uint8Array(await drawn.arrayBuffer()), 'image/jpeg', { ...size, ...metadata })
    return { bytes: new Blob([marked as Uint8Array<ArrayBuffer>], { type: 'image/jpeg' }), size }
  } finally {
    bitmap.close()
  }
}
