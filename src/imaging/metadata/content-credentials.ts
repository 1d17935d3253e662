import { pngChunks, webpChunks } from '../container/chunks.ts'
import { segmentsBeforeScan } from '../container/jpeg-segments.ts'

const jumbf = [0x4a, 0x50] // "JP", the common identifier of JUMBF in APP11.

/** Whether a file carries a C2PA manifest: a `caBX` chunk in PNG, JUMBF in APP11 in JPEG, a `C2PA` chunk in WebP. */
export function hasContentCredentials(bytes: Uint8Array): boolean {
  for (const { type } of pngChunks(bytes)) if (type === 'caBX') return true
  for (const { marker, from } of segmentsBeforeScan(bytes)?.segments ?? [])
    if (marker === 0xeb && bytes[from] === jumbf[0] && bytes[from + 1] === jumbf[1]) return true
  for (const { type } of webpChunks(bytes)) if (type === 'C2PA') return true
  return false
}
