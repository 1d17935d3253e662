import type { PixelSize } from './source-limits.ts'

/** A canvas of this size cannot be used: there is not enough memory, or the browser has a limit. */
export class CanvasTooLarge extends Error {
  override readonly name = 'CanvasTooLarge'
}

/**
 * A canvas that really draws. Throws `CanvasTooLarge` otherwise: above its limit (iOS before 18: 16.7 megapixels) a
 * browser gives a context that draws nothing, or throws.
 */
export function openCanvas({ width, height }: PixelSize) {
  try {
    const canvas = new OffscreenCanvas(width, height)
    // It is read back at once, so it should be in main memory: graphics memory has tighter limits.
    const context = canvas.getContext('2d', { willReadFrequently: true })
    if (!context) throw new CanvasTooLarge()
    context.fillRect(width - 1, height - 1, 1, 1)
    if (context.getImageData(width - 1, height - 1, 1, 1).data[3] !== 255) throw new CanvasTooLarge()
    context.clearRect(width - 1, height - 1, 1, 1)
    context.imageSmoothingQuality = 'high'
    return { canvas, context }
  } catch (error) {
    throw error instanceof CanvasTooLarge ? error : new CanvasTooLarge(String(error))
  }
}

/** Draws a whole image at a size, upright. `orientation` is EXIF's, 1 to 8; `size` is that of the upright image. */
export function drawUpright(
  context: OffscreenCanvasRenderingContext2D,
  image: CanvasImageSource,
  size: PixelSize,
  orientation: number,
) {
  const { width, height } = size
  const turned = orientation >= 5
  context.save()
  // For each orientation, where the image's own x and y axes point when upright, and where its corner is.
  const turns: Record<number, [number, number, number, number, number, number]> = {
    2: [-1, 0, 0, 1, width, 0],
    3: [-1, 0, 0, -1, width, height],
    4: [1, 0, 0, -1, 0, height],
    5: [0, 1, 1, 0, 0, 0],
    6: [0, 1, -1, 0, width, 0],
    7: [0, -1, -1, 0, width, height],
    8: [0, -1, 1, 0, 0, height],
  }
  const turn = turns[orientation]
  if (turn) context.transform(...turn)
  context.drawImage(image, 0, 0, turned ? height : width, turned ? width : height)
  context.restore()
}
