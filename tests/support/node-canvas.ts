import sharp from 'sharp'
import { vi } from 'vitest'

interface Bitmap {
  width: number
  height: number
  /** Red, green, blue, alpha of each pixel, row by row. */
  data: Uint8ClampedArray
  close(): void
}

/** Pixels of an image file, upright. */
export async function pixelsOf(file: Blob): Promise<Bitmap> {
  const image = sharp(Buffer.from(await file.arrayBuffer())).autoOrient()
  const { data, info } = await image.ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data: new Uint8ClampedArray(data), close: () => undefined }
}

/** The browser's decoder and its canvas, as far as the chain of an edit uses them, over sharp. */
export function addCanvas(): void {
  vi.stubGlobal('createImageBitmap', pixelsOf)
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      getContext() {
        let drawn: Bitmap | undefined
        return {
          drawImage(bitmap: Bitmap) {
            drawn = bitmap
          },
          getImageData: () => drawn,
        }
      }
    },
  )
}
