import type { GalleryStore } from '#store/store.ts'
import { type FinderClient, openFinder } from './open-finder.ts'

const finders = new WeakMap<GalleryStore, FinderClient>()

/** Search of this window: one for each store, started when it is first asked for. */
export function finderOf(store: GalleryStore): FinderClient {
  const finder = finders.get(store) ?? openFinder(store.search)
  finders.set(store, finder)
  return finder
}

/** Ends search of this window. The next `finderOf` starts it anew. */
export function closeFinderOf(store: GalleryStore): void {
  finders.get(store)?.close()
  finders.delete(store)
}
