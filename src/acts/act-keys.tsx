import { useState } from 'react'
import { loadPart } from '#platform/load-part.ts'
import { useStore } from '#store/queries.ts'
import { notify } from '#ui/notices.tsx'
import { useLoaded } from '#ui/use-loaded.ts'
import { keysAct, redoAct, undoAct } from './app-acts.ts'
import { useActKey } from './use-act-key.ts'

const loadLog = () => import('./act-log.ts')
const loadBar = () => import('./act-bar.tsx')

/** Undo, Redo and the list of shortcuts. Their keys work from the start; `isSoon`: their buttons may be loaded. */
export function ActKeys({ isSoon }: { isSoon: boolean }) {
  const store = useStore()
  const [isSheetOpen, setSheetOpen] = useState(false)
  const turn = (way: 'undo' | 'redo') =>
    void loadPart(loadLog).then(
      (log) => log[way](store),
      (error: Error) => notify({ text: error.message, tone: 'error' }),
    )
  useActKey(undoAct, () => turn('undo'))
  useActKey(redoAct, () => turn('redo'))
  useActKey(keysAct, () => setSheetOpen(true))
  const { part } = useLoaded(loadBar, isSoon || isSheetOpen)
  return part && <part.ActBar isSheetOpen={isSheetOpen} onSheet={setSheetOpen} />
}
