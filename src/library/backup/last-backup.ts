import type { Picture } from '#domain/picture.ts'
import type { GalleryStore } from '#store/store.ts'

/** A demo on the same host has its own gallery. */
const key = import.meta.env.MODE === 'demo' ? 'atelier-demo-last-backup' : 'atelier-last-backup'
const remindedKey = `${key}-reminded`
/** After this many new images the user is reminded to make a backup. */
export const remindAfter = 50

const askAgainMs = 7 * 86_400_000

/** Epoch ms; `undefined` if no backup was made in this browser. */
export function lastBackupAt(): number | undefined {
  return readTime(key)
}

export function noteBackup(at: number): void {
  writeTime(key, at)
}

/** How many images came into the gallery since the last backup, without samples; counts up to 200. */
export async function countNew(store: Pick<GalleryStore, 'pictures'>): Promise<number> {
  const since = lastBackupAt() ?? 0
  const isNew = ({ createdAt, origin }: Picture) => createdAt > since && origin.kind !== 'sample'
  return (await store.pictures('gallery', 200)).filter(isNew).length
}

/** A sentence if it is time for a backup and there was no reminder in the last seven days. */
export async function backupReminder(store: Pick<GalleryStore, 'pictures'>, now: number): Promise<string | undefined> {
  const remindedAt = readTime(remindedKey) ?? 0
  if (now - remindedAt < askAgainMs) return undefined
  const count = await countNew(store)
  if (count < remindAfter) return undefined
  writeTime(remindedKey, now)
  return `${count >= 200 ? 'More than 200' : count} images are only in this browser.`
}

function readTime(name: string): number | undefined {
  try {
    const text = localStorage.getItem(name)
    const at = text === null ? Number.NaN : Number(text)
    return Number.isFinite(at) ? at : undefined
  } catch {
    return undefined
  }
}

/** Without storage the time is lost, and the reminder comes too often. */
function writeTime(name: string, at: number): void {
  try {
    localStorage.setItem(name, String(at))
  } catch {
    // As above.
  }
}
