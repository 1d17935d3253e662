/** Image files, valid and broken, made in a real browser. */

type Paint = (context: OffscreenCanvasRenderingContext2D, width: number, height: number) => void

export const plain: Paint = (context, width, height) => {
  context.fillStyle = '#3a6ea5'
  context.fillRect(0, 0, width, height)
}

/** Red in the top left quarter of the stored pixels, blue elsewhere, which shows how it was turned. */
export const redCorner: Paint = (context, width, height) => {
  plain(context, width, height)
  context.fillStyle = '#e02020'
  context.fillRect(0, 0, width / 2, height / 2)
}

/** Noise, which no encoder can compress. */
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

/** An EXIF segment with an orientation, and optionally a GPS position. */
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

/** A JPEG like a camera's: the EXIF segment is directly after the start marker. */
export async function withExif(jpeg: Blob, orientation: number, hasPlace: boolean): Promise<Blob> {
  return new Blob([jpeg.slice(0, 2), exifSegment(orientation, hasPlace) as BlobPart, jpeg.slice(2)], {
    type: 'image/jpeg',
  })
}

/** A PNG with a size in its header and no pixels. */
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

/** The colour in the middle of a quarter of an image: "top left" and so on. */
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

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

function crc32(bytes: Uint8Array): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return ~crc >>> 0
}

const u32 = (value: number) => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]
const letters = (word: string) => [...word].map((letter) => letter.charCodeAt(0))

/** A chunk of a PNG: length, name, content and checksum. */
export function pngChunk(name: string, content: Uint8Array | readonly number[]): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(4 + content.length)
  body.set(letters(name))
  body.set(content, 4)
  const chunk = new Uint8Array(body.length + 8)
  chunk.set(u32(content.length))
  chunk.set(body, 4)
  chunk.set(u32(crc32(body)), 4 + body.length)
  return chunk
}

export async function packed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

interface PngParts {
  /** Bits per channel, and PNG's colour type: 0 grey, 2 RGB. */
  depth: number
  colour: 0 | 2
  /** All rows, each preceded by filter byte 0. */
  rows: Uint8Array<ArrayBuffer>
  before?: readonly Uint8Array<ArrayBuffer>[]
  after?: readonly Uint8Array<ArrayBuffer>[]
}

/** A PNG of any size and depth, with optional chunks before and after its pixels. */
export async function pngOf(width: number, height: number, parts: PngParts): Promise<Blob> {
  const { depth, colour, rows, before = [], after = [] } = parts
  const header = pngChunk('IHDR', [...u32(width), ...u32(height), depth, colour, 0, 0, 0])
  const pixels = pngChunk('IDAT', await packed(rows))
  return new Blob([new Uint8Array(signature), header, ...before, pixels, ...after, pngChunk('IEND', [])])
}

/** Rows of one colour, eight bits a channel. */
export function rowsOf(width: number, height: number, colour: readonly number[]): Uint8Array<ArrayBuffer> {
  const row = [0, ...Array.from({ length: width }, () => colour).flat()]
  const rows = new Uint8Array(row.length * height)
  for (let y = 0; y < height; y += 1) rows.set(row, y * row.length)
  return rows
}

/** An animated PNG: the first frame is red, all others are blue. */
export async function movingPng(side: number, frames: number): Promise<Blob> {
  let sequence = 0
  const control = () =>
    pngChunk('fcTL', [...u32(sequence++), ...u32(side), ...u32(side), ...zeros(8), 0, 1, 0, 10, 0, 0])
  const before = [pngChunk('acTL', [...u32(frames), ...u32(0)]), control()]
  const blue = [...(await packed(rowsOf(side, side, [32, 32, 224])))]
  const after = Array.from({ length: frames - 1 }, () => [
    control(),
    pngChunk('fdAT', [...u32(sequence++), ...blue]),
  ]).flat()
  return pngOf(side, side, { depth: 8, colour: 2, rows: rowsOf(side, side, [224, 32, 32]), before, after })
}

/** An animated WebP made from single images: `first` once, then `other` in all further frames. */
export async function movingWebp(side: number, frames: number, first: Blob, other: Blob): Promise<Blob> {
  const u24 = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255]
  const u32le = (value: number) => [...u24(value), value >>> 24]
  const part = (name: string, content: readonly number[]) => [
    ...letters(name),
    ...u32le(content.length),
    ...content,
    ...zeros(content.length % 2),
  ]
  const frameOf = async (picture: Blob) => {
    const view = new DataView(await picture.arrayBuffer())
    const pixels: number[] = []
    // A frame contains only the pixel chunks of a single image, not its metadata.
    for (let at = 12; at + 8 <= view.byteLength; ) {
      const length = view.getUint32(at + 4, true)
      const end = at + 8 + length + (length % 2)
      if (view.getUint32(at) === 0x56503820) pixels.push(...new Uint8Array(view.buffer.slice(at, end))) // "VP8 "
      at = end
    }
    return new Uint8Array(part('ANMF', [...zeros(6), ...u24(side - 1), ...u24(side - 1), ...u24(100), 0, ...pixels]))
  }
  const start = [
    ...part('VP8X', [2, 0, 0, 0, ...u24(side - 1), ...u24(side - 1)]),
    ...part('ANIM', [...u32le(0), 0, 0]),
  ]
  const [one, next] = [await frameOf(first), await frameOf(other)]
  const size = 4 + start.length + one.length + next.length * (frames - 1)
  const head = new Uint8Array([...letters('RIFF'), ...u32le(size), ...letters('WEBP'), ...start])
  return new Blob([head, one, ...Array.from({ length: frames - 1 }, () => next)])
}

function zeros(count: number): number[] {
  return Array<number>(count).fill(0)
}

/** A JPEG with a colour profile of a given size, split into as many segments as needed. The profile is noise. */
export async function withProfile(jpeg: Blob, profileBytes: number): Promise<Blob> {
  const mostInPiece = 65_000
  const pieces = Math.ceil(profileBytes / mostInPiece)
  const segments = Array.from({ length: pieces }, (_, index) => {
    const content = crypto.getRandomValues(new Uint8Array(mostInPiece))
    const body = [...letters('ICC_PROFILE\0'), index + 1, pieces]
    const length = body.length + content.length + 2
    return [new Uint8Array([0xff, 0xe2, length >> 8, length & 255, ...body]), content]
  })
  return new Blob([jpeg.slice(0, 2), ...segments.flat(), jpeg.slice(2)], { type: 'image/jpeg' })
}
