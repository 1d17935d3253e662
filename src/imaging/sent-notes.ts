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

const kindNames: Partial<Record<string, string>> = { webp: 'WebP', jpeg: 'JPEG' }

/** What is done to an image before it is sent, in words for the user, the most visible first. */
export function describeChange({ header, profile, fileBytes, from, to, sent, limits }: SentChange): string[] {
  const fewer = to.width * to.height < from.width * from.height
  const more = to.width * to.height > from.width * from.height
  const inPixels = `to ${describeSize(to)} pixels from ${describeSize(from)}`
  const mime = sent?.mime ?? `image/${header.kind === 'png' || header.kind === 'gif' ? 'png' : 'jpeg'}`
  const notes = [
    fewer && `Scaled down ${inPixels}${sent?.forced ? ': this browser cannot draw more' : ''}`,
    more && `Scaled up ${inPixels}: the models need at least ${limits.minSide} a side`,
    fileBytes >= limits.bytes && compression(fileBytes, sent?.bytes, limits),
    header.orientation > 1 && 'Turned upright',
    header.animated && 'First frame of an animation',
    mime !== `image/${header.kind}` && `Converted from ${kindNames[header.kind] ?? header.kind.toUpperCase()}`,
    profile !== 'srgb' && 'Colours converted to sRGB',
    sent?.flattened && 'Transparent parts made white: as a PNG it was too large',
    header.metadata === 'location' && 'Location and camera data removed',
    header.metadata === 'camera' && 'Camera data removed',
  ]
  return notes.filter((note) => typeof note === 'string')
}

function compression(fileBytes: number, sentBytes: number | undefined, limits: SentLimits): string {
  const to = sentBytes === undefined ? `below ${describeBytes(limits.bytes)}` : `to ${describeBytes(sentBytes)}`
  return `Made smaller: ${to} from ${describeBytes(fileBytes)}`
}
