import type { Edit } from '#domain/edit.ts'
import { type Area, rasteriseArea } from '../edit/area.ts'
import { decodeSrgb } from '../edit/decode.ts'
import { applyFrame, frameArea } from '../edit/frame.ts'
import type { PixelSize, Pixels } from '../edit/raster.ts'
import { resize } from '../edit/resize.ts'
import { type PsdLayer, psdOf } from './psd.ts'

export interface PsdJob {
  result: Blob
  /** What the result was made from. */
  source?: Blob
  /** Present if only an area of the source was changed: elsewhere the result has the framed source's pixels. */
  edit?: Edit
  xmp: string
}

/** Three layers and the flat image are in memory at once, four bytes per pixel. */
const mostPixels = 60_000_000

/** Decodes the images and writes them as layers of one canvas. Rejects with an Error whose message can be shown. */
export async function psdFrom({ result, source, edit, xmp }: PsdJob): Promise<Blob> {
  const made = await decodeSrgb(result)
  const from = source && (await decodeSrgb(source))
  const { canvas, layers, flat } = !from
    ? alone(made)
    : edit
      ? alignedByEdit(made, from, edit)
      : alignedBySize(made, from)
  return new Blob([psdOf(canvas, layers, flat, xmp)], { type: 'image/vnd.adobe.photoshop' })
}

interface Layered {
  canvas: PixelSize
  /** From the bottom to the top. */
  layers: readonly PsdLayer[]
  flat: Pixels
}

const whole = (name: string, pixels: Pixels): PsdLayer => ({ name, pixels, left: 0, top: 0 })

function alone(result: Pixels): Layered {
  checkSize(result)
  return { canvas: result, layers: [whole('Image', result)], flat: result }
}

/** The result has the same pixel grid as the framed source; if it was extended, the source lies inside it. */
export function alignedByEdit(result: Pixels, source: Pixels, { document, way, rect }: Edit): Layered {
  checkSize(result)
  const framed = applyFrame(source, document.frame)
  const [left, top] = way === 'extend' ? [Math.round(-rect[0]), Math.round(-rect[1])] : [0, 0]
  const area =
    way === 'extend'
      ? around(result, { left, top, width: framed.width, height: framed.height })
      : rasteriseArea(frameArea(document.area, document.frame, source), framed, document.rim)
  return {
    canvas: result,
    layers: [
      { name: 'Source', pixels: framed, left, top },
      { ...whole('Result', result), area },
    ],
    flat: result,
  }
}

/** The canvas has the size of the larger image. The other one is enlarged to fit and centred. */
export function alignedBySize(result: Pixels, source: Pixels): Layered {
  const isSourceLarger = source.width * source.height > result.width * result.height
  const canvas = isSourceLarger ? source : result
  checkSize(canvas)
  const below = { name: 'Source', ...placed(source, canvas) }
  const above = { name: 'Result', ...placed(result, canvas) }
  return { canvas, layers: [below, above], flat: onto(canvas, above) }
}

/** Smaller differences in proportions come from the service's rounding; the image is then stretched to fill. */
const sameRatio = 0.02

function placed(image: Pixels, { width, height }: PixelSize): { pixels: Pixels; left: number; top: number } {
  if (image.width === width && image.height === height) return { pixels: image, left: 0, top: 0 }
  const ratio = (image.width * height) / (image.height * width)
  const scale = Math.min(width / image.width, height / image.height)
  const size =
    Math.abs(Math.log(ratio)) < sameRatio
      ? { width, height }
      : { width: Math.round(image.width * scale), height: Math.round(image.height * scale) }
  const [left, top] = [Math.floor((width - size.width) / 2), Math.floor((height - size.height) / 2)]
  return { pixels: resize(image, size), left, top }
}

/** Only the layer, on a transparent canvas. */
function onto(
  { width, height }: PixelSize,
  { pixels, left, top }: { pixels: Pixels; left: number; top: number },
): Pixels {
  if (pixels.width === width && pixels.height === height) return pixels
  const data = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < pixels.height; y += 1) {
    const row = pixels.data.subarray(y * pixels.width * 4, (y + 1) * pixels.width * 4)
    data.set(row, ((top + y) * width + left) * 4)
  }
  return { data, width, height }
}

/** The whole canvas except a box. */
function around({ width, height }: PixelSize, box: { left: number; top: number } & PixelSize): Area {
  const alpha = new Uint8Array(width * height).fill(255)
  for (let y = Math.max(0, box.top); y < Math.min(height, box.top + box.height); y += 1) {
    alpha.fill(0, y * width + Math.max(0, box.left), y * width + Math.min(width, box.left + box.width))
  }
  return { left: 0, top: 0, width, height, alpha, painted: 1 - (box.width * box.height) / (width * height) }
}

function checkSize({ width, height }: PixelSize): void {
  if (width * height > mostPixels)
    throw new Error(`${Math.round((width * height) / 1e6)} megapixels are too many for layers. 60 is the most.`)
}
