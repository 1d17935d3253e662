import { useCallback, useSyncExternalStore } from 'react'
import type { PictureId } from '#domain/ids.ts'
import { useStore } from './queries.ts'
import type { GalleryStore } from './store.ts'
import { createThumbnailCache, type ThumbnailCache } from './thumbnail-cache.ts'

const caches = new WeakMap<GalleryStore, ThumbnailCache>()

/** A thumbnail as a `data:` URL; `undefined` until it is read. */
export function useThumbnail(id: PictureId | undefined): string | undefined {
  const store = useStore()
  let cache = caches.get(store)
  if (!cache) {
    cache = createThumbnailCache(store)
    caches.set(store, cache)
  }
  const { get, watch } = cache
  const subscribe = useCallback(
    (listener: () => void) => (id === undefined ? () => undefined : watch(id, listener)),
    [watch, id],
  )
  return useSyncExternalStore(subscribe, () => (id === undefined ? undefined : get(id)))
}
