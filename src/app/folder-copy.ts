import { createFolderCopy, type FolderCopy } from '#library/folder/folder-copy.ts'
import { folderOf } from '#platform/folder.ts'
import type { GalleryStore } from '#store/store.ts'
import { isDemo } from '#workspace/edition.ts'

const known = new WeakMap<GalleryStore, FolderCopy>()
/** The demo on the same host uses a folder of its own. */
const lockName = isDemo ? 'atelier-demo-folder' : 'atelier-folder'

/** The one copy of a store that this page keeps in a folder. */
export function folderCopyOf(store: GalleryStore): FolderCopy {
  const copy = known.get(store) ?? createFolderCopy({ store, open: folderOf, now: () => Date.now(), alone })
  known.set(store, copy)
  return copy
}

let end: (() => void) | undefined

/** Holds a lock until the window is closed, or until another window steals the lock. */
function alone(over: boolean, onLost: () => void): Promise<void> {
  const locks = navigator.locks as LockManager | undefined
  if (!locks) return Promise.resolve()
  end?.()
  return new Promise((resolve) => {
    let isOurs = true
    const held = () =>
      new Promise<void>((release) => {
        end = () => {
          isOurs = false
          release()
        }
        resolve()
      })
    locks.request(lockName, { steal: over }, held).catch(() => {
      if (isOurs) onLost()
    })
  })
}
