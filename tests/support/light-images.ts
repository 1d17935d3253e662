import sharp from 'sharp'
import type { Painter, PictureFormat, Size } from '#simulator/painter/painter.ts'
import type { ImageProcessor } from '#store/image-processor.ts'
import { paintedImage } from './images.ts'

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
const bytes = new Uint8Array(Buffer.from(pixel, 'base64'))

/** Paints a single grey pixel: a fast painter for tests of hundreds of runs whose images do not matter. */
export const lightPainter: Painter = { create: async () => bytes, edit: async () => bytes }

/** Stores files without decoding them. */
export const lightProcessor: ImageProcessor = {
  async process(given) {
    const kept = new Uint8Array(await given.arrayBuffer())
    return {
      mime: 'image/png',
      width: 1,
      height: 1,
      sizeBytes: given.size,
      base64: Buffer.from(kept).toString('base64'),
      bytes: kept,
      thumbnail: { mime: 'image/png', base64: pixel },
    }
  },
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
      bytes,
      thumbnail: { mime: 'image/png', base64: pixel },
    }),
  }
}

/**
 * Paints one colour in the size and format that are asked for: a real image at a small part of the time that a scene
 * takes. `edit` reads the size of the first source if the size depends on it.
 */
export const plainPainter: Painter = {
  create: ({ format }, size) => paintPlain(format, size),
  async edit({ format }, [first], size) {
    if (typeof size !== 'function') return paintPlain(format, size)
    const { autoOrient } = await sharp(first, { failOn: 'none' }).metadata()
    return paintPlain(format, size(autoOrient))
  },
}

/** The files made so far, by format and size. */
const painted = new Map<string, Promise<Uint8Array>>()

function paintPlain(format: PictureFormat, { width, height }: Size): Promise<Uint8Array> {
  const name = `${format} ${width} ${height}`
  const made =
    painted.get(name) ??
    paintedImage(format, { width, height }).then(async (image) => new Uint8Array(await image.arrayBuffer()))
  painted.set(name, made)
  return made
}
