import { readHeader } from '../image-header.ts'
import type { PngChunk } from './png-chunks.ts'
import { readPng } from './png-reader.ts'
import type { Pixels } from './raster.ts'

/** What could not be kept: 16 bits per channel, the colour profile, the exact colour of translucent pixels. */
export type Loss = 'depth' | 'profile' | 'alpha'

export interface DecodedSource {
  /** Upright. */
  pixels: Pixels
  /** To be written into the PNG that is made of it. */
  colour: readonly PngChunk[]
  losses: readonly Loss[]
}

/** The user's file with its pixels as they are. Rejects with an Error where this browser cannot read it. */
export async function decodeSource(file: Blob): Promise<DecodedSource> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const header = readHeader(bytes)
  const png = header?.orientation === 1 && header.kind === 'png' ? await readPng(bytes) : undefined
  if (png) return { pixels: png.pixels, colour: png.colour, losses: png.depth === 16 ? ['depth'] : [] }
  return { pixels: await decodeByBrowser(file, 'The source image could not be read.'), colour: [], losses: [] }
}

/** The answer in the source's colour space. Rejects with an Error where this browser cannot read it. */
export async function decodeAnswer(file: Blob, _source: DecodedSource): Promise<Pixels> {
  return decodeByBrowser(file, 'The answer could not be read.')
}

async function decodeByBrowser(file: Blob, failure: string): Promise<Pixels> {
  const options = { imageOrientation: 'from-image', premultiplyAlpha: 'none' } as const
  const bitmap = await createImageBitmap(file, options).catch(() => {
    throw new Error(failure)
  })
  const { width, height } = bitmap
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error(failure)
  context.drawImage(bitmap, 0, 0)
  bitmap.close()
  return { data: context.getImageData(0, 0, width, height).data, width, height }
}
