import { decodeSource } from '#imaging/edit/decode.ts'
import { makePixels, type PixelSize, type Pixels } from '#imaging/edit/raster.ts'
import { resize } from '#imaging/edit/resize.ts'

/** Ours and one drawImage of the browser, both to the same size. */
export interface ResizeFigures {
  /** From decoded pixels to pixels, in ms. */
  oursMs: number
  plainMs: number
  /** Signal to noise against the image that the file was reduced from, in dB. */
  oursDb: number
  plainDb: number
}

export interface ResizeOrder {
  file: Blob
  /** The image that `file` is a reduced copy of; its size is the target. */
  original: Blob
}

export interface AliasFigures {
  /** Mean deviation, in levels, of rings that are too fine for the target and should be an even grey. */
  oursLevels: number
  plainLevels: number
}

self.onmessage = async ({ data }: MessageEvent<ResizeOrder | 'alias'>) => {
  self.postMessage(data === 'alias' ? findAlias() : await compare(data))
}

async function compare({ file, original }: ResizeOrder): Promise<ResizeFigures> {
  const [{ pixels }, { pixels: wanted }] = [await decodeSource(file), await decodeSource(original)]
  const begin = performance.now()
  const ours = resize(pixels, wanted)
  const done = performance.now()
  const plain = resizePlainly(await createImageBitmap(file), wanted)
  return { oursMs: done - begin, plainMs: plain.ms, oursDb: psnr(ours, wanted), plainDb: psnr(plain.pixels, wanted) }
}

/** What a simple program does. The time is that of drawing and of reading the pixels. */
function resizePlainly(bitmap: ImageBitmap | OffscreenCanvas, { width, height }: PixelSize) {
  const begin = performance.now()
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('no canvas')
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, 0, 0, width, height)
  const pixels: Pixels = context.getImageData(0, 0, width, height)
  return { pixels, ms: performance.now() - begin }
}

/** Rings that become finer to the outside, reduced 2.9 times. */
function findAlias(): AliasFigures {
  const side = 1450
  const target = { width: 500, height: 500 }
  const rings = makePixels(side, side)
  // At the edge of the image a ring is two pixels wide.
  const rate = Math.PI / side
  const from = side / 2 / 2.9
  for (let at = 0; at < side * side; at += 1) {
    const [x, y] = [(at % side) - side / 2 + 0.5, Math.floor(at / side) - side / 2 + 0.5]
    const level = 127.5 + 100 * Math.cos(rate * (x * x + y * y))
    rings.data.set([level, level, level, 255], at * 4)
  }
  const canvas = new OffscreenCanvas(side, side)
  canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(rings.data), side, side), 0, 0)
  const deviation = ({ data, width, height }: Pixels) => {
    let [sum, count] = [0, 0]
    for (let at = 0; at < width * height; at += 1) {
      const radius = Math.hypot((at % width) - width / 2, Math.floor(at / width) - height / 2) * 2.9
      if (radius < from * 1.3 || radius > side / 2 - 10) continue
      sum += Math.abs((data[at * 4] ?? 0) - 127.5)
      count += 1
    }
    return sum / count
  }
  return {
    oursLevels: deviation(resize(rings, target)),
    plainLevels: deviation(resizePlainly(canvas, target).pixels),
  }
}

function psnr(one: Pixels, other: Pixels): number {
  let sum = 0
  for (let at = 0; at < one.data.length; at += 1) sum += ((one.data[at] ?? 0) - (other.data[at] ?? 0)) ** 2
  // A quarter of the values is alpha, which is the same in both.
  return 10 * Math.log10((255 * 255) / (sum / (one.data.length * 0.75)))
}
