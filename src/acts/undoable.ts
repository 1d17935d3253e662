import { loadPart } from '#platform/load-part.ts'
import type { GalleryStore } from '#store/store.ts'
import { notify } from '#ui/notices.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

const loadLog = () => import('./act-log.ts')

interface UndoableOptions {
  /** Changes with the same value that follow each other within a second are one act. */
  run?: string
  /** The notice to show, with the button "Undo". */
  notice?: string
}

/**
 * Changes what is being composed, at once, and logs the inverse. `label` follows "Undo": "remove image". The log is
 * loaded with the first act; if that fails, the change stays and cannot be undone.
 */
export function undoable(
  store: GalleryStore,
  label: string,
  change: () => void,
  { run, notice }: UndoableOptions = {},
): void {
  const before = useWorkspace.getState()
  change()
  const after = useWorkspace.getState()
  if (before === after) return
  const recorded = loadPart(loadLog).then(({ recordComposed }) => recordComposed(store, { label, before, after, run }))
  recorded.catch(() => undefined)
  if (notice === undefined) return
  const onSelect = () => void recorded.then((undo) => undo?.()).catch(() => undefined)
  notify({ text: notice, action: { label: 'Undo', onSelect } })
}
