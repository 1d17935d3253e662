import openLibheif from 'libheif-js/libheif-wasm/libheif-bundle.mjs'

/** `undefined` in place of a picture: it could not be decoded. */
export type HeicReply = ImageBitmap | undefined

self.onmessage = async ({ data: file }: MessageEvent<Blob>) => {
  const bitmap = await decode(file).catch(() => undefined)
  self.postMessage(bitmap satisfies HeicReply, bitmap ? { transfer: [bitmap] } : {})
}

/** The main picture, upright: the decoder applies the turns that the file asks for. */
async function decode(file: Blob): Promise<ImageBitmap | undefined> {
  const libheif = openLibheif()
  const images = new libheif.HeifDecoder().decode(new Uint8Array(await file.arrayBuffer()))
  const image = images.find((candidate) => candidate.is_primary()) ?? images[0]
  if (!image) return undefined
  const pixels = new ImageData(image.get_width(), image.get_height())
  const shown = await new Promise<ImageData | null>((resolve) => image.display(pixels, resolve))
  return shown ? createImageBitmap(shown) : undefined
}
