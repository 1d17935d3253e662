import { sniffImage } from '#domain/picture.ts'
import { type Fitted, fitPicture } from './fit-picture.ts'
import type { ImageHeader } from './image-header.ts'
import { inspectImage } from './inspect-image.ts'
import { describeBytes, describeSize, type PixelSize, sourceLimits, toSentSize } from './source-limits.ts'

export interface PrepareJob {
  file: Blob
  /** The picture, already decoded by someone who could. */
  decoded?: ImageBitmap
}

export type PrepareReply =
  | { kind: 'prepared'; bytes: Blob; notes: string[]; width: number; height: number }
  /** A sound HEIC that this browser cannot decode itself. */
  | { kind: 'needs-decoder' }
  /** Why not: a sentence that goes on after the file's name. */
  | { kind: 'refused'; reason: string }

const unreadable =
  'is damaged, or of a sort that this browser cannot read. Open it in an image program and export it again.'
const unopened = 'could not be read from the disk. It may have been moved, or be a folder: drop the images in it.'

self.onmessage = async ({ data }: MessageEvent<PrepareJob>) => {
  self.postMessage(await prepare(data).catch((): PrepareReply => ({ kind: 'refused', reason: unreadable })))
}

async function prepare({ file, decoded }: PrepareJob): Promise<PrepareReply> {
  const bytes = await file.arrayBuffer().catch(() => undefined)
  if (!bytes) return { kind: 'refused', reason: unopened }
  const header = inspectImage(new Uint8Array(bytes))
  if (typeof header === 'string') return { kind: 'refused', reason: header }
  const bitmap = decoded ?? (await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => undefined))
  if (!bitmap) return header.kind === 'heic' ? { kind: 'needs-decoder' } : { kind: 'refused', reason: unreadable }
  const original = { width: bitmap.width, height: bitmap.height }
  const target = toSentSize(original)
  if (!target) return { kind: 'refused', reason: unreadable }

  const lossless = header.kind === 'png' || header.kind === 'gif' || header.kind === 'bmp'
  const fitted = await fitPicture(bitmap, target, lossless)
  const mime = sniffImage(new Uint8Array(await fitted.bytes.slice(0, 16).arrayBuffer()))
  if (mime !== fitted.bytes.type || fitted.bytes.size >= sourceLimits.sentBytes) {
    return { kind: 'refused', reason: unreadable }
  }
  return { kind: 'prepared', bytes: fitted.bytes, notes: notesOn(header, file, original, fitted), ...fitted.size }
}

/** What a designer wants to know was done to the picture, most visible first. */
function notesOn(header: ImageHeader, file: Blob, original: PixelSize, { bytes, size, flattened }: Fitted): string[] {
  const converted = bytes.type !== `image/${header.kind}`
  const fewer = size.width * size.height < original.width * original.height
  const more = size.width * size.height > original.width * original.height
  const inPixels = `${describeSize(original)} to ${describeSize(size)} pixels`
  const inBytes = `${describeBytes(file.size)} to ${describeBytes(bytes.size)}`
  const lighter = bytes.size < file.size && (fewer || file.size >= sourceLimits.sentBytes)
  const notes = [
    (fewer || lighter) &&
      `Made smaller from ${[lighter && inBytes, fewer && inPixels].filter((part) => part !== false).join(', ')}`,
    more && `Scaled up from ${inPixels}: the models need at least ${sourceLimits.sentMinSide} a side`,
    header.orientation > 1 && 'Turned upright',
    converted && `Converted from ${header.kind === 'webp' ? 'WebP' : header.kind.toUpperCase()}`,
    header.kind === 'gif' && 'Only the first frame is used',
    flattened && 'Transparent parts made white: as a PNG it was too large',
    header.metadata === 'location' && 'Location and camera data removed',
    header.metadata === 'camera' && 'Camera data removed',
  ]
  return notes.filter((note) => note !== false)
}
