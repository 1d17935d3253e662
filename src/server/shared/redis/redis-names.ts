import { createHash } from 'node:crypto'

/** Changes with the format of the values, so that proxies of two versions do not misread each other. */
const space = 'atelier:1'

/** The name of a key or channel. External or secret parts are only used as a digest. */
export function redisName(kind: string, ...parts: readonly string[]): string {
  if (parts.length === 0) return `${space}:${kind}`
  return `${space}:${kind}:${createHash('sha256').update(JSON.stringify(parts)).digest('base64url')}`
}
