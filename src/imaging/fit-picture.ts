import type { SentCut } from '#domain/edit.ts'
import { CanvasTooLarge, drawUpright, openCanvas } from './canvas.ts'
import type { Decoded } from './decode-image.ts'
import { drawCut } from './draw-cut.ts'
import type { PixelSize, SentLimits } from './source-limits.ts'

const qualities = [0.92, 0.85, 0.78] as const
const shrinkStep = 0.85

export interface Fitted {
  bytes: Blob
  /** Pixels of `bytes`. They may be fewer than requested. */
  size: PixelSize
  /** It could not stay a PNG and had transparent pixels, which are white now. */
  flattened: boolean
  /** This browser could not draw the requested size. */
  forced: boolean
}

/**
 * Draws a decoded image upright at a size and encodes it within the limits. Drawing leaves all metadata behind and
 * converts to sRGB. `lossless`: the image came from a format without loss, so it stays PNG where that is small enough.
 * `cut`: the edit applied to the upright image.
 */
export async function fitPicture(
  image: Decoded,
  size: PixelSize,
  lossless: boolean,
  limits: Pick<SentLimits, 'bytes' | 'minSide'>,
  cut?: SentCut,
): Promise<Fitted> {
  for (let asked = size; ; asked = shrunk(asked, limits.minSide)) {
    try {
      return { ...(await fitAt(image, asked, lossless, limits, cut)), forced: asked !== size }
    } catch (error) {
      const isSmallest = Math.max(asked.width, asked.height) <= limits.minSide
      if (!(error instanceof CanvasTooLarge) || isSmallest) throw error
    }
  }
}

async function fitAt(
  image: Decoded,
  size: PixelSize,
  lossless: boolean,
  limits: Pick<SentLimits, 'bytes' | 'minSide'>,
  cut: SentCut | undefined,
) {
  const { canvas, context } = openCanvas(size)
  if (cut) drawCut(canvas, context, image, cut)
  else drawUpright(context, image.bitmap, size, image.orientation)
  const transparent = hasTransparency(context, size)
  if (lossless || transparent) {
    const png = await toBlob(canvas, 'image/png')
    if (png.size < limits.bytes) return { bytes: png, size, flattened: false }
  }
  context.globalCompositeOperation = 'destination-over'
  context.fillStyle = 'white'
  context.fillRect(0, 0, size.width, size.height)
  return { ...(await encodeJpeg(canvas, limits)), flattened: transparent }
}

async function encodeJpeg(picture: OffscreenCanvas, limits: Pick<SentLimits, 'bytes' | 'minSide'>) {
  for (let canvas = picture; ; canvas = smallerCanvas(canvas, limits.minSide)) {
    const size = { width: canvas.width, height: canvas.height }
    for (const quality of qualities) {
      const bytes = await toBlob(canvas, 'image/jpeg', quality)
      if (bytes.size < limits.bytes) return { bytes, size }
    }
  }
}

async function toBlob(canvas: OffscreenCanvas, type: string, quality?: number): Promise<Blob> {
  const bytes = await canvas.convertToBlob(quality === undefined ? { type } : { type, quality }).catch(() => undefined)
  if (!bytes || bytes.size === 0) throw new CanvasTooLarge()
  return bytes
}

function smallerCanvas(canvas: OffscreenCanvas, minSide: number): OffscreenCanvas {
  const size = shrunk(canvas, minSide)
  const smaller = openCanvas(size)
  smaller.context.drawImage(canvas, 0, 0, size.width, size.height)
  // Setting a side frees the pixels at once instead of at the next garbage collection.
  canvas.width = 0
  return smaller.canvas
}

function shrunk({ width, height }: PixelSize, minSide: number): PixelSize {
  const side = (pixels: number) => Math.max(Math.min(minSide, pixels), Math.floor(pixels * shrinkStep))
  return { width: side(width), height: side(height) }
}

/** Checks strip by strip, so that the pixels of a large image are not copied all at once. */
function hasTransparency(context: OffscreenCanvasRenderingContext2D, { width, height }: PixelSize): boolean {
  const rows = Math.max(1, Math.floor(1_000_000 / width))
  for (let top = 0; top < height; top += rows) {
    const { data } = context.getImageData(0, top, width, Math.min(rows, height - top))
    for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return true
  }
  return false
}
