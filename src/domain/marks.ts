import type { CollectionId } from './ids.ts'

/** The colour labels of an image: the first four have the keys 6 to 9, purple has none. */
export const labelColours = ['red', 'yellow', 'green', 'blue', 'purple'] as const
export type LabelColour = (typeof labelColours)[number]

/**
 * What the user has noted about an image. Never changes its bytes. An absent member is not set; an image without any of
 * them has no marks at all.
 */
export interface ImageMarks {
  star?: true
  rating?: 1 | 2 | 3 | 4 | 5
  /** Rejected by the user. The image stays on its shelf until it is moved to the bin. */
  reject?: true
  colour?: LabelColour
  note?: string
  tags?: readonly string[]
  /** The manual collections that the image is in. */
  collections?: readonly CollectionId[]
  /** Epoch ms of the last change, for merging backups. */
  changedAt: number
}
