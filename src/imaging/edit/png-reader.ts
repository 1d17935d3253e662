import { pngChunks } from '../container/chunks.ts'
import { paeth } from './paeth.ts'
import { makePixels, type Pixels } from './raster.ts'

/** A chunk of a PNG with its content. */
export interface PngPart {
  type: string
  data: Uint8Array<ArrayBuffer>
}

export interface ReadPng {
  pixels: Pixels
  /** Bits per channel in the file; of 16, the pixels hold the nearest 8. */
  depth: number
  /** The chunks about the colour space, unchanged. */
  colour: PngPart[]
}

const colourChunks = ['iCCP', 'sRGB', 'gAMA', 'cHRM', 'cICP']
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

interface Layout {
  width: number
  height: number
  depth: number
  type: number
  palette: Uint8Array
  transparent: Uint8Array
}

/**
 * Reads the pixels exactly as they were written: no colour conversion, no premultiplied alpha. `undefined` if the file
 * is not a PNG, is interlaced, or is damaged.
 */
export async function readPng(bytes: Uint8Array): Promise<ReadPng | undefined> {
  const chunks = pngChunks(bytes).map(({ type, from, to }) => ({
    type,
    data: bytes.subarray(from, to) as Uint8Array<ArrayBuffer>,
  }))
  const head = chunks.find(({ type }) => type === 'IHDR')?.data
  if (!head || head.length < 13) return undefined
  const view = new DataView(head.buffer, head.byteOffset, 13)
  const [depth = 0, type = 0, , , interlaced] = head.subarray(8)
  if (interlaced !== 0 || !(type in channelsOf) || ![1, 2, 4, 8, 16].includes(depth)) return undefined
  const content = (name: string) => chunks.find((chunk) => chunk.type === name)?.data ?? new Uint8Array()
  const layout = {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth,
    type,
    palette: content('PLTE'),
    transparent: content('tRNS'),
  }
  const packed = new Blob(chunks.filter((chunk) => chunk.type === 'IDAT').map(({ data }) => data))
  const pixels = await unpack(packed, layout).catch(() => undefined)
  return pixels && { pixels, depth, colour: chunks.filter((chunk) => colourChunks.includes(chunk.type)) }
}

/** The chunk for a profile. */
export async function packProfile(profile: Uint8Array<ArrayBuffer>): Promise<PngPart> {
  const stream = new Blob([profile]).stream().pipeThrough(new CompressionStream('deflate'))
  const packed = new Uint8Array(await new Response(stream).arrayBuffer())
  const data = new Uint8Array(packed.length + 5)
  data.set([0x69, 0x63, 0x63, 0, 0])
  data.set(packed, 5)
  return { type: 'iCCP', data }
}

/** Decompresses row by row, so that no second copy of the pixels is held. Throws if the data ends too early. */
async function unpack(packed: Blob, layout: Layout): Promise<Pixels> {
  const { width, height, depth, type } = layout
  const bits = (channelsOf[type] ?? 0) * depth
  const length = Math.ceil((width * bits) / 8)
  const step = Math.max(1, bits >> 3)
  const pixels = makePixels(width, height)
  let [row, above] = [new Uint8Array(length + 1), new Uint8Array(length + 1)]
  let [y, filled] = [0, 0]
  const reader = packed.stream().pipeThrough(new DecompressionStream('deflate')).getReader()
  while (y < height) {
    const { value, done } = await reader.read()
    if (done) throw new RangeError('pixels are missing')
    for (let at = 0; at < value.length && y < height; ) {
      const taken = value.subarray(at, at + length + 1 - filled)
      row.set(taken, filled)
      at += taken.length
      filled += taken.length
      if (filled <= length) break
      unfilter(row, above, step)
      spread(row, layout, pixels.data.subarray(y * width * 4, (y + 1) * width * 4))
      const kept = above
      above = row
      row = kept
      filled = 0
      y += 1
    }
  }
  await reader.cancel()
  return pixels
}

/** The first byte of each row is the number of the filter. */
function unfilter(row: Uint8Array, above: Uint8Array, step: number): void {
  const filter = row[0] ?? 0
  if (filter === 0) return
  for (let at = 1; at < row.length; at += 1) {
    const left = at > step ? (row[at - step] ?? 0) : 0
    const up = above[at] ?? 0
    const corner = at > step ? (above[at - step] ?? 0) : 0
    const guess = filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : paeth(left, up, corner)
    row[at] = (row[at] ?? 0) + guess
  }
}

/** One row of the file as red, green, blue, alpha. */
function spread(
  row: Uint8Array,
  { width, depth, type, palette, transparent }: Layout,
  into: Uint8Array | Uint8ClampedArray,
): void {
  const channels = channelsOf[type] ?? 1
  const raw = (index: number) => readSample(row, index, depth)
  const scaled = (index: number) =>
    depth === 16 ? (raw(index) * 255 + 32895) >> 16 : depth === 8 ? raw(index) : (raw(index) * 255) / (2 ** depth - 1)
  const hidden =
    type === 0 || type === 2
      ? Array.from(
          { length: transparent.length >> 1 },
          (_, at) => ((transparent[at * 2] ?? 0) << 8) | (transparent[at * 2 + 1] ?? 0),
        )
      : []
  for (let x = 0; x < width; x += 1) {
    const [from, to] = [x * channels, x * 4]
    if (type === 3) {
      const index = raw(from)
      for (let channel = 0; channel < 3; channel += 1) into[to + channel] = palette[index * 3 + channel] ?? 0
      into[to + 3] = transparent[index] ?? 255
      continue
    }
    const isColour = channels >= 3
    for (let channel = 0; channel < 3; channel += 1) into[to + channel] = scaled(isColour ? from + channel : from)
    const keyed = hidden.length > 0 && hidden.every((value, channel) => raw(from + channel) === value)
    into[to + 3] = channels % 2 === 0 ? scaled(from + channels - 1) : keyed ? 0 : 255
  }
}

function readSample(row: Uint8Array, index: number, depth: number): number {
  if (depth === 8) return row[index + 1] ?? 0
  if (depth === 16) return ((row[index * 2 + 1] ?? 0) << 8) | (row[index * 2 + 2] ?? 0)
  const perByte = 8 / depth
  const byte = row[1 + Math.floor(index / perByte)] ?? 0
  return (byte >> (8 - depth * ((index % perByte) + 1))) & (2 ** depth - 1)
}
