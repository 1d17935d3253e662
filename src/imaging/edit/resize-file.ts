import type { Box } from '#domain/edit.ts'
import { decodeSource } from './decode.ts'
import { writePng } from './png-writer.ts'
import type { PixelSize, Pixels } from './raster.ts'
import { resize } from './resize.ts'

export interface ResizeJob {
  file: Blob
  target: PixelSize
  /** The part that is used, in pixels of the upright image; anything outside the image becomes transparent. */
  box: Box
}

export async function resizeFile({ file, target, box }: ResizeJob): Promise<Blob> {
  const { pixels, colour } = await decodeSource(file)
  const resized = resize(pixels, target, box)
  clearOutside(resized, pixels, box)
  return writePng(resized, colour)
}

/** Resizing repeats the edge pixels, so what is beyond the image is cleared here. */
function clearOutside({ data, width, height }: Pixels, image: PixelSize, [left, top, across, down]: Box): void {
  for (let y = 0; y < height; y += 1) {
    const row = top + ((y + 0.5) / height) * down
    for (let x = 0; x < width; x += 1) {
      const column = left + ((x + 0.5) / width) * across
      const inside = row >= 0 && row <= image.height && column >= 0 && column <= image.width
      if (!inside) data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 4)
    }
  }
}
