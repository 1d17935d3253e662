import { findMarks, layIn } from '#imaging/edit/chain.ts'
import type { GalleryStore } from '#store/store.ts'
import { type AnswerLaying, createAnswerLaying } from './laying.ts'

const known = new WeakMap<GalleryStore, AnswerLaying>()

/** One instance per store. Without Web Locks a single window is assumed. */
export function answerLayingOf(store: GalleryStore): AnswerLaying {
  const laying = known.get(store) ?? openLaying(store)
  known.set(store, laying)
  return laying
}

function openLaying(store: GalleryStore): AnswerLaying {
  const locks: LockManager | undefined = navigator.locks
  return createAnswerLaying({
    store,
    layIn,
    findMarks,
    lock: async (name, work) => (locks ? await locks.request(name, work) : work()),
    now: () => Date.now(),
  })
}
