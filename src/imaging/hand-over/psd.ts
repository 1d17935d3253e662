import { type Layer, writePsd } from 'ag-psd'
import type { Area } from '../edit/area.ts'
import type { PixelSize, Pixels } from '../edit/raster.ts'

export interface PsdLayer {
  name: string
  pixels: Pixels
  /** Position of its upper left corner on the canvas. */
  left: number
  top: number
  /** Layer mask: the part that is visible. */
  area?: Area
  isHidden?: boolean
}

/**
 * A Photoshop file. `layers`: from bottom to top. `flat`: the merged image for programs that do not read layers, of the
 * canvas's size. Pixels are sRGB.
 */
export function psdOf(canvas: PixelSize, layers: readonly PsdLayer[], flat: Pixels, xmp: string): ArrayBuffer {
  return writePsd(
    {
      width: canvas.width,
      height: canvas.height,
      imageData: dataOf(flat),
      children: layers.map(toLayer),
      imageResources: { xmpMetadata: xmp },
    },
    // Without this, a lowest layer without transparent pixels would become a locked background.
    { noBackground: true },
  )
}

function toLayer({ name, pixels, left, top, area, isHidden }: PsdLayer): Layer {
  return {
    name,
    left,
    top,
    right: left + pixels.width,
    bottom: top + pixels.height,
    imageData: dataOf(pixels),
    hidden: isHidden ?? false,
    ...(area ? { mask: maskOf(area) } : {}),
  }
}

function maskOf(area: Area): NonNullable<Layer['mask']> {
  const { left, top, width, height, alpha } = area
  const data = new Uint8ClampedArray(width * height * 4)
  for (let at = 0; at < alpha.length; at += 1)
    data.fill(alpha[at] ?? 0, at * 4, at * 4 + 3).fill(255, at * 4 + 3, at * 4 + 4)
  return { left, top, right: left + width, bottom: top + height, defaultColor: 0, imageData: { width, height, data } }
}

function dataOf({ data, width, height }: Pixels) {
  return { data: data instanceof Uint8ClampedArray ? data : new Uint8ClampedArray(data), width, height }
}
