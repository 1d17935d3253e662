import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, useSyncExternalStore } from 'react'
import { describeFileError } from '#acts/describe-file-error.ts'
import { describeAgo } from '#domain/date-heading.ts'
import { isAbort } from '#domain/failure.ts'
import type { Damage } from '#library/backup/backup.ts'
import { countNew, lastBackupAt, remindAfter } from '#library/backup/last-backup.ts'
import { type Backup, openBackup, type Plan } from '#library/backup/read-backup.ts'
import { restoreBackup, saveBackup, saveRescue } from '#library/backup/save-backup.ts'
import { openFolderBackup } from '#library/folder/read-folder.ts'
import { currentJob, describeRunning, watchJob } from '#library/jobs.ts'
import type { Folder } from '#platform/folder.ts'
import { useStore } from '#store/queries.ts'
import type { GalleryStore } from '#store/store.ts'
import { Button } from '#ui/button.tsx'
import { FileButton } from '#ui/file-button.tsx'
import { JobProgress } from '#ui/job-progress.tsx'
import { notify } from '#ui/notices.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { isDemo } from '#workspace/edition.ts'
import { FolderSettings } from './folder-settings.tsx'

/** The database's name, as in `services.tsx`. */
const galleryName = isDemo ? 'atelier-demo' : 'atelier'

/** When the last backup was made, and the buttons to make one and to restore one. */
export function BackupSettings() {
  const store = useStore()
  const job = useSyncExternalStore(watchJob, currentJob)
  const { shown, isFolder, choose, chooseFolder, restore, dismiss } = useRestore(store)
  const queries = useQueryClient()
  const backUp = async () => {
    await saveAll(() => saveBackup(store, () => Date.now()))
    await queries.invalidateQueries({ queryKey: ['storage'] })
  }
  const isBusy = job !== undefined
  const report = shown && <RestoreReport shown={shown} isBusy={isBusy} onRestore={restore} onClose={dismiss} />

  return (
    <>
      <LastBackup store={store} />
      <div className="flex flex-wrap gap-2">
        <Button onClick={backUp} aria-disabled={isBusy} disabled={isBusy}>
          Back up everything
        </Button>
        <FileButton accept=".zip,application/zip" label="Restore a backup" disabled={isBusy} onFile={choose} />
      </div>
      {(store.health === 'memory' || store.health === 'outdated') && (
        <div className="grid justify-items-start gap-2">
          <p className="text-soft text-xs">
            This page could not open the images that were saved here before. What can be read of them can be saved:
          </p>
          <Button onClick={() => saveAll(() => saveRescue(galleryName, () => Date.now()))} disabled={isBusy}>
            Rescue saved images
          </Button>
        </div>
      )}
      {job?.kind === 'backup' && <JobProgress doing="Backing up" {...job} />}
      {job?.kind === 'restore' && <JobProgress doing="Restoring" {...job} />}
      {(job?.kind === 'export' || job?.kind === 'hand-over') && (
        <p className="text-soft text-xs">{describeRunning(job)}</p>
      )}
      {!isFolder && report}
      <FolderSettings isBusy={isBusy} onRestore={chooseFolder} />
      {isFolder && report}
    </>
  )
}

function LastBackup({ store }: { store: GalleryStore }) {
  const { data: fresh } = useQuery({
    queryKey: ['storage', 'new-since-backup'],
    queryFn: () => countNew(store),
    networkMode: 'always',
    staleTime: 0,
  })
  const at = lastBackupAt()
  const many = fresh !== undefined && fresh >= 200 ? 'More than 200' : `${fresh}`
  return (
    <div className="grid gap-1">
      <p className="text-sm">{at === undefined ? 'No backup yet' : `Last backup ${describeAgo(at, Date.now())}`}</p>
      <p className={fresh !== undefined && fresh >= remindAfter ? 'text-ink text-xs' : 'text-faint text-xs'}>
        {fresh === undefined || fresh === 0
          ? 'One ZIP file with every image, prompt, mark and run. Images are kept only in this browser.'
          : `${many} new ${fresh === 1 ? 'image is' : 'images are'} only in this browser.`}
      </p>
    </div>
  )
}

async function saveAll(save: () => ReturnType<typeof saveBackup>): Promise<void> {
  try {
    const saved = await save()
    if (saved) notify({ text: `Backed up ${imagesOf(saved.images)}.` })
  } catch (error) {
    if (isAbort(error)) notify({ text: 'Backup stopped. No file was written.' })
    else notify({ text: describeFileError(error, 'The disk is full: no backup was written.'), tone: 'error' })
  }
}

