import type { CollectionId, PictureId } from './ids.ts'

/** A named set of images. Membership in a plain collection is stored in the images' own marks. */
export interface Collection {
  id: CollectionId
  name: string
  kind: 'plain' | 'smart'
  /** The stored query of a smart collection. */
  rule?: string
  /** Position among the collections with the same parent, ascending. */
  order: number
  /** The collection it is listed under; none if absent or deleted. */
  parent?: CollectionId
  /** Its cover image. Absent: the newest one. */
  cover?: PictureId
  /** The manual order of a plain collection's images. Images not in this list come after, newest first. */
  sequence?: readonly PictureId[]
}
