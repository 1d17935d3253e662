/** Picture files made in a real browser, sound and broken, as people drop them. */

type Paint = (context: OffscreenCanvasRenderingContext2D, width: number, height: number) => void

export const plain: Paint = (context, width, height) => {
  context.fillStyle = '#3a6ea5'
  context.fillRect(0, 0, width, height)
}

/** Red in the stored picture's top left quarter, blue elsewhere: shows how it was turned. */
export const redCorner: Paint = (context, width, height) => {
  plain(context, width, height)
  context.fillStyle = '#e02020'
  context.fillRect(0, 0, width / 2, height / 2)
}

/** What no encoder can make small. */
export const noise: Paint = (context, width, height) => {
  const strip = new Uint8Array(65_536)
  const pixels = context.createImageData(width, height)
  const bytes = new Uint8Array(pixels.data.buffer)
  for (let at = 0; at < bytes.length; at += strip.length) {
    bytes.set(crypto.getRandomValues(strip).subarray(0, bytes.length - at), at)
  }
  for (let at = 3; at < bytes.length; at += 4) bytes[at] = 255
  context.putImageData(pixels, 0, 0)
}

export const disc: Paint = (context, width, height) => {
  context.fillStyle = '#e02020'
  context.arc(width / 2, height / 2, Math.min(width, height) / 3, 0, 2 * Math.PI)
  context.fill()
}

export async function encode(type: string, width: number, height: number, paint: Paint, quality = 0.9): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  paint(context, width, height)
  return canvas.convertToBlob({ type, quality })
}

/** An EXIF segment with an orientation, and with a place if asked. */
function exifSegment(orientation: number, hasPlace: boolean): Uint8Array {
  const text = (word: string) => [...word].map((letter) => letter.charCodeAt(0))
  const u16 = (value: number) => [value & 255, value >> 8]
  const u32 = (value: number) => [...u16(value & 0xffff), ...u16(value >>> 16)]
  const entries = [
    [...u16(0x0112), ...u16(3), ...u32(1), ...u16(orientation), ...u16(0)],
    ...(hasPlace ? [[...u16(0x8825), ...u16(4), ...u32(1), ...u32(8 + 2 + 24 + 4)]] : []),
  ]
  const place = hasPlace ? [...u16(1), ...u16(1), ...u16(2), ...u32(2), ...text('N\0\0\0'), ...u32(0)] : []
  const tiff = [...text('II*\0'), ...u32(8), ...u16(entries.length), ...entries.flat(), ...u32(0), ...place]
  const body = [...text('Exif\0\0'), ...tiff]
  return new Uint8Array([0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 255, ...body])
}

/** A camera's JPEG: the EXIF segment stands right after the start marker. */
export async function withExif(jpeg: Blob, orientation: number, hasPlace: boolean): Promise<Blob> {
  return new Blob([jpeg.slice(0, 2), exifSegment(orientation, hasPlace) as BlobPart, jpeg.slice(2)], {
    type: 'image/jpeg',
  })
}

/** A PNG that claims a size and holds no pixels. */
export function pngClaiming(width: number, height: number): Blob {
  const bytes = new Uint8Array(57)
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52])
  const view = new DataView(bytes.buffer)
  view.setUint32(16, width)
  view.setUint32(20, height)
  bytes.set([8, 6], 24)
  bytes.set([0x49, 0x45, 0x4e, 0x44], 49)
  return new Blob([bytes])
}

/** The colour in the middle of a quarter of a picture: "top left" and so on. */
export async function colourAt(picture: Blob, across: 'left' | 'right', down: 'top' | 'bottom') {
  const bitmap = await createImageBitmap(picture, { imageOrientation: 'none' as ImageOrientation })
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  context.drawImage(bitmap, 0, 0)
  const x = Math.floor(bitmap.width * (across === 'left' ? 0.25 : 0.75))
  const y = Math.floor(bitmap.height * (down === 'top' ? 0.25 : 0.75))
  const [red = 0, , blue = 0, alpha = 0] = context.getImageData(x, y, 1, 1).data
  return { isRed: red > 180 && blue < 90, alpha }
}
