import type { GalleryStore } from '#store/store.ts'
import { type FinderClient, openFinder } from './open-finder.ts'

const finders = new WeakMap<GalleryStore, FinderClient>()

/** The search of this window: one per store, started by the first call. */
export function finderOf(store: GalleryStore): FinderClient {
  const finder = finders.get(store) ?? openFinder(store.search)
  finders.set(store, finder)
  return finder
}

/** Ends the search of this window. The next `finderOf` starts it again. */
export function closeFinderOf(store: GalleryStore): void {
  finders.get(store)?.close()
  finders.delete(store)
}
