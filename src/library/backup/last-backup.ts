import type { Picture } from '#domain/picture.ts'
import type { GalleryStore } from '#store/store.ts'

/** The demo on the same host has its own gallery. */
const key = import.meta.env.MODE === 'demo' ? 'atelier-demo-last-backup' : 'atelier-last-backup'
/** So many images may be new before a person is reminded of a backup. */
export const remindAfter = 50

/** Epoch ms; nothing where no backup was made in this browser. */
export function lastBackupAt(): number | undefined {
  try {
    const at = Number(localStorage.getItem(key) ?? Number.NaN)
    return Number.isFinite(at) ? at : undefined
  } catch {
    return undefined
  }
}

/** A browser that keeps nothing forgets it, and then reminds too often. */
export function noteBackup(at: number): void {
  try {
    localStorage.setItem(key, String(at))
  } catch {
    // See above.
  }
}

/** How many images of the gallery came since the last backup, samples left out; counted up to 200. */
export async function countNew(store: Pick<GalleryStore, 'pictures'>): Promise<number> {
  const since = lastBackupAt() ?? 0
  const isNew = ({ createdAt, origin }: Picture) => createdAt > since && origin.kind !== 'sample'
  return (await store.pictures('gallery', 200)).filter(isNew).length
}
