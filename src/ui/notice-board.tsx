import { X } from 'lucide-react'
import { type FocusEvent, useEffect, useState, useSyncExternalStore } from 'react'
import { createPortal } from 'react-dom'
import { Button, IconButton } from './button.tsx'
import { classes } from './classes.ts'
import { isolateQuotes } from './isolate-quotes.tsx'
import { closeNotice, type ShownNotice, topNotice, watchNotices } from './notices.tsx'
import { showHidden } from './show-hidden.ts'
import { topDialog, watchTopDialog } from './top-dialog.ts'

/**
 * Shows the notices; once per page. At the foot of the window; on a phone in a row of their own. If a dialog is open, in a
 * row at its foot, because everything outside is inert.
 */
export function NoticeBoard() {
  const notice = useSyncExternalStore(watchNotices, topNotice)
  const dialog = useSyncExternalStore(watchTopDialog, topDialog)
  const card = notice && <NoticeCard key={notice.id} notice={notice} />
  const board = (
    <div className="notices">
      {/* Errors have role "alert", which is read out when added; other notices need a live region that already
          exists. */}
      {notice?.isError && card}
      <div className="contents" aria-live="polite">
        {notice && !notice.isError && card}
      </div>
    </div>
  )
  return dialog ? createPortal(board, dialog) : board
}

function NoticeCard({ notice }: { notice: ShownNotice }) {
  const [held, setHeld] = useState(false)
  const { id, text, isError, label, actions, lastsMs } = notice

  useEffect(() => {
    if (held) return
    const timer = setTimeout(() => closeNotice(id), lastsMs)
    return () => clearTimeout(timer)
  }, [held, id, lastsMs])

  const onBlur = (event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setHeld(false)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the role depends on the tone; pointing only pauses the timer
    <div
      role={isError ? 'alert' : 'status'}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={onBlur}
      className={classes(
        'notice pointer-events-auto flex min-h-11 max-w-xl items-center gap-1 rounded border bg-raised py-1 pr-1 pl-4 text-ink text-sm',
        isError ? 'border-danger' : 'border-line-strong',
      )}
    >
      <span className="mr-2 min-w-0 py-1 [overflow-wrap:anywhere]">{isolateQuotes(showHidden(text))}</span>
      {label !== undefined && (
        <Button
          onClick={() => {
            closeNotice(id)
            for (const act of actions.toReversed()) act()
          }}
        >
          {label}
        </Button>
      )}
      <IconButton label="Close notice" icon={X} onClick={() => closeNotice(id)} />
    </div>
  )
}
