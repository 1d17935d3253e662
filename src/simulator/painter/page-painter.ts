import { type DrawingBackend, jpegQuality, paper } from './drawing-backend.ts'
import type { Painter, PainterOptions, Size } from './painter.ts'
import type { Pixels } from './pixels.ts'
import { createScenePainter } from './scene-painter.ts'
import { blurred, medianFiltered } from './soften.ts'

/** Paints with browser functions. */
export function createPagePainter(options?: PainterOptions): Painter {
  return createScenePainter(canvasBackend, options)
}

const canvasBackend: DrawingBackend = {
  async draw(svg, size) {
    const image = await openDocument(svg)
    const context = openCanvas(size)
    context.drawImage(image, 0, 0, size.width, size.height)
    return toPixels(context)
  },
  async drawOver(pixels, svg, left, top) {
    const image = await openDocument(svg)
    const context = toCanvas(pixels)
    context.drawImage(image, left, top)
    return toPixels(context)
  },
  async measure(bytes) {
    const { width, height } = await decode(bytes, (bitmap) => ({ width: bitmap.width, height: bitmap.height }))
    return { width, height }
  },
  fill: (bytes, size) =>
    decode(bytes, (bitmap) => {
      const scale = Math.max(size.width / bitmap.width, size.height / bitmap.height)
      const [width, height] = [bitmap.width * scale, bitmap.height * scale]
      const context = openCanvas(size)
      context.drawImage(bitmap, (size.width - width) / 2, (size.height - height) / 2, width, height)
      return toPixels(context)
    }),
  async scale(pixels, size) {
    const context = openCanvas(size)
    context.drawImage(toCanvas(pixels).canvas, 0, 0, size.width, size.height)
    return toPixels(context)
  },
  blur: async (pixels, sigma) => blurred(pixels, sigma),
  median: async (pixels, span) => medianFiltered(pixels, span),
  async encode(pixels, format) {
    const options = { type: `image/${format}`, quality: jpegQuality }
    const blob = await toCanvas(pixels).canvas.convertToBlob(options)
    return new Uint8Array(await blob.arrayBuffer())
  },
}

/**
 * A browser draws an SVG document only through an `<img>`; with a `blob:` address of this page the canvas stays
 * readable.
 */
async function openDocument(svg: string): Promise<HTMLImageElement> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    await new Promise((resolve, reject) => {
      image.addEventListener('load', resolve)
      image.addEventListener('error', () => reject(new Error('The document cannot be drawn.')))
      image.src = address
    })
    return image
  } finally {
    URL.revokeObjectURL(address)
  }
}

async function decode<Value>(bytes: Uint8Array, read: (bitmap: ImageBitmap) => Value): Promise<Value> {
  const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]))
  try {
    return read(bitmap)
  } finally {
    bitmap.close()
  }
}

function openCanvas({ width, height }: Size): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { alpha: false, willReadFrequently: true })
  if (!context) throw new Error('This browser has no canvas.')
  context.imageSmoothingQuality = 'high'
  context.fillStyle = paper
  context.fillRect(0, 0, width, height)
  return context
}

function toCanvas({ data, width, height }: Pixels): OffscreenCanvasRenderingContext2D {
  const context = openCanvas({ width, height })
  const image = context.createImageData(width, height)
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    image.data[to] = data[from] ?? 0
    image.data[to + 1] = data[from + 1] ?? 0
    image.data[to + 2] = data[from + 2] ?? 0
    image.data[to + 3] = 255
  }
  context.putImageData(image, 0, 0)
  return context
}

function toPixels(context: OffscreenCanvasRenderingContext2D): Pixels {
  const { width, height } = context.canvas
  const image = context.getImageData(0, 0, width, height)
  const data = new Uint8Array(width * height * 3)
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = image.data[from] ?? 0
    data[to + 1] = image.data[from + 1] ?? 0
    data[to + 2] = image.data[from + 2] ?? 0
  }
  return { data, width, height }
}
