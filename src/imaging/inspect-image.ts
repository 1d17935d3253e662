import { type ImageHeader, isWhole, kindOf, readHeader } from './image-header.ts'
import { describeBytes, describeSize, openLimits, serviceLimits, toSentSize } from './source-limits.ts'

/** Known file types that cannot be used, by their first characters, and what to say about them. */
const strangers: readonly (readonly [start: string, what: string])[] = [
  ['%PDF', 'is a PDF document. Export the page as PNG.'],
  ['8BPS', 'is a Photoshop document. Export it as PNG or JPEG.'],
  ['II*\0', 'is a TIFF or a camera raw file, which browsers cannot read. Export it as JPEG or PNG.'],
  ['MM\0*', 'is a TIFF or a camera raw file, which browsers cannot read. Export it as JPEG or PNG.'],
  ['\xff\x0a', 'is a JPEG XL image, which browsers cannot read. Export it as JPEG or PNG.'],
  ['\0\0\0\x0cJXL ', 'is a JPEG XL image, which browsers cannot read. Export it as JPEG or PNG.'],
  ['PK\x03\x04', 'is a ZIP archive. Unpack it first.'],
]

/**
 * Checks a file before anything is decoded. Gives its header, or why it cannot be a source: the rest of a sentence that
 * starts with the file's name.
 */
export function inspectImage(bytes: Uint8Array): ImageHeader | string {
  if (bytes.length === 0) return 'is empty: it has 0 bytes.'
  if (bytes.length > openLimits.fileBytes) return tooHeavy(bytes.length)
  const kind = kindOf(bytes)
  if (!kind) return whatElse(bytes)
  const header = readHeader(bytes)
  if (!header && kind === 'tiff') return whatElse(bytes)
  if (!header) return 'is damaged: its size cannot be read. Copy or export it again.'
  return objectionTo(header, bytes) ?? header
}

/** For a file whose end is missing. */
export const cutOff = 'is cut off: the end of the file is missing. Copy or download it again.'

/** For a file that is too big to be read at all. */
export function tooHeavy(sizeBytes: number): string {
  return `has ${describeBytes(sizeBytes)}; at most ${openLimits.fileBytes / 1_000_000} MB can be opened.`
}

function objectionTo(header: ImageHeader, bytes: Uint8Array): string | undefined {
  const { width, height } = header
  const has = `has ${describeSize(header)} pixels.`
  if (width * height > openLimits.pixels) {
    return `${has} That is more than a browser can open; at most ${openLimits.pixels / 1_000_000} megapixels.`
  }
  if (!toSentSize(header, serviceLimits)) {
    return `${has} That is too thin: the models need at least ${serviceLimits.minSide} a side.`
  }
  if (!header.unended && !isWhole(header.kind, bytes)) return cutOff
  return undefined
}

function whatElse(bytes: Uint8Array): string {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 12))
  const stranger = strangers.find(([signature]) => start.startsWith(signature))
  if (stranger) return stranger[1]
  const text = readText(bytes.subarray(0, 4096))
  // A compressed SVG starts like any gzip; no other compressed file is dropped as an image.
  if (start.startsWith('\x1f\x8b') || /<svg[\s>]/i.test(text ?? '')) {
    return 'is an SVG drawing. SVG drawings cannot be read; export it as PNG.'
  }
  if (text !== undefined) return 'holds text, not an image, whatever its name says.'
  return 'is not an image that can be read. PNG, JPEG, WebP, AVIF, GIF, BMP and HEIC can.'
}

/** The bytes as text, or `undefined` if they are not text. The last character may be incomplete. */
function readText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    // Text contains line ends and tabs, but no other control characters.
    return /\p{Cc}/u.test(text.replace(/\s/g, '')) ? undefined : text
  } catch {
    return undefined
  }
}
