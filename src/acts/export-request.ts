import type { NonEmpty } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'

/** Which dialog is open, and for which images. */
export interface ExportAsked {
  dialog: 'export' | 'hand-over'
  images: NonEmpty<Picture>
}

let asked: ExportAsked | undefined
const listeners = new Set<() => void>()

/** The open dialog with its images; `undefined` if both are closed. */
export function exportAsked(): ExportAsked | undefined {
  return asked
}

export function watchExport(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Opens a dialog, or closes both. */
export function askToExport(images: NonEmpty<Picture> | undefined, dialog: ExportAsked['dialog'] = 'export'): void {
  asked = images && { dialog, images }
  for (const listener of listeners) listener()
}
