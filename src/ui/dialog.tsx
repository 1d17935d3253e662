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

/** A modal. The browser traps the focus, closes on Escape and puts the focus back where it was. */
export function Dialog({ open, ...modal }: ModalProps & { open: boolean }) {
  return open ? <Modal {...modal} /> : null
}

function Modal({ title, onClose, isWide = false, children }: ModalProps) {
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)

  // A layout effect ends before the element goes; only a dialog that is still there gives the focus back.
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    // Else the browser would choose the close button, and show its tooltip.
    element?.focus()
    const leave = element && enterDialog(element)
    return () => {
      leave?.()
      element?.close()
    }
  }, [])

  const onCancel = (event: SyntheticEvent) => {
    // The owner's state closes it, so that state and element never disagree.
    event.preventDefault()
    onClose()
  }
  // A selection of text that ends on the backdrop is a click on the dialog too: only a press that began there closes.
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
        <div className="min-h-0 overflow-y-auto overscroll-contain">{children}</div>
      </div>
    </dialog>
  )
}
