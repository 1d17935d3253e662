import { useEffect } from 'react'
import { backupReminder } from '#library/backup/last-backup.ts'
import { currentJob } from '#library/jobs.ts'
import { canChooseFolder } from '#platform/folder.ts'
import { loadPart } from '#platform/load-part.ts'
import { isNewBuildServed, prepareOffline } from '#platform/offline.ts'
import { removeSaveLeftovers } from '#platform/save-stream.ts'
import { useStore } from '#store/queries.ts'
import type { GalleryStore } from '#store/store.ts'
import { notify } from '#ui/notices.tsx'
import { notifyLater } from '#ui/notify-later.ts'

const lookEveryMs = 3_600_000

/** What a page does once after its start, when the browser is idle. Renders nothing. */
export function Housekeeping({ onBackup }: { onBackup: () => void }) {
  const store = useStore()
  useEffect(() => {
    removeSaveLeftovers().catch(() => undefined)
    takeUpFolder(store)
      .then((isCopied) => (isCopied ? undefined : backupReminder(store, Date.now())))
      .then((text) => {
        if (text) notifyLater({ text, action: { label: 'Back up …', onSelect: onBackup } })
      })
      .catch(() => undefined)
  }, [store, onBackup])
  useEffect(() => {
    prepareOffline().catch(() => undefined)
    return watchForUpdate(store)
  }, [store])
  return null
}

const loadFolderCopy = () => import('./folder-copy.ts')

/** Resumes copying to the folder chosen in an earlier visit. Resolves to whether that folder gets each new image. */
async function takeUpFolder(store: GalleryStore): Promise<boolean> {
  if (!canChooseFolder()) return false
  const copy = (await loadPart(loadFolderCopy)).folderCopyOf(store)
  const state = await copy.start()
  if (state.kind === 'paused') {
    notify({
      text: `Atelier may no longer write to the folder “${state.name}”.`,
      action: { label: 'Allow', onSelect: () => void copy.resume() },
    })
  }
  return state.kind === 'on'
}

/**
 * Announces a new version once. Checks every hour and when the page becomes visible, never while something is sent or a
 * backup runs, which "Reload" would end.
 */
function watchForUpdate(store: GalleryStore): () => void {
  let isTold = false
  const look = async () => {
    if (isTold || document.visibilityState !== 'visible' || (await isBusy(store))) return
    if (!(await isNewBuildServed()) || isTold) return
    isTold = true
    notify({
      text: 'New version of Atelier.',
      action: { label: 'Reload', onSelect: () => location.reload() },
      lastsMs: 60_000,
    })
  }
  const lookQuietly = () => void look().catch(() => undefined)
  const timer = setInterval(lookQuietly, lookEveryMs)
  document.addEventListener('visibilitychange', lookQuietly)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', lookQuietly)
  }
}

async function isBusy(store: GalleryStore): Promise<boolean> {
  if (currentJob()) return true
  const runs = await store.openRuns()
  return runs.some(({ state }) => state.phase === 'queued' || state.phase === 'sending')
}
