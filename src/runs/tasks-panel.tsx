import type { ReactNode } from 'react'
import { closeAct } from '#acts/app-acts.ts'
import { useActKey } from '#acts/use-act-key.ts'

/** Below the header, beside the work; stays open until it is closed, so that tasks and images can be seen together. */
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
