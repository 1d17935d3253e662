import { X } from 'lucide-react'
import { type FocusEvent, useEffect, useState, useSyncExternalStore } from 'react'
import { createPortal } from 'react-dom'
import { Button, IconButton } from './button.tsx'
import { classes } from './classes.ts'
import { isolateQuotes } from './isolate-quotes.tsx'
import { closeNotice, openNotices, type ShownNotice, watchNotices } from './notices.tsx'
import { showHidden } from './show-hidden.ts'
import { topDialog, watchTopDialog } from './top-dialog.ts'

/** The dialog that was open when a notice came. */
const raisedIn = new WeakMap<ShownNotice, { dialog: HTMLElement | undefined }>()

/**
 * Whether a notice stays behind the open dialog: it came before the dialog was opened, and would cover parts of it. A
 * notice of another dialog that has been closed since does not stay there.
 */
function isBehind(notice: ShownNotice, dialog: HTMLElement | undefined): boolean {
  const raised = raisedIn.get(notice) ?? { dialog }
  raisedIn.set(notice, raised)
  if (!dialog || raised.dialog === dialog) return false
  return raised.dialog === undefined || raised.dialog.isConnected
}

/** The notice to show. Errors first, because they stay until they were seen; then the newest. */
function topOf(notices: readonly ShownNotice[]): ShownNotice | undefined {
  return notices.find(({ isError }) => isError) ?? notices.at(-1)
}

/**
 * Shows the notices; once per page. At the foot of the window; on a phone in a row of their own. What comes while a
 * dialog is open is shown inside it, because everything outside is inert.
 */
export function NoticeBoard() {
  const notices = useSyncExternalStore(watchNotices, openNotices)
  const dialog = useSyncExternalStore(watchTopDialog, topDialog)
  const behind = notices.filter((notice) => isBehind(notice, dialog))
  const front = topOf(notices.filter((notice) => !behind.includes(notice)))
  if (!dialog) return <Board notice={front} isBehind={false} />
  return (
    <>
      {behind.length > 0 && <Board notice={topOf(behind)} isBehind />}
      {createPortal(<Board notice={front} isBehind={false} />, dialog)}
    </>
  )
}

interface BoardProps {
  notice: ShownNotice | undefined
  isBehind: boolean
}

function Board({ notice, isBehind }: BoardProps) {
  const card = notice && <NoticeCard key={notice.id} notice={notice} isBehind={isBehind} />
  return (
    <div className="notices">
      {/* Errors have role "alert", which is read out when added; other notices need a live region that already
          exists. */}
      {notice?.isError && card}
      <div className="contents" aria-live="polite">
        {notice && !notice.isError && card}
      </div>
    </div>
  )
}

function NoticeCard({ notice, isBehind }: { notice: ShownNotice; isBehind: boolean }) {
  const [isPointed, setIsPointed] = useState(false)
  const { id, text, isError, label, actions, lastsMs } = notice
  // An error waits behind a dialog until it can be seen.
  const held = isPointed || (isError && isBehind)

  useEffect(() => {
    if (held) return
    const timer = setTimeout(() => closeNotice(id), lastsMs)
    return () => clearTimeout(timer)
  }, [held, id, lastsMs])

  const onBlur = (event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setIsPointed(false)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the role depends on the tone; pointing only pauses the timer
    <div
      role={isError ? 'alert' : 'status'}
      onPointerEnter={() => setIsPointed(true)}
      onPointerLeave={() => setIsPointed(false)}
      onFocus={() => setIsPointed(true)}
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
