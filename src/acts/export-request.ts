import type { NonEmpty } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'

let asked: NonEmpty<Picture> | undefined
const listeners = new Set<() => void>()

/** The images that the dialog "Export" is open for; nothing while it is closed. */
export function exportAsked(): NonEmpty<Picture> | undefined {
  return asked
}

export function watchExport(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Opens the dialog, or closes it. */
export function askToExport(images: NonEmpty<Picture> | undefined): void {
  asked = images
  for (const listener of listeners) listener()
}
