import type { ColourProfile } from '#domain/source-file.ts'
import type { ImageHeader } from './image-header.ts'
import { describeBytes, describeSize, type PixelSize, type SentLimits } from './source-limits.ts'

/** What happens to an image before it is sent to the service. */
export interface SentChange {
  header: ImageHeader
  profile: ColourProfile
  fileBytes: number
  /** Pixels of the file and of what is sent, both upright. */
  from: PixelSize
  to: PixelSize
  /** What is sent; absent until it is made. */
  sent?: { bytes: number; mime: string; flattened: boolean; forced: boolean }
  limits: SentLimits
}

const kindNames: Partial<Record<string, string>> = { webp: 'WebP' }

/**
 * What is different in what is sent, in words for the user, the most visible first. Each note says that it is about what
 * is sent: the user's own file is never changed.
 */
export function describeChange({ header, profile, fileBytes, from, to, sent, limits }: SentChange): string[] {
  const fewer = to.width * to.height < from.width * from.height
  const more = to.width * to.height > from.width * from.height
  const size = `Sent as ${describeSize(to)} pixels`
  const mime = sent?.mime ?? `image/${header.kind === 'png' || header.kind === 'gif' ? 'png' : 'jpeg'}`
  const notes = [
    fewer && `${size}${sent?.forced ? ': this browser cannot draw more' : ''}`,
    more && `${size}: the models need at least ${limits.minSide} a side`,
    fileBytes >= limits.bytes && compression(fileBytes, sent?.bytes, limits),
    header.orientation > 1 && 'Sent upright',
    header.animated && 'Only the first frame is sent',
    mime !== `image/${header.kind}` &&
      `Sent as ${nameOf(mime.replace('image/', ''))} instead of ${nameOf(header.kind)}`,
    profile !== 'srgb' && 'Sent in sRGB',
    sent?.flattened && 'Sent with white instead of transparency: as a PNG it was too large',
    header.metadata === 'location' && 'Sent without location',
    header.metadata === 'camera' && 'Sent without camera data',
  ]
  return notes.filter((note) => typeof note === 'string')
}

function nameOf(kind: string): string {
  return kindNames[kind] ?? kind.toUpperCase()
}

function compression(fileBytes: number, sentBytes: number | undefined, limits: SentLimits): string {
  const to = sentBytes === undefined ? `less than ${describeBytes(limits.bytes)}` : describeBytes(sentBytes)
  return `Sent as ${to} instead of ${describeBytes(fileBytes)}`
}
