import type { SentCut } from '#domain/edit.ts'
import type { FoundRecipe } from '#domain/found-recipe.ts'
import { type FileMime, fileMimes, type SourceFile } from '#domain/source-file.ts'
import { openCanvas } from './canvas.ts'
import { type Decoded, decodeImage, isEndMissing } from './decode-image.ts'
import { fitPicture } from './fit-picture.ts'
import { type ImageHeader, isDeep } from './image-header.ts'
import { cutOff, inspectImage } from './inspect-image.ts'
import { readMetadata } from './metadata/read-metadata.ts'
import type { Tone } from './palette.ts'
import { readProfile } from './read-profile.ts'
import { describeChange } from './sent-notes.ts'
import { sha256Of } from './sha256.ts'
import { type PixelSize, type SentLimits, serviceLimits, toSentSize } from './source-limits.ts'
import { drawThumbnail } from './thumbnail.ts'

export interface SendAsk {
  limits: SentLimits
  /** The edit applied to the upright image; left out, all of it is sent. */
  cut?: SentCut
}

export type PrepareJob = (
  | { task: 'read' }
  /** Makes what is sent to a service. */
  | ({ task: 'send' } & SendAsk)
  /** Hashes its pixels as browsers draw them. */
  | { task: 'pixels' }
) & {
  file: Blob
  /** The image, upright and in sRGB, already decoded by another decoder. */
  decoded?: ImageBitmap
}

/** A file with everything that is stored with it. */
export interface ReadFile {
  /** The file's bytes, unchanged. */
  bytes: Blob
  facts: Omit<SourceFile, 'id' | 'name'>
  /** Hash of `bytes`: 64 hexadecimal digits. */
  sha256: string
  thumbnail: Blob
  /** The colours that the image can be found by. */
  palette?: readonly Tone[]
  /** Shown instead of a file that this browser cannot draw correctly: upright, not animated and complete. */
  rendition?: Blob
  /** How the file says it was made. */
  found?: FoundRecipe
  /** The id of the Atelier image from which the file was written. */
  writtenOf?: string
  /** What will be done before it is sent, in words. */
  notes: string[]
}

export interface SentFile {
  /** PNG or JPEG: upright, in sRGB, without metadata, within the limits. */
  bytes: Blob
  size: PixelSize
  /** What was done to the file, in words. */
  notes: string[]
}

export type PrepareReply =
  | { kind: 'read'; read: ReadFile }
  | { kind: 'sent'; sent: SentFile }
  /** 64 hexadecimal digits. */
  | { kind: 'pixels'; sha256: string }
  /** A valid HEIC that this browser cannot decode itself. */
  | { kind: 'needs-decoder' }
  /** The reason: the rest of a sentence that starts with the file's name. */
  | { kind: 'refused'; reason: string }

interface Opened {
  bytes: Uint8Array<ArrayBuffer>
  header: ImageHeader
  image: Decoded
  /** Pixels of what is sent. */
  target: PixelSize
  cut?: SentCut
}

const unreadable =
  'is damaged, or of a sort that this browser cannot read. Open it in an image program and export it again.'
const tiff = 'is a TIFF, which this browser cannot read. Export it as PNG or JPEG.'
const unopened = 'could not be read from the disk. It may have been moved, or be a folder: drop the images in it.'
/** Renditions are for the screen: they need not be lossless, and are no larger than what every browser can draw. */
const renditionLimits: SentLimits = { bytes: 40_000_000, pixels: 50_000_000, minSide: 1 }

self.onmessage = async ({ data }: MessageEvent<PrepareJob>) => {
  self.postMessage(await prepare(data).catch((): PrepareReply => ({ kind: 'refused', reason: unreadable })))
}

