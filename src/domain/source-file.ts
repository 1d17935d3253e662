import type { PictureId } from './ids.ts'

/** The files that can be kept as an image. `image/heic` and `image/tiff` are drawn by few browsers. */
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

/** The colours that the numbers in a file stand for. `other`: a profile that is neither sRGB nor Display P3. */
export type ColourProfile = 'srgb' | 'p3' | 'other'

/** A file as the user brought it. Its bytes are kept unchanged, apart from this record. */
export interface SourceFile {
  id: PictureId
  /** As the user's disk called it. */
  name: string
  mime: FileMime
  /** Pixels, upright. */
  width: number
  height: number
  /** EXIF orientation, 1 to 8, of the kept bytes; 1 needs no turn. Width and height are given after the turn. */
  orientation: number
  profile: ColourProfile
  hasAlpha: boolean
  /** It moves; only its first frame is used. */
  animated?: true
  /** It carries Content Credentials (C2PA): any change breaks their signature. */
  signed?: true
}

/** What an image's record keeps of its file; the rest of `SourceFile` is in the record itself. */
export type FileFacts = Pick<SourceFile, 'name' | 'orientation' | 'profile' | 'hasAlpha' | 'animated'>
