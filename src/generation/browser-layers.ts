import { findMarks, layIn } from '#imaging/edit/chain.ts'
import type { GalleryStore } from '#store/store.ts'
import { createLayers, type Layers } from './laying.ts'

const known = new WeakMap<GalleryStore, Layers>()

/** One instance per store. Without Web Locks a single window is assumed. */
export function layersOf(store: GalleryStore): Layers {
  const layers = known.get(store) ?? openLayers(store)
  known.set(store, layers)
  return layers
}

function openLayers(store: GalleryStore): Layers {
  const locks: LockManager | undefined = navigator.locks
  return createLayers({
    store,
    layIn,
    findMarks,
    lock: async (name, work) => (locks ? await locks.request(name, work) : work()),
    now: () => Date.now(),
  })
}
