import type { CollectionId } from './ids.ts'

/** The colour labels of an image, in the order of their keys 6 to 9 and then purple, which has none. */
export const markColours = ['red', 'yellow', 'green', 'blue', 'purple'] as const
export type MarkColour = (typeof markColours)[number]

/**
 * What a person has said about an image. Never changes its bytes. A member that is absent is not set; an image without
 * any of them has no marks at all.
 */
export interface Marks {
  star?: true
  rating?: 1 | 2 | 3 | 4 | 5
  /** Looked at and turned down. It stays on its shelf until it is moved to the bin. */
  reject?: true
  colour?: MarkColour
  note?: string
  tags?: readonly string[]
  /** The plain collections that the image is in. */
  collections?: readonly CollectionId[]
  /** Epoch ms of the last change, for merging backups. */
  changedAt: number
}
