import { Buffer } from 'node:buffer'
import sharp, { type Sharp } from 'sharp'
import { type DrawingBackend, jpegQuality, paper } from './drawing-backend.ts'
import type { Painter, PainterOptions } from './painter.ts'
import type { Pixels } from './pixels.ts'
import { createScenePainter } from './scene-painter.ts'

const mostSourcePixels = 120_000_000

/** Paints with sharp. */
export function createNodePainter(options?: PainterOptions): Painter {
  return createScenePainter(sharpBackend, options)
}

const sharpBackend: DrawingBackend = {
  draw: (svg, { width, height }) => toPixels(sharp(Buffer.from(svg)).resize(width, height, { fit: 'fill' })),
  drawOver: (pixels, svg, left, top) => toPixels(toSharp(pixels).composite([{ input: Buffer.from(svg), left, top }])),
  async measure(bytes) {
    const { autoOrient } = await open(bytes).metadata()
    return autoOrient
  },
  fill: (bytes, { width, height }) =>
    toPixels(open(bytes).resize(width, height, { fit: 'cover' }).flatten({ background: paper })),
  scale: (pixels, { width, height }) => toPixels(toSharp(pixels).resize(width, height, { fit: 'fill' })),
  blur: (pixels, sigma) => toPixels(toSharp(pixels).blur(sigma)),
  median: (pixels, span) => toPixels(toSharp(pixels).median(span)),
  encode(pixels, format) {
    const picture = toSharp(pixels)
    const encoded =
      format === 'png' ? picture.png({ compressionLevel: 3 }) : picture.jpeg({ quality: jpegQuality * 100 })
    return encoded.toBuffer()
  },
}

function open(bytes: Uint8Array): Sharp {
  return sharp(bytes, { failOn: 'none', limitInputPixels: mostSourcePixels }).autoOrient()
}

function toSharp({ data, width, height }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } })
}

async function toPixels(picture: Sharp): Promise<Pixels> {
  const { data, info } = await picture.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}
