import type { Painter } from '#simulator/painter/painter.ts'
import type { ImageProcessor } from '#store/image-processor.ts'

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
const bytes = new Uint8Array(Buffer.from(pixel, 'base64'))

/** Paints a single grey pixel: a fast painter for tests of hundreds of runs whose images do not matter. */
export const lightPainter: Painter = { create: async () => bytes, edit: async () => bytes }

/** Stores files without decoding them. */
export const lightProcessor: ImageProcessor = {
  process: async (given) => ({
    mime: 'image/png',
    width: 1,
    height: 1,
    sizeBytes: given.size,
    base64: Buffer.from(await given.arrayBuffer()).toString('base64'),
    thumbnail: { mime: 'image/png', base64: pixel },
  }),
}

/** Stores one pixel for every file and reports this size. */
export function createPixelProcessor({ width, height } = { width: 1, height: 1 }): ImageProcessor {
  return {
    process: async (given) => ({
      mime: 'image/png',
      width,
      height,
      sizeBytes: given.size,
      base64: pixel,
      thumbnail: { mime: 'image/png', base64: pixel },
    }),
  }
}
