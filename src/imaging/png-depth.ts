import { sniffImage } from '#domain/picture.ts'

/** Where a PNG's first chunk tells the bits per channel. */
const depthAt = 24

/** Whether a file is a PNG with 16 bits per channel. Reads its first bytes only. */
export async function isDeepPng(file: Blob): Promise<boolean> {
  const bytes = new Uint8Array(await file.slice(0, depthAt + 1).arrayBuffer())
  return bytes.length > depthAt && sniffImage(bytes) === 'image/png' && bytes[depthAt] === 16
}