type Shown =
  | { state: 'reading' }
  | { state: 'refused'; reason: string }
  /** A part of it is damaged: the user is asked before anything is written. */
  | { state: 'planned'; plan: Plan; backup: Backup }
  | { state: 'restoring'; plan: Plan }
  | { state: 'ended'; plan: Plan; sentence: string }

/** A restore only adds, so a sound backup is restored at once; a damaged one asks first. */
function useRestore(store: GalleryStore) {
  const [shown, setShown] = useState<Shown>()
  /** What was restored from, or is: the report is shown below its button. */
  const [isFolder, setIsFolder] = useState(false)

  async function write(backup: Backup, plan: Plan) {
    setShown({ state: 'restoring', plan })
    try {
      const done = await restoreBackup(store, backup)
      const sentence = done.fresh + done.records === 0 ? 'Everything was here already.' : 'Restored.'
      setShown({ state: 'ended', plan: done, sentence })
      if (done.fresh > 0) notify({ text: `Restored ${imagesOf(done.fresh)}.` })
    } catch (error) {
      const sentence = isAbort(error)
        ? 'Stopped. What was restored until then stays.'
        : describeFileError(error, 'The disk is full.')
      setShown({ state: 'ended', plan, sentence })
    } finally {
      await backup.close().catch(() => undefined)
    }
  }

  async function read(open: () => Promise<Backup>) {
    setShown({ state: 'reading' })
    try {
      const backup = await open()
      const plan = await backup.plan(await store.backup())
      if (plan.damaged.length === 0) await write(backup, plan)
      else setShown({ state: 'planned', plan, backup })
    } catch (error) {
      setShown({ state: 'refused', reason: describeFileError(error, 'The disk is full.') })
    }
  }

  return {
    shown,
    isFolder,
    choose(file: File) {
      setIsFolder(false)
      void read(() => openBackup(file))
    },
    chooseFolder(folder: Folder) {
      setIsFolder(true)
      void read(() => openFolderBackup(folder))
    },
    restore: () => void (shown?.state === 'planned' && write(shown.backup, shown.plan)),
    dismiss() {
      if (shown?.state === 'planned') void shown.backup.close().catch(() => undefined)
      setShown(undefined)
    },
  }
}

interface ReportProps {
  shown: Shown
  isBusy: boolean
  onRestore(): void
  onClose(): void
}

function RestoreReport({ shown, isBusy, onRestore, onClose }: ReportProps) {
  if (shown.state === 'reading') return <p className="text-soft text-xs">Checking the backup …</p>
  if (shown.state === 'refused') {
    return (
      <p role="alert" className="text-danger text-xs [overflow-wrap:anywhere]">
        {showHidden(shown.reason)} Nothing was changed.
      </p>
    )
  }
  const { plan } = shown
  return (
    <div className="grid gap-2" aria-live="polite">
      <p className="text-sm">
        {describePlan(plan)}
        {shown.state === 'ended' && <span className="text-soft">{`. ${shown.sentence}`}</span>}
      </p>
      {plan.damaged.length > 0 && <Damaged damaged={plan.damaged} />}
      {shown.state === 'planned' && (
        <div className="flex gap-2">
          <Button onClick={onRestore} disabled={isBusy}>
            {plan.fresh > 0 ? `Restore ${imagesOf(plan.fresh)}` : 'Restore the rest'}
          </Button>
          <Button variant="quiet" onClick={onClose}>
            Not now
          </Button>
        </div>
      )}
    </div>
  )
}

const mostNamed = 100

function Damaged({ damaged }: { damaged: readonly Damage[] }) {
  return (
    <ul aria-label="Damaged" className="max-h-40 overflow-y-auto rounded border border-line text-xs">
      {damaged.slice(0, mostNamed).map(({ name, reason }) => (
        <li key={`${name} ${reason}`} className="border-line border-b px-2 py-1 last:border-b-0">
          <span dir="auto">{showHidden(name)}</span> <span className="text-faint">{reason}</span>
        </li>
      ))}
      {damaged.length > mostNamed && <li className="px-2 py-1 text-faint">… and {damaged.length - mostNamed} more</li>}
    </ul>
  )
}

/** "1,204 new, 36 known, 2 damaged". */
function describePlan({ fresh, known, damaged }: Plan): string {
  const counts = [`${fresh.toLocaleString('en')} new`, `${known.toLocaleString('en')} known`]
  return [...counts, ...(damaged.length > 0 ? [`${damaged.length.toLocaleString('en')} damaged`] : [])].join(', ')
}

function imagesOf(count: number): string {
  return count === 1 ? '1 image' : `${count.toLocaleString('en')} images`
}
