import type { KeyboardEvent, ReactNode } from 'react'

/** Hangs from the header beside the work and stays until it is closed: nobody has to choose between looking and doing. */
export function TasksPanel({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    document.querySelector<HTMLElement>('[aria-controls="tasks"]')?.focus()
    onClose()
  }
  return (
    <div
      id="tasks"
      role="dialog"
      aria-label="Tasks"
      tabIndex={-1}
      onKeyDown={onKeyDown}
      className="tasks-panel max-middle:hidden"
    >
      {children}
    </div>
  )
}
