import { kindOf } from './image-header.ts'
import { heicToPng } from './prepare-image.ts'
import { conversionOf } from './read-profile.ts'

export interface ReadableFile {
  /** The file itself, or a PNG with the same pixels if this browser cannot decode it. */
  file: Blob
  /** Its colours were converted to sRGB for that. */
  isConverted: boolean
}

/** Rejects as aborted, or with an Error whose message can be shown, if nothing here can decode it. */
export async function toReadable(file: Blob, signal: AbortSignal): Promise<ReadableFile> {
  const isHeic = kindOf(new Uint8Array(await file.slice(0, 4096).arrayBuffer())) === 'heic'
  if (!isHeic || (await isDecoded(file))) return { file, isConverted: false }
  const png = await heicToPng(file, signal)
  if (!png) throw new Error('The source image could not be read.')
  return { file: png, isConverted: conversionOf(new Uint8Array(await file.arrayBuffer())) !== undefined }
}

async function isDecoded(file: Blob): Promise<boolean> {
  const bitmap = await createImageBitmap(file).catch(() => undefined)
  bitmap?.close()
  return bitmap !== undefined
}
