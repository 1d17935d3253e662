import openLibheif from 'libheif-js/libheif-wasm/libheif-bundle.mjs'
import { toSrgb } from './colour-profile.ts'
import { conversionOf } from './read-profile.ts'

export interface HeicAsk {
  file: Blob
  as: 'bitmap' | 'png'
}

/** The answer is `undefined` if the image could not be decoded. */
self.onmessage = async ({ data }: MessageEvent<HeicAsk>) => {
  const image = await read(data).catch(() => undefined)
  self.postMessage(image, image instanceof ImageBitmap ? { transfer: [image] } : {})
}

async function read({ file, as }: HeicAsk): Promise<ImageBitmap | Blob | undefined> {
  const pixels = await decode(file)
  if (!pixels || as === 'bitmap') return pixels && createImageBitmap(pixels)
  // Encoded here, because a photo of a phone would keep the page busy.
  const canvas = new OffscreenCanvas(pixels.width, pixels.height)
  canvas.getContext('2d')?.putImageData(pixels, 0, 0)
  return canvas.convertToBlob({ type: 'image/png' })
}

/** The main image, upright and in sRGB. The decoder applies the turns in the file, but not its colour profile. */
async function decode(file: Blob): Promise<ImageData | undefined> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const libheif = openLibheif()
  const images = new libheif.HeifDecoder().decode(bytes)
  const image = images.find((candidate) => candidate.is_primary()) ?? images[0]
  if (!image) return undefined
  const pixels = new ImageData(image.get_width(), image.get_height())
  const shown = await new Promise<ImageData | null>((resolve) => image.display(pixels, resolve))
  if (!shown) return undefined
  const conversion = conversionOf(bytes)
  if (conversion) toSrgb(shown.data, conversion)
  return shown
}
