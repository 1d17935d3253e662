import type { CollectionId, PictureId } from '#domain/ids.ts'
import { withDescendants } from '#library/collection-tree.ts'
import { fold } from './fold.ts'

/** The parts of a collection that search needs. */
export interface FoundCollection {
  id: CollectionId
  name: string
  parent?: CollectionId
  /** Manual order of its images. */
  sequence?: readonly PictureId[]
}

export interface KnownCollections {
  /** Normalised names, by id. */
  names: ReadonlyMap<CollectionId, string>
  /** The collection itself and all that are nested in it. */
  within(id: CollectionId): ReadonlySet<CollectionId>
  /** The collection and all that it is nested in. */
  around(id: CollectionId): readonly CollectionId[]
  /** The place of each image in the manual order; empty if there is none. */
  placesIn(id: CollectionId): ReadonlyMap<PictureId, number>
}

export function knowCollections(collections: readonly FoundCollection[]): KnownCollections {
  const byId = new Map(collections.map((each) => [each.id, each]))
  return {
    names: new Map(collections.map(({ id, name }) => [id, fold(name)])),
    within: (id) => withDescendants(collections, id),
    around(id) {
      const line: CollectionId[] = []
      for (let next: CollectionId | undefined = id; next !== undefined && !line.includes(next); ) {
        line.push(next)
        next = byId.get(next)?.parent
      }
      return line
    },
    placesIn: (id) => new Map((byId.get(id)?.sequence ?? []).map((picture, place) => [picture, place])),
  }
}
