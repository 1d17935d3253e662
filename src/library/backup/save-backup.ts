import { openSaveTarget } from '#platform/save-stream.ts'
import { openRescue } from '#store/rescue.ts'
import type { BackupRecords, GalleryStore } from '#store/store.ts'
import { type OnProgress, runJob } from '../jobs.ts'
import { saveZip } from '../zip.ts'
import type { BackupSource } from './backup.ts'
import { noteBackup } from './last-backup.ts'
import type { Backup, Restored } from './read-backup.ts'
import { backupEntries } from './write-backup.ts'

/**
 * Saves a backup of everything to the user's downloads. `undefined`: the user chose no file. Rejects as aborted when it
 * was stopped, with `NoRoomToSave`, or with the error; no file is left then.
 */
export async function saveBackup(store: GalleryStore, now: () => number): Promise<{ images: number } | undefined> {
  return saveFrom(() => store.backup(), now(), noteBackup)
}

/** The same for a database that this page could not open: whatever can be read of it. Rejects when nothing can. */
export function saveRescue(database: string, now: () => number): Promise<{ images: number } | undefined> {
  return saveFrom(() => openRescue(database), now())
}

function saveFrom(
  open: () => Promise<BackupSource & Pick<BackupRecords, 'size'>>,
  startedAt: number,
  onWritten: (startedAt: number) => void = () => undefined,
): Promise<{ images: number } | undefined> {
  return runJob('backup', async (onProgress, signal) => {
    const records = await open()
    const { images, bytes } = await records.size()
    const file = backupName(startedAt)
    const target = await openSaveTarget(file, bytes)
    if (!target) return undefined
    onProgress({ done: 0, total: images })
    const entries = backupEntries(records, () => startedAt, onProgress, signal)
    await saveZip(target, file, entries, 'No backup was written.')
    // Before the job ends, because that is when the screens read the time again.
    onWritten(startedAt)
    return { images }
  })
}

/** Rejects as aborted when it was stopped, or with a `GenerationError`; what was restored until then stays. */
export async function restoreBackup(store: GalleryStore, backup: Backup): Promise<Restored> {
  return runJob('restore', async (onProgress: OnProgress, signal) => {
    const records = await store.backup()
    try {
      return await backup.restore(records, onProgress, signal)
    } finally {
      records.tellKept()
    }
  })
}

/** "atelier-backup-2026-11-27.zip". */
export function backupName(at: number): string {
  const date = new Date(at)
  const two = (count: number) => String(count).padStart(2, '0')
  return `atelier-backup-${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}.zip`
}
