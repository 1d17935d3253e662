export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * Decompresses zlib data. A small file can be made to become a thousand times larger, so nothing above `mostBytes` is
 * kept. `undefined` for damaged data and for more than that. Never rejects.
 */
export async function inflate(packed: Uint8Array, mostBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('deflate'))
  const reader = stream.getReader()
  const parts: Uint8Array[] = []
  let total = 0
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value)
      total += part.value.byteLength
      if (total > mostBytes) return undefined
    }
    return joinBytes(parts)
  } catch {
    return undefined
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
