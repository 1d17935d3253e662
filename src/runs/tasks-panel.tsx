import type { ReactNode } from 'react'
import { closeAct } from '#acts/app-acts.ts'
import { useActKey } from '#acts/use-act-key.ts'

/** Hangs from the header beside the work and stays until it is closed: nobody has to choose between looking and doing. */
export function TasksPanel({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  useActKey(closeAct, () => {
    document.querySelector<HTMLElement>('[aria-controls="tasks"]')?.focus()
    onClose()
  })
  return (
    <div id="tasks" role="dialog" aria-label="Tasks" tabIndex={-1} className="tasks-panel max-middle:hidden">
      {children}
    </div>
  )
}
