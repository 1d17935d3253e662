import { X } from 'lucide-react'
import { type FocusEvent, useEffect, useState, useSyncExternalStore } from 'react'
import { Button, IconButton } from './button.tsx'
import { classes } from './classes.ts'
import { showHidden } from './show-hidden.ts'

interface Notice {
  text: string
  tone?: 'plain' | 'error' | undefined
  /** The one act that fits, such as "Undo". Taking it closes the notice. */
  action?: { label: string; onSelect: () => void } | undefined
  lastsMs?: number | undefined
}

type Shown = Notice & { id: number }

const usualMs = 8000
/** Older ones make room. */
const mostAtOnce = 3

let shown: readonly Shown[] = []
let lastId = 0
const listeners = new Set<() => void>()

function change(next: readonly Shown[]): void {
  shown = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Says something at the foot of the window for 8 s (or `lastsMs`), longer while it is pointed at or holds the focus. */
export function notify(notice: Notice): void {
  lastId += 1
  change([...shown, { ...notice, id: lastId }].slice(-mostAtOnce))
}

const close = (id: number) => change(shown.filter((notice) => notice.id !== id))

/** Draws the notices; once per page. */
export function NoticeBoard() {
  const notices = useSyncExternalStore(subscribe, () => shown)
  const isError = (notice: Shown) => notice.tone === 'error'
  return (
    <div className="pointer-events-none fixed inset-x-4 bottom-4 z-40 flex flex-col items-center gap-2 max-middle:bottom-18">
      {/* Errors carry role "alert", which is read out on arrival; the rest needs a region that was there before. */}
      <div className="contents">
        {notices.filter(isError).map((notice) => (
          <NoticeCard key={notice.id} notice={notice} />
        ))}
      </div>
      <div className="contents" aria-live="polite">
        {notices
          .filter((notice) => !isError(notice))
          .map((notice) => (
            <NoticeCard key={notice.id} notice={notice} />
          ))}
      </div>
    </div>
  )
}

function NoticeCard({ notice }: { notice: Shown }) {
  const [held, setHeld] = useState(false)
  const { id, text, tone, action, lastsMs = usualMs } = notice

  useEffect(() => {
    if (held) return
    const timer = setTimeout(() => close(id), lastsMs)
    return () => clearTimeout(timer)
  }, [held, id, lastsMs])

  const onBlur = (event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setHeld(false)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the role is given, by tone; pointing only holds the clock
    <div
      role={tone === 'error' ? 'alert' : 'status'}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={onBlur}
      className={classes(
        'notice pointer-events-auto flex min-h-11 max-w-xl items-center gap-1 rounded border bg-raised py-1 pr-1 pl-4 text-ink text-sm',
        tone === 'error' ? 'border-danger' : 'border-line-strong',
      )}
    >
      <span className="mr-2 min-w-0 py-1 [overflow-wrap:anywhere]">{showHidden(text)}</span>
      {action && (
        <Button
          onClick={() => {
            close(id)
            action.onSelect()
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton label="Close notice" icon={X} onClick={() => close(id)} />
    </div>
  )
}
