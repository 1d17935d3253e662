import type { PictureId } from '#domain/ids.ts'
import type { GalleryStore } from './store.ts'

/** Thumbnails as `data:` addresses, read when they come into view and kept for later. */
export interface ThumbnailCache {
  get(id: PictureId): string | undefined
  /** Reads the thumbnail unless it is cached; `listener` is called when it is there. */
  watch(id: PictureId, listener: () => void): () => void
}

/** A few screens of the grid. */
const capacity = 400

/** All thumbnails that come into view together are read in one transaction. */
export function createThumbnailCache(store: Pick<GalleryStore, 'thumbnails' | 'subscribe'>): ThumbnailCache {
  /** In order of their last use. */
  const urls = new Map<PictureId, string>()
  const watchers = new Map<PictureId, Set<() => void>>()
  const wanted = new Set<PictureId>()

  function want(id: PictureId) {
    if (wanted.size === 0) queueMicrotask(readWanted)
    wanted.add(id)
  }

  async function readWanted() {
    // Thumbnails that left the view meanwhile are not read.
    const ids = [...wanted].filter((id) => watchers.has(id))
    wanted.clear()
    if (ids.length === 0) return
    const found = await store.thumbnails(ids).catch(() => new Map<PictureId, string>())
    for (const [id, url] of found) urls.set(id, url)
    evict()
    for (const id of found.keys()) for (const listener of [...(watchers.get(id) ?? [])]) listener()
  }

  function evict() {
    for (const id of urls.keys()) {
      if (urls.size <= capacity) return
      if (!watchers.has(id)) urls.delete(id)
    }
  }

  // A thumbnail never changes, but it may be stored after it was first asked for.
  store.subscribe((change) => {
    if (change.kind !== 'pictures') return
    for (const id of change.ids) if (watchers.has(id) && !urls.has(id)) want(id)
  })

  return {
    get: (id) => urls.get(id),
    watch(id, listener) {
      const listeners = watchers.get(id) ?? new Set()
      watchers.set(id, listeners.add(listener))
      const url = urls.get(id)
      if (url === undefined) want(id)
      else urls.delete(id) && urls.set(id, url)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0 && watchers.get(id) === listeners) watchers.delete(id)
      }
    },
  }
}
