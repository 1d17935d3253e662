/** SHA-256 as 64 hexadecimal digits. Pages over plain http have no `crypto.subtle`; a library computes it there. */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = crypto as { subtle?: SubtleCrypto }
  const digest = subtle ? new Uint8Array(await subtle.digest('SHA-256', bytes)) : await computed(bytes)
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function computed(bytes: Uint8Array): Promise<Uint8Array> {
  const { sha256 } = await import('@noble/hashes/sha2.js')
  return sha256(bytes)
}
