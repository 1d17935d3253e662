import { deriveSent } from '#imaging/prepare-image.ts'
import { serviceLimits } from '#imaging/source-limits.ts'

/** What the service would be given of a file. */
export async function sentOf(bytes: BlobPart, name: string) {
  const signal = new AbortController().signal
  const { size, ...sent } = await deriveSent(new Blob([bytes]), name, { limits: serviceLimits }, signal)
  return { ...sent, ...size }
}
