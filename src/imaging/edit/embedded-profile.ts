import { kindOf } from '../image-header.ts'

/**
 * The ICC profile in a JPEG or WebP file. `hidden`: another format has one that is not read here; `undefined`: none.
 * Never throws.
 */
export function findProfile(bytes: Uint8Array): Uint8Array<ArrayBuffer> | 'hidden' | undefined {
  switch (kindOf(bytes)) {
    case 'jpeg':
      return profileInJpeg(bytes)
    case 'webp':
      return profileInWebp(bytes)
    case 'avif':
    case 'heic':
      return latin(bytes.subarray(0, 65_536)).includes('colrprof') ? 'hidden' : undefined
    default:
      return undefined
  }
}

const label = 'ICC_PROFILE\0'

/** Long profiles are split into numbered segments. */
function profileInJpeg(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const parts: { number: number; data: Uint8Array }[] = []
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
    // The pixels start at the marker SOS: no profile comes after it.
    if (marker === 0xda || length < 2) break
    const data = bytes.subarray(at + 4, at + 2 + length)
    if (marker === 0xe2 && latin(data.subarray(0, label.length)) === label) {
      parts.push({ number: data[label.length] ?? 0, data: data.subarray(label.length + 2) })
    }
    at += 2 + length
  }
  return parts.length > 0
    ? join(parts.sort((one, other) => one.number - other.number).map(({ data }) => data))
    : undefined
}

function profileInWebp(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true)
    if (latin(bytes.subarray(at, at + 4)) === 'ICCP') return join([bytes.subarray(at + 8, at + 8 + length)])
    at += 8 + length + (length % 2)
  }
  return undefined
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function latin(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes)
}
