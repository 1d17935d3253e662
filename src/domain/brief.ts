import type { ImageMime } from './picture.ts'

/** What a recipe asks for, in words that any service understands. */
export interface Brief {
  prompt: string
  /** "16:9". Absent: the first source's own, or a square where there is none. */
  ratio?: string
  size: '1K' | '2K'
  /** The kind of file, where one was chosen. */
  format?: ImageMime
}
