import { X } from 'lucide-react'
import { type MouseEvent, type ReactNode, type SyntheticEvent, useId, useLayoutEffect, useRef } from 'react'
import { IconButton } from './button.tsx'
import { enterDialog } from './top-dialog.ts'

interface ModalProps {
  title: string
  onClose: () => void
  /** For images: takes most of the window. */
  isWide?: boolean
  children: ReactNode
}

/** A modal dialog. The browser traps the focus, closes on Escape and restores the focus. */
export function Dialog({ open, ...modal }: ModalProps & { open: boolean }) {
  return open ? <Modal {...modal} /> : null
}

function Modal({ title, onClose, isWide = false, children }: ModalProps) {
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)

  // A layout effect is cleaned up before the element is removed; only a dialog that is still in the page can restore
  // the focus.
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    // Otherwise the browser would focus the close button, and show its tooltip.
    element?.focus()
    const leave = element && enterDialog(element)
    return () => {
      leave?.()
      element?.close()
    }
  }, [])

  const onCancel = (event: SyntheticEvent) => {
    // The owner's state closes it, so that state and element always agree.
    event.preventDefault()
    onClose()
  }
  // A text selection that ends on the backdrop is also a click on the dialog, so only a press that started there closes
  // it.
  const began = useRef<EventTarget>(null)
  const onPress = (event: MouseEvent) => {
    if (event.target === dialog.current && began.current === dialog.current) onClose()
  }

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a press on the backdrop; the keys have Escape
    <dialog
      ref={dialog}
      tabIndex={-1}
      aria-labelledby={id}
      onCancel={onCancel}
      onMouseDown={(event) => {
        began.current = event.target
      }}
      onClick={onPress}
      className={isWide ? 'sheet sheet-wide' : 'sheet'}
    >
      <div className="flex max-h-[inherit] flex-col">
        <header className="flex h-12 shrink-0 items-center justify-between border-line border-b pr-2 pl-4">
          <h2 id={id} className="font-medium text-base">
            {title}
          </h2>
          <IconButton label="Close" icon={X} onClick={onClose} />
        </header>
        <div className="min-h-0 overflow-y-auto overscroll-contain max-middle:flex-1">{children}</div>
      </div>
    </dialog>
  )
}
