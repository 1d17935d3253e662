import type { Painter } from '#simulator/painter/painter.ts'
import type { ImageProcessor } from '#store/image-processor.ts'

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
const bytes = new Uint8Array(Buffer.from(pixel, 'base64'))

/** Paints one grey pixel, at no cost: where hundreds of runs matter and pictures do not. */
export const lightPainter: Painter = { create: async () => bytes, edit: async () => bytes }

/** Keeps what it is given without looking at it. */
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

/** Stores one pixel whatever it is given, and says that it has this size. */
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
