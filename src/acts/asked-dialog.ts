import type { Subject } from './act.ts'

/** A dialog that an act opens over the page. */
export type AskedDialog = { kind: 'tags' | 'collections'; images: Subject } | { kind: 'all-tags' }

/** The button that opens the list of all tags, and that dialog. */
export const allTagsLabel = 'All tags'

let asked: AskedDialog | undefined
const listeners = new Set<() => void>()

/** The dialog that is open; nothing while none is. */
export function askedDialog(): AskedDialog | undefined {
  return asked
}

export function watchAskedDialog(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Opens a dialog in place of the one that is open, or closes it. */
export function askFor(dialog: AskedDialog | undefined): void {
  asked = dialog
  for (const listener of listeners) listener()
}
