import { Redo2, Undo2 } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { useStore } from '#store/queries.ts'
import { IconButton } from '#ui/button.tsx'
import { Dialog } from '#ui/dialog.tsx'
import { lazyPart } from '#ui/lazy-part.tsx'
import { logOf, redo, undo } from './act-log.ts'
import { keysAct, redoAct, undoAct } from './app-acts.ts'

const KeysSheet = lazyPart(async () => (await import('./keys-sheet.tsx')).KeysSheet)

const [undoKeys = ''] = undoAct.keys
const [redoKeys = ''] = redoAct.keys

/** Undo and Redo, each with the name of its act, and the button for the list of all shortcuts. */
export function ActBar({ isSheetOpen, onSheet }: { isSheetOpen: boolean; onSheet: (isOpen: boolean) => void }) {
  const store = useStore()
  const log = logOf(store)
  const { undo: last, redo: next } = useSyncExternalStore(log.subscribe, log.state)
  const onUndo = () => void undo(store)
  const onRedo = () => void redo(store)
  return (
    <>
      <IconButton
        label={last ? `Undo ${last.label}` : undoAct.label}
        icon={Undo2}
        shortcut={undoKeys}
        aria-disabled={last ? undefined : true}
        onClick={onUndo}
      />
      <IconButton
        label={next ? `Redo ${next.label}` : redoAct.label}
        icon={Redo2}
        shortcut={redoKeys}
        aria-disabled={next ? undefined : true}
        onClick={onRedo}
      />
      <Dialog open={isSheetOpen} title={keysAct.label} onClose={() => onSheet(false)}>
        <KeysSheet waiting={<div className="h-96" />} />
      </Dialog>
    </>
  )
}
