import { Check, type LucideIcon } from 'lucide-react'
import { type KeyboardEvent, type ToggleEvent, useId, useRef, useState } from 'react'
import { IconButton } from './button.tsx'
import { classes } from './classes.ts'
import { placePopover } from './place-popover.ts'
import { describeShortcut, findShortcut } from './shortcut.ts'

export interface MenuItem {
  label: string
  icon?: LucideIcon | undefined
  danger?: boolean | undefined
  /** Set for an option that can be on or off: a check mark shows that it is on. */
  isChecked?: boolean | undefined
  /** As for `findShortcut`. The open menu handles all of them; the first is shown. */
  keys?: readonly string[] | undefined
  onSelect: () => void
}

/** Items with a heading, which is also the group's accessible name. */
export interface MenuGroup {
  heading: string
  items: readonly MenuItem[]
}

interface MenuProps {
  label: string
  /** Shown below the icon. */
  word?: string
  icon: LucideIcon
  items: readonly (MenuItem | MenuGroup)[]
}

const stacked =
  'inline-flex h-12 min-w-11 flex-col items-center justify-center gap-0.5 rounded-sm px-0.5 text-soft text-xs hover:bg-hover hover:text-ink'

/** A button and the list it opens. The list is in the top layer; a press outside and Escape close it. */
export function Menu({ label, word, icon: Icon, items }: MenuProps) {
  const id = useId()
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLSpanElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const entries = () => [...(list.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])]

  const onToggle = (event: ToggleEvent<HTMLDivElement>) => {
    const isOpen = event.newState === 'open'
    setOpen(isOpen)
    if (!isOpen || !button.current) return
    placePopover(event.currentTarget, button.current)
    entries()[0]?.focus()
  }

  const select = (item: MenuItem) => {
    list.current?.hidePopover()
    item.onSelect()
  }

  const onKeyDown = (event: KeyboardEvent) => {
    // Keys belong to the menu, not to what is behind it or elsewhere on the page.
    event.stopPropagation()
    const all = items.flatMap((each) => ('heading' in each ? each.items : each))
    const item = findShortcut(
      all.flatMap((each) => (each.keys ?? []).map((keys) => [keys, each] as const)),
      event.nativeEvent,
    )
    if (item) {
      event.preventDefault()
      return select(item)
    }
    const drawn = entries()
    const index = drawn.indexOf(document.activeElement as HTMLElement)
    const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: drawn.length - 1 }[event.key]
    if (event.key === 'Tab') list.current?.hidePopover()
    if (event.key === 'Escape') {
      // Closes only the menu; what is behind it also listens for Escape.
      event.stopPropagation()
      list.current?.hidePopover()
    }
    if (next === undefined) return
    event.preventDefault()
    drawn[(next + drawn.length) % drawn.length]?.focus()
  }

  const opener = { popoverTarget: id, 'aria-haspopup': 'menu', 'aria-expanded': open } as const
  return (
    <>
      <span ref={button} className="inline-flex">
        {word ? (
          <button type="button" {...opener} aria-label={label} className={stacked}>
            <Icon size={16} strokeWidth={1.75} aria-hidden />
            {word}
          </button>
        ) : (
          <IconButton label={label} icon={Icon} {...opener} />
        )}
      </span>
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        // Its entries are reached by arrow keys only; a long menu also has to be scrollable by keys.
        tabIndex={0}
        onToggle={onToggle}
        onKeyDown={onKeyDown}
        className="popover min-w-44 p-1"
      >
        {items.map((each) =>
          'heading' in each ? (
            <Group key={each.heading} group={each} onSelect={select} />
          ) : (
            <Item key={each.label} item={each} onSelect={select} />
          ),
        )}
      </div>
    </>
  )
}

function Group({ group: { heading, items }, onSelect }: { group: MenuGroup; onSelect: (item: MenuItem) => void }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be part of a menu
    <div
      role="group"
      aria-label={heading}
      className="mt-1 border-line border-t pt-1 first:mt-0 first:border-t-0 first:pt-0"
    >
      <p aria-hidden className="px-2 pt-1.5 pb-1 text-faint text-xs">
        {heading}
      </p>
      {items.map((item) => (
        <Item key={item.label} item={item} onSelect={onSelect} />
      ))}
    </div>
  )
}

function Item({ item, onSelect }: { item: MenuItem; onSelect: (item: MenuItem) => void }) {
  const { label, danger, isChecked, keys } = item
  const Icon = isChecked ? Check : item.icon
  return (
    <button
      type="button"
      {...(isChecked === undefined ? { role: 'menuitem' } : { role: 'menuitemcheckbox', 'aria-checked': isChecked })}
      tabIndex={-1}
      onClick={() => onSelect(item)}
      className={classes(
        'flex h-8 w-full items-center gap-2 rounded-sm px-2 text-left text-sm max-middle:h-11 hover:bg-hover focus:bg-hover focus-visible:-outline-offset-2',
        danger ? 'text-danger' : 'text-ink',
      )}
    >
      {Icon ? <Icon size={16} strokeWidth={1.75} aria-hidden /> : <span className="size-4" />}
      <span className="flex-1">{label}</span>
      {keys?.[0] && (
        <kbd aria-hidden className="pl-4 font-sans text-faint text-xs pointer-coarse:hidden">
          {describeShortcut(keys[0])}
        </kbd>
      )}
    </button>
  )
}
