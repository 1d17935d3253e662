import { drawUpright, openCanvas } from './canvas.ts'
import { paletteOf, type Tone } from './palette.ts'
import type { PixelSize } from './source-limits.ts'

/** Enough for a tile on a high-density screen; larger thumbnails slow down scrolling for little gain. */
const shortPx = 256
const longPx = 512
const quality = 0.8

export function thumbnailSize(width: number, height: number): PixelSize {
  const scale = Math.min(1, shortPx / Math.min(width, height), longPx / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

export interface DrawnThumbnail {
  bytes: Blob
  /** The colours that the image can be found by. */
  palette: readonly Tone[]
}

/**
 * A small JPEG of an image, or a WebP if it is transparent. `size` is that of the upright image. `mayBeClear`: checks
 * for transparency, which a JPEG would turn black. A browser without a WebP encoder gives PNG.
 */
export async function drawThumbnail(
  image: CanvasImageSource,
  { width, height }: PixelSize,
  mayBeClear: boolean,
  orientation = 1,
): Promise<DrawnThumbnail> {
  const size = thumbnailSize(width, height)
  const { canvas, context } = openCanvas(size)
  context.imageSmoothingQuality = 'medium'
  drawUpright(context, image, size, orientation)
  const { data } = context.getImageData(0, 0, size.width, size.height)
  const type = mayBeClear && isClear(data) ? 'image/webp' : 'image/jpeg'
  return { bytes: await canvas.convertToBlob({ type, quality }), palette: paletteOf(data) }
}

function isClear(data: Uint8ClampedArray): boolean {
  for (let alpha = 3; alpha < data.length; alpha += 4) if ((data[alpha] ?? 255) < 255) return true
  return false
}
