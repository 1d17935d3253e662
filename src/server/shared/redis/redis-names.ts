import { createHash } from 'node:crypto'

/** Changes with the form of what is kept, so that proxies of two versions do not misread each other. */
const space = 'atelier:1'

/** The name of a key or a channel. What comes from outside, or is secret, goes into it as a digest only. */
export function redisName(kind: string, ...parts: readonly string[]): string {
  if (parts.length === 0) return `${space}:${kind}`
  return `${space}:${kind}:${createHash('sha256').update(JSON.stringify(parts)).digest('base64url')}`
}
