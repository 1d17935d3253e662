/** The TypeScript target does not know these methods yet. Where a browser has them, they are about ten times faster. */
interface NativeBase64 {
  toBase64?(): string
}
interface NativeDecoder {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>
}

/** A multiple of three, so that chunks join without padding; small enough for one call with spread arguments. */
const chunkBytes = 3 * 8192

export function encodeBase64(bytes: Uint8Array): string {
  const native = (bytes as NativeBase64).toBase64
  if (native) return native.call(bytes)
  const parts: string[] = []
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(from, from + chunkBytes))))
  }
  return parts.join('')
}

/** Throws when the text is not base64. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as NativeDecoder).fromBase64
  return native ? native.call(Uint8Array, text) : Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}
