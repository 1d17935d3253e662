import type { FacetCount } from '#library/find/finder.ts'
import type { FinderClient } from '#library/find/open-finder.ts'
import { useFinder } from './use-finder.ts'

const readTags = (finder: FinderClient): Promise<readonly FacetCount[]> => finder.tags()

/** All tags of all images with how many images have each, most frequent first. `undefined` until search is ready. */
export function useKnownTags(): readonly FacetCount[] | undefined {
  return useFinder(readTags)
}
