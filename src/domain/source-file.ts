import type { PictureId } from './ids.ts'

/** The file types that can be kept as an image. Few browsers can draw `image/heic` and `image/tiff`. */
export const fileMimes = [
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/gif',
  'image/bmp',
  'image/avif',
  'image/heic',
  'image/tiff',
] as const
export type FileMime = (typeof fileMimes)[number]

/** The colour space of the numbers in a file. `other`: a profile that is neither sRGB nor Display P3. */
export type ColourProfile = 'srgb' | 'p3' | 'other'

/** A file as the user brought it. Its bytes are kept unchanged, separate from this record. */
export interface SourceFile {
  id: PictureId
  /** The file name on the user's disk. */
  name: string
  mime: FileMime
  /** Pixels, upright. */
  width: number
  height: number
  /** EXIF orientation of the kept bytes, 1 to 8; 1 means upright. Width and height are those of the upright image. */
  orientation: number
  profile: ColourProfile
  hasAlpha: boolean
  /** Animated; only the first frame is used. */
  animated?: true
  /** A PNG of 16 bits per channel. Not recorded by earlier versions. */
  deep?: true
  /** It carries Content Credentials (C2PA): any change breaks their signature. */
  signed?: true
}

/** What an image's record keeps about its file; the rest of `SourceFile` is in the record itself. */
export type FileFacts = Pick<SourceFile, 'name' | 'orientation' | 'profile' | 'hasAlpha' | 'animated' | 'deep'>
