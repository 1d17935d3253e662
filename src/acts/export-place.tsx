import { useSyncExternalStore } from 'react'
import { Dialog } from '#ui/dialog.tsx'
import { ExportForm } from './export-form.tsx'
import { askToExport, exportAsked, watchExport } from './export-request.ts'

/** Where the dialog "Export" is drawn; once per page. */
export function ExportPlace() {
  const images = useSyncExternalStore(watchExport, exportAsked)
  const close = () => askToExport(undefined)
  return (
    <Dialog open={images !== undefined} title="Export" onClose={close}>
      {images && <ExportForm images={images} onClose={close} />}
    </Dialog>
  )
}
