import { useSyncExternalStore } from 'react'
import { Dialog } from '#ui/dialog.tsx'
import { lazyPart } from '#ui/lazy-part.tsx'
import { actWords } from './act-words.ts'
import { askToExport, exportAsked, watchExport } from './export-request.ts'

const ExportForm = lazyPart(() => import('./export-form.tsx').then((module) => module.ExportForm))
const HandOverForm = lazyPart(() => import('./hand-over-form.tsx').then((module) => module.HandOverForm))

/** Renders the dialogs "Export" and "Hand over"; once per page. */
export function ExportPlace() {
  const asked = useSyncExternalStore(watchExport, exportAsked)
  const close = () => askToExport(undefined)
  if (!asked) return null
  const { dialog, images } = asked
  return (
    <Dialog open title={(dialog === 'export' ? actWords.export : actWords.handOver).label} onClose={close}>
      {dialog === 'export' ? (
        <ExportForm images={images} onClose={close} />
      ) : (
        <HandOverForm images={images} onClose={close} />
      )}
    </Dialog>
  )
}