async function prepare(job: PrepareJob): Promise<PrepareReply> {
  if (job.task === 'pixels') return { kind: 'pixels', sha256: await hashPixels(job.file) }
  const buffer = await job.file.arrayBuffer().catch(() => undefined)
  if (!buffer) return { kind: 'refused', reason: unopened }
  const bytes = new Uint8Array(buffer)
  const header = inspectImage(bytes)
  if (typeof header === 'string') return { kind: 'refused', reason: header }
  const image = job.decoded ? asDecoded(job.decoded) : await decodeImage(job.file, header, bytes)
  if (!image) return withoutDecoder(header)
  try {
    if (header.unended && isEndMissing(image, header.orientation)) return { kind: 'refused', reason: cutOff }
    const cut = job.task === 'send' ? job.cut : undefined
    const target = toSentSize(sizeOf(image, cut), job.task === 'send' ? job.limits : serviceLimits)
    if (!target) return { kind: 'refused', reason: unreadable }
    const opened = { bytes, header, image, target, ...(cut ? { cut } : {}) }
    return job.task === 'send'
      ? { kind: 'sent', sent: await send(opened, job.limits) }
      : { kind: 'read', read: await read(opened, job.decoded !== undefined) }
  } finally {
    image.bitmap.close()
  }
}

/** The same for two files of one image if the second was encoded from the decoded first, without loss. */
async function hashPixels(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file)
  try {
    const { context } = openCanvas(bitmap)
    context.drawImage(bitmap, 0, 0)
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height)
    return await sha256Of(new Uint8Array(data.buffer))
  } finally {
    bitmap.close()
  }
}

function sizeOf({ size }: Decoded, cut: SentCut | undefined): PixelSize {
  return cut ? { width: cut.rect[2], height: cut.rect[3] } : size
}

function asDecoded(bitmap: ImageBitmap): Decoded {
  return { bitmap, orientation: 1, size: { width: bitmap.width, height: bitmap.height } }
}

function withoutDecoder({ kind, unended }: ImageHeader): PrepareReply {
  if (unended) return { kind: 'refused', reason: cutOff }
  if (kind === 'heic') return { kind: 'needs-decoder' }
  return { kind: 'refused', reason: kind === 'tiff' ? tiff : unreadable }
}

async function read({ bytes, header, image, target }: Opened, isForeign: boolean): Promise<ReadFile> {
  const mime = mimeOf(header)
  const profile = await readProfile(header, bytes)
  const { size, orientation } = image
  const change = { header, profile, fileBytes: bytes.length, from: size, to: target, limits: serviceLimits }
  const { hasAlpha, animated } = header
  const { contentCredentials, recipe, image: writtenOf } = await readMetadata(bytes)
  const facts = {
    mime,
    ...size,
    orientation: header.orientation,
    profile,
    hasAlpha,
    // The byte of a PNG's first chunk that says the bits per channel.
    ...(isDeep(header, bytes) ? { deep: true as const } : {}),
    ...(contentCredentials ? { signed: true as const } : {}),
  }
  const { bytes: thumbnail, palette } = await drawThumbnail(image.bitmap, size, header.kind !== 'jpeg', orientation)
  const isDrawnOtherwise = isForeign || orientation > 1 || animated || header.unended
  return {
    bytes: new Blob([bytes], { type: mime }),
    facts: animated ? { ...facts, animated } : facts,
    sha256: await sha256Of(bytes),
    thumbnail,
    palette,
    ...(isDrawnOtherwise ? { rendition: await render(header, image) } : {}),
    ...(recipe ? { found: recipe } : {}),
    ...(writtenOf === undefined ? {} : { writtenOf }),
    notes: describeChange(change),
  }
}

async function render(header: ImageHeader, image: Decoded): Promise<Blob> {
  const size = toSentSize(image.size, renditionLimits) ?? image.size
  return (await fitPicture(image, size, isLossless(header), renditionLimits)).bytes
}

async function send({ bytes, header, image, target, cut }: Opened, limits: SentLimits): Promise<SentFile> {
  const fitted = await fitPicture(image, target, isLossless(header), limits, cut)
  const notes = describeChange({
    header,
    profile: await readProfile(header, bytes),
    fileBytes: bytes.length,
    from: sizeOf(image, cut),
    to: fitted.size,
    sent: { ...fitted, bytes: fitted.bytes.size, mime: fitted.bytes.type },
    limits,
  })
  return { bytes: fitted.bytes, size: fitted.size, notes }
}

function isLossless({ kind }: ImageHeader): boolean {
  return kind === 'png' || kind === 'gif' || kind === 'bmp' || kind === 'tiff'
}

function mimeOf({ kind }: ImageHeader): FileMime {
  return fileMimes.find((mime) => mime === `image/${kind}`) ?? 'image/png'
}
