import { Check, ChevronDown, ChevronUp, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { closeAct } from '#acts/app-acts.ts'
import { IconButton } from '#ui/button.tsx'
import { useMedia } from '#ui/use-media.ts'

interface ToolBarProps {
  /** Name of the bar: "Crop options". */
  label: string
  /** What the tool has done so far, in a few words. */
  status?: ReactNode
  /** Buttons that finish the work. */
  actions?: ReactNode
  /** The options needed most. */
  children: ReactNode
  /** Further options. On a phone they are hidden until asked for. */
  more?: ReactNode
  /** What the tool shows is lost when it is left. */
  isPending?: boolean
  onLeave(): void
}

/**
 * The options of the open tool: one bar in the place of the strip, so that the image does not move. On a phone a sheet
 * below the image; see `stage.css`.
 */
export function ToolBar({ label, status, actions, children, more, isPending = false, onLeave }: ToolBarProps) {
  const isPhone = useMedia('(width < 768px)')
  const [isOpen, setOpen] = useState(false)
  const leave = (
    <IconButton label="Leave tool" icon={isPending ? X : Check} shortcut={closeAct.keys[0]} onClick={onLeave} />
  )
  if (!isPhone) {
    return (
      <section aria-label={label} className="tool-bar">
        <div className="tool-bar-options">
          {children}
          {more}
          {status}
          {actions}
        </div>
        {leave}
      </section>
    )
  }
  return (
    <section aria-label={label} className="tool-sheet">
      <div className="tool-sheet-head">
        <div className="tool-sheet-status">{status}</div>
        {more && (
          <IconButton
            label="More options"
            icon={isOpen ? ChevronDown : ChevronUp}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          />
        )}
        {actions}
        {leave}
      </div>
      <div className="tool-sheet-options">
        {children}
        {isOpen && more}
      </div>
    </section>
  )
}
