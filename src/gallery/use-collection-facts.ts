import { useCallback } from 'react'
import { useFinder } from '#acts/use-finder.ts'
import type { Collection } from '#domain/collection.ts'
import type { CollectionId, PictureId } from '#domain/ids.ts'
import type { FinderClient } from '#library/find/open-finder.ts'
import { savedQuery } from '#library/find/saved-query.ts'

/** Search's figures for a collection, including nested ones. */
export interface CollectionFacts {
  count: number
  newest?: PictureId
}

const nothing: ReadonlyMap<CollectionId, CollectionFacts> = new Map()

/** The number of images and the newest image of each collection. Empty until search is ready. */
export function useCollectionFacts(collections: readonly Collection[]): ReadonlyMap<CollectionId, CollectionFacts> {
  const read = useCallback((finder: FinderClient) => readFacts(finder, collections), [collections])
  return useFinder(read) ?? nothing
}

async function readFacts(
  finder: FinderClient,
  collections: readonly Collection[],
): Promise<ReadonlyMap<CollectionId, CollectionFacts>> {
  const facts = new Map<CollectionId, CollectionFacts>(await finder.collections())
  for (const { id, kind, rule } of collections) {
    const query = kind === 'smart' ? savedQuery(rule) : undefined
    if (query) facts.set(id, { count: await finder.count(query) })
  }
  return facts
}
