import { useEffect } from 'react'
import { backupReminder } from '#library/backup/last-backup.ts'
import { removeSaveLeftovers } from '#platform/save-stream.ts'
import { useStore } from '#store/queries.ts'
import { notify } from '#ui/notices.tsx'

/** What a page does once after its start, when nothing else needs the browser. Draws nothing. */
export function Housekeeping({ onBackup }: { onBackup: () => void }) {
  const store = useStore()
  useEffect(() => {
    removeSaveLeftovers().catch(() => undefined)
    backupReminder(store, Date.now())
      .then((text) => {
        if (text) notify({ text, action: { label: 'Back up …', onSelect: onBackup } })
      })
      .catch(() => undefined)
  }, [store, onBackup])
  return null
}
