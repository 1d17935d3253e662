export interface Notice {
  /** A function gets the count of merged notices. */
  text: string | ((count: number) => string)
  tone?: 'plain' | 'error' | undefined
  /** Notices of one kind are merged while one is shown: their counts add up, and the action does all of theirs. */
  kind?: string | undefined
  count?: number | undefined
  /** The one suitable act, such as "Undo". Choosing it closes the notice. */
  action?: { label: string; onSelect: () => void } | undefined
  lastsMs?: number | undefined
}

export interface ShownNotice {
  id: number
  kind: string
  isError: boolean
  text: string
  count: number
  label: string | undefined
  /** Newest last; done in reverse order. */
  actions: readonly (() => void)[]
  lastsMs: number
}

const usualMs = 8000

let shown: readonly ShownNotice[] = []
let lastId = 0
const listeners = new Set<() => void>()

function change(next: readonly ShownNotice[]): void {
  shown = next
  for (const listener of listeners) listener()
}

export function watchNotices(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/**
 * Shows a message for 8 s (or `lastsMs`), longer while it is hovered or focused. One at a
 * time: a new one replaces the last, but an error waits until it was seen.
 */
export function notify({ text, tone, kind, count = 1, action, lastsMs = usualMs }: Notice): void {
  lastId += 1
  const name = kind ?? (typeof text === 'string' ? text : '')
  const same = shown.find((notice) => notice.kind === name && (notice.label === undefined) === (action === undefined))
  const total = count + (kind === undefined ? 0 : (same?.count ?? 0))
  const next: ShownNotice = {
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

export function closeNotice(id: number): void {
  change(shown.filter((notice) => notice.id !== id))
}

/** Closes the notices with this act, which was done in another way. */
export function closeOffers(label: string): void {
  change(shown.filter((notice) => notice.label !== label))
}

/** The notice to show. Errors first, because they stay until they were seen; then the newest. */
export function topNotice(): ShownNotice | undefined {
  return shown.find(({ isError }) => isError) ?? shown.at(-1)
}
