import { type KeyboardEvent, useRef } from 'react'
import { classes } from './classes.ts'

interface TabsProps {
  label: string
  value: string
  tabs: readonly { id: string; title: string }[]
  onChange: (id: string) => void
}

const moves: Readonly<Record<string, (index: number, count: number) => number>> = {
  ArrowLeft: (index, count) => (index + count - 1) % count,
  ArrowRight: (index, count) => (index + 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
}

/** The caller renders the panel of tab `id`: `role="tabpanel" id="panel-<id>" aria-labelledby="tab-<id>"`. */
export function Tabs({ label, value, tabs, onChange }: TabsProps) {
  const list = useRef<HTMLDivElement>(null)

  const onKeyDown = (event: KeyboardEvent) => {
    const move = moves[event.key]
    const index = tabs.findIndex((tab) => tab.id === value)
    const next = move && tabs[move(Math.max(index, 0), tabs.length)]
    if (!next) return
    event.preventDefault()
    onChange(next.id)
    list.current?.querySelector<HTMLElement>(`#${CSS.escape(`tab-${next.id}`)}`)?.focus()
  }

  return (
    <div ref={list} role="tablist" aria-label={label} onKeyDown={onKeyDown} className="flex gap-1">
      {tabs.map(({ id, title }) => {
        const isChosen = id === value
        return (
          <button
            key={id}
            type="button"
            role="tab"
            id={`tab-${id}`}
            aria-controls={`panel-${id}`}
            aria-selected={isChosen}
            tabIndex={isChosen ? 0 : -1}
            onClick={() => onChange(id)}
            className={classes(
              'relative h-11 px-2 text-sm transition-colors -outline-offset-2 after:absolute after:inset-x-2 after:-bottom-px after:h-0.5',
              isChosen ? 'font-medium text-ink after:bg-ink' : 'text-soft after:bg-transparent hover:text-ink',
            )}
          >
            {title}
          </button>
        )
      })}
    </div>
  )
}
