import { type PixelSize, sourceLimits } from './source-limits.ts'

const qualities = [0.92, 0.85, 0.78] as const
const shrinkStep = 0.85

export interface Fitted {
  bytes: Blob
  /** Pixels of `bytes`; the encoder may have had to go below the asked ones. */
  size: PixelSize
  /** It could not stay a PNG and had transparent pixels, which are white now. */
  flattened: boolean
}

/**
 * Draws a decoded picture at a size and encodes it so that the service takes it. Drawing leaves all metadata behind.
 * `lossless`: the picture came from a format without loss, so it stays PNG where that is small enough. Closes the bitmap.
 */
export async function fitPicture(bitmap: ImageBitmap, size: PixelSize, lossless: boolean): Promise<Fitted> {
  const { canvas, context } = draw(bitmap, size)
  bitmap.close()
  const transparent = hasTransparency(context, size)
  if (lossless || transparent) {
    const png = await canvas.convertToBlob({ type: 'image/png' })
    if (png.size < sourceLimits.sentBytes) return { bytes: png, size, flattened: false }
  }
  context.globalCompositeOperation = 'destination-over'
  context.fillStyle = 'white'
  context.fillRect(0, 0, size.width, size.height)
  return { ...(await encodeJpeg(canvas)), flattened: transparent }
}

async function encodeJpeg(picture: OffscreenCanvas): Promise<{ bytes: Blob; size: PixelSize }> {
  for (let canvas = picture; ; canvas = shrink(canvas)) {
    const size = { width: canvas.width, height: canvas.height }
    for (const quality of qualities) {
      const bytes = await canvas.convertToBlob({ type: 'image/jpeg', quality })
      if (bytes.size < sourceLimits.sentBytes) return { bytes, size }
    }
  }
}

function shrink(canvas: OffscreenCanvas): OffscreenCanvas {
  const side = (pixels: number) => Math.max(sourceLimits.sentMinSide, Math.floor(pixels * shrinkStep))
  const smaller = draw(canvas, { width: side(canvas.width), height: side(canvas.height) }).canvas
  // Setting a side frees the pixels at once instead of at the next collection.
  canvas.width = 0
  return smaller
}

function draw(source: CanvasImageSource, { width, height }: PixelSize) {
  const canvas = new OffscreenCanvas(width, height)
  // Read back at once, so it stays in ordinary memory: graphics memory has tighter limits.
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('no canvas of this size')
  context.imageSmoothingQuality = 'high'
  context.drawImage(source, 0, 0, width, height)
  return { canvas, context }
}

/** Looks strip by strip: the pixels of a large picture are not copied all at once. */
function hasTransparency(context: OffscreenCanvasRenderingContext2D, { width, height }: PixelSize): boolean {
  const rows = Math.max(1, Math.floor(1_000_000 / width))
  for (let top = 0; top < height; top += rows) {
    const { data } = context.getImageData(0, top, width, Math.min(rows, height - top))
    for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return true
  }
  return false
}
