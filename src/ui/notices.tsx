import { X } from 'lucide-react'
import { type FocusEvent, useEffect, useState, useSyncExternalStore } from 'react'
import { createPortal } from 'react-dom'
import { Button, IconButton } from './button.tsx'
import { classes } from './classes.ts'
import { showHidden } from './show-hidden.ts'
import { topDialog, watchTopDialog } from './top-dialog.ts'

interface Notice {
  /** Of several that were merged it is asked for their count. */
  text: string | ((count: number) => string)
  tone?: 'plain' | 'error' | undefined
  /** Notices of one kind are merged while one is shown: their counts add up, and the action does all of theirs. */
  kind?: string | undefined
  count?: number | undefined
  /** The one act that fits, such as "Undo". Taking it closes the notice. */
  action?: { label: string; onSelect: () => void } | undefined
  lastsMs?: number | undefined
}

interface Shown {
  id: number
  kind: string
  isError: boolean
  text: string
  count: number
  label: string | undefined
  /** The newest last; done in the opposite order. */
  actions: readonly (() => void)[]
  lastsMs: number
}

const usualMs = 8000

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

/**
 * Says something at the foot of the window for 8 s (or `lastsMs`), longer while it is pointed at or holds the focus. One at
 * a time: a new one takes the place of the last, except that an error waits to be seen.
 */
export function notify({ text, tone, kind, count = 1, action, lastsMs = usualMs }: Notice): void {
  lastId += 1
  const name = kind ?? (typeof text === 'string' ? text : '')
  const same = shown.find((notice) => notice.kind === name && (notice.label === undefined) === (action === undefined))
  const total = count + (kind === undefined ? 0 : (same?.count ?? 0))
  const next: Shown = {
    id: lastId,
    kind: name,
    isError: tone === 'error',
    text: typeof text === 'string' ? text : text(total),
    count: total,
    label: action?.label,
    actions: [...(kind === undefined ? [] : (same?.actions ?? [])), ...(action ? [action.onSelect] : [])],
    lastsMs,
  }
  change([...shown.filter((notice) => notice !== same && notice.isError), next])
}

const close = (id: number) => change(shown.filter((notice) => notice.id !== id))

/** Errors first, since they stay until they were seen; then the newest. */
const topOf = (notices: readonly Shown[]) => notices.find(({ isError }) => isError) ?? notices.at(-1)

/** Draws the notices; once per page. Inside the open dialog, if there is one: what is outside of it takes no press. */
export function NoticeBoard() {
  const notice = topOf(useSyncExternalStore(subscribe, () => shown))
  const dialog = useSyncExternalStore(watchTopDialog, topDialog)
  const card = notice && <NoticeCard key={notice.id} notice={notice} />
  const board = (
    <div className="pointer-events-none fixed inset-x-4 bottom-4 z-40 flex flex-col items-center max-middle:bottom-18">
      {/* Errors carry role "alert", which is read out on arrival; the rest needs a region that was there before. */}
      {notice?.isError && card}
      <div className="contents" aria-live="polite">
        {notice && !notice.isError && card}
      </div>
    </div>
  )
  return dialog ? createPortal(board, dialog) : board
}

function NoticeCard({ notice }: { notice: Shown }) {
  const [held, setHeld] = useState(false)
  const { id, text, isError, label, actions, lastsMs } = notice

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
      <span className="mr-2 min-w-0 py-1 [overflow-wrap:anywhere]">{showHidden(text)}</span>
      {label !== undefined && (
        <Button
          onClick={() => {
            close(id)
            for (const act of actions.toReversed()) act()
          }}
        >
          {label}
        </Button>
      )}
      <IconButton label="Close notice" icon={X} onClick={() => close(id)} />
    </div>
  )
}
