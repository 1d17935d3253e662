import type { ImageMime } from './picture.ts'

/** What a recipe asks for, in terms that any service understands. */
export interface Brief {
  prompt: string
  /** "16:9". Absent: the ratio of the first source, or a square without sources. */
  ratio?: string
  size: '1K' | '2K'
  /** The file format, if one was chosen. */
  format?: ImageMime
}
