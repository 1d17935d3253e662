import { pngSignature, toPngChunk } from '../container/chunks.ts'
import { paeth } from './paeth.ts'
import type { PngPart } from './png-reader.ts'
import type { Pixels } from './raster.ts'
import { isOpaque } from './resize.ts'

const blockBytes = 1 << 20

/**
 * Writes a PNG of 8 bits per channel with exactly these pixels, including transparency. `colour`: chunks about the
 * colour space (iCCP, sRGB, gAMA, cHRM), written before the pixels. Memory: the file, and about 2 MB.
 */
export async function writePng(image: Pixels, colour: readonly PngPart[] = []): Promise<Blob> {
  const channels = isOpaque(image) ? 3 : 4
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, image.width)
  view.setUint32(4, image.height)
  header.set([8, channels === 3 ? 2 : 6], 8)
  const parts: BlobPart[] = [
    pngSignature,
    toPngChunk('IHDR', header),
    ...colour.map(({ type, data }) => toPngChunk(type, data)),
  ]
  const rows = new ReadableStream<BufferSource>(rowSource(image, channels))
  const reader = rows.pipeThrough(new CompressionStream('deflate')).getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (part.value.length > 0) parts.push(toPngChunk('IDAT', part.value))
  }
  parts.push(toPngChunk('IEND', new Uint8Array()))
  return new Blob(parts, { type: 'image/png' })
}

/** Filtered rows, in blocks of about a megabyte. */
function rowSource(image: Pixels, channels: 3 | 4): UnderlyingDefaultSource<BufferSource> {
  const length = image.width * channels
  let [current, above] = [new Uint8Array(length), new Uint8Array(length)]
  const rows = Math.max(1, Math.floor(blockBytes / (length + 1)))
  let y = 0
  return {
    pull(controller) {
      const count = Math.min(rows, image.height - y)
      const block = new Uint8Array(count * (length + 1))
      for (let row = 0; row < count; row += 1, y += 1) {
        copyRow(image, y, channels, current)
        filterRow(current, above, channels, block.subarray(row * (length + 1), (row + 1) * (length + 1)))
        const kept = above
        above = current
        current = kept
      }
      controller.enqueue(block)
      if (y >= image.height) controller.close()
    },
  }
}

function copyRow({ data, width }: Pixels, y: number, channels: 3 | 4, into: Uint8Array): void {
  const start = y * width * 4
  if (channels === 4) {
    into.set(data.subarray(start, start + width * 4))
    return
  }
  for (let from = start, to = 0; to < into.length; from += 4, to += 3) {
    into[to] = data[from] ?? 0
    into[to + 1] = data[from + 1] ?? 0
    into[to + 2] = data[from + 2] ?? 0
  }
}

/** Sub, Up or Paeth: whichever gives the smallest values in a sample of the row. */
function filterRow(row: Uint8Array, above: Uint8Array, channels: number, into: Uint8Array): void {
  const left = [0, 0, 0]
  for (let at = channels; at < row.length; at += 13) {
    const [value, before, up] = [row[at] ?? 0, row[at - channels] ?? 0, above[at] ?? 0]
    left[0] = (left[0] ?? 0) + size(value - before)
    left[1] = (left[1] ?? 0) + size(value - up)
    left[2] = (left[2] ?? 0) + size(value - paeth(before, up, above[at - channels] ?? 0))
  }
  const best = left.indexOf(Math.min(...left))
  into[0] = [1, 2, 4][best] ?? 0
  for (let at = 0; at < row.length; at += 1) {
    const before = at < channels ? 0 : (row[at - channels] ?? 0)
    const up = above[at] ?? 0
    const corner = at < channels ? 0 : (above[at - channels] ?? 0)
    into[at + 1] = (row[at] ?? 0) - (best === 0 ? before : best === 1 ? up : paeth(before, up, corner))
  }
}

/** The size of a difference stored as a byte, which wraps around. */
function size(difference: number): number {
  const byte = difference & 0xff
  return byte > 127 ? 256 - byte : byte
}
