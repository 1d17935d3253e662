import { deriveSent } from '#imaging/prepare-image.ts'
import { serviceLimits } from '#imaging/source-limits.ts'

/** The file that would be sent to the service. */
export async function sentOf(bytes: BlobPart, name: string) {
  const signal = new AbortController().signal
  const { size, ...sent } = await deriveSent(new Blob([bytes]), name, { limits: serviceLimits }, signal)
  return { ...sent, ...size }
}
