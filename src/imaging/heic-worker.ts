import openLibheif from 'libheif-js/libheif-wasm/libheif-bundle.mjs'
import { toSrgb } from './colour-profile.ts'
import { conversionOf } from './read-profile.ts'

/** `undefined`: the image could not be decoded. */
export type HeicReply = ImageBitmap | undefined

self.onmessage = async ({ data: file }: MessageEvent<Blob>) => {
  const bitmap = await decode(file).catch(() => undefined)
  self.postMessage(bitmap satisfies HeicReply, bitmap ? { transfer: [bitmap] } : {})
}

/** The main image, upright and in sRGB. The decoder applies the turns in the file, but not its colour profile. */
async function decode(file: Blob): Promise<ImageBitmap | undefined> {
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
  return createImageBitmap(shown)
}
