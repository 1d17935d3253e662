import type { FocusEvent, KeyboardEvent } from 'react'
import { selectAllAct, stackAct } from '#acts/gallery-acts.ts'
import { performKey } from '#acts/image-keys.ts'
import { findShortcut } from '#ui/shortcut.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import type { CellActs } from './cell-acts.ts'
import type { Contents } from './contents.ts'
import type { GridSelection } from './grid-selection.ts'
import { type Item, isRun } from './items.ts'
import { type Lines, movePlace } from './lines.ts'
import type { Group } from './shelf-window.ts'
import type { RovingCommands } from './use-roving.ts'

const [stackKeys = ''] = stackAct.keys
const allKeys = selectAllAct.keys.map((keys) => [keys, true] as const)

interface GridHandlers {
  contents: Contents
  lines: Lines
  pageRows: () => number
  roving: RovingCommands
  acts: CellActs
  select: GridSelection
}

/** Keys and focus, for all cells in one place. */
export function createGridHandlers({ contents, lines, pageRows, roving, acts, select }: GridHandlers) {
  return {
    onKeyDown(event: KeyboardEvent) {
      const isOnGrid = event.target === event.currentTarget
      const under = placeUnder(event)
      if (under === undefined && !isOnGrid) return
      // Quick presses count from where the focus is going, not from where it still is.
      const place = roving.coming() ?? under
      if (place === undefined) return
      const item = roving.itemAt(place)
      if (event.altKey) return isOnGrid ? undefined : moveByHand(event, item, acts)
      const group = contents.groupAt(place)
      if (pressSelection(event, { place, item, group }, select)) return event.preventDefault()
      const hasMod = event.ctrlKey || event.metaKey
      const next = hasMod && event.key.startsWith('Arrow') ? undefined : movePlace(lines, place, event.key, pageRows())
      // While no image has the focus, no image is acted on.
      if (next === undefined) return item && !isOnGrid && pressOn(item, group, event, acts, select)
      event.preventDefault()
      roving.focusPlace(next)
      if (event.shiftKey) select.acts.extend(next, place, false)
      else showOnStage(roving.itemAt(next))
    },
    onFocus({ target }: FocusEvent) {
      const place = target.closest<HTMLElement>('[data-place-number]')?.dataset.placeNumber
      if (place !== undefined) roving.follow(Number(place))
    },
    onBlur({ currentTarget, relatedTarget }: FocusEvent) {
      if (!(relatedTarget instanceof Node) || !currentTarget.contains(relatedTarget)) roving.leave()
    },
  }
}

/** Arrow keys also move the stage, if it shows an image and nothing is compared. */
function showOnStage(item: Item | undefined) {
  const { selected, comparing, choose } = useWorkspace.getState()
  if (item && !isRun(item) && selected !== undefined && !comparing) choose(item.id)
}

/** Keys are for the cell itself, not for controls inside it. */
function placeUnder({ target }: { target: EventTarget }): number | undefined {
  if (!(target instanceof HTMLElement) || !target.matches('[role="gridcell"][data-place-number]')) return undefined
  return Number(target.dataset.placeNumber)
}

/** Keys that change the selection. `true`: it was one. */
function pressSelection(
  event: KeyboardEvent,
  { place, item, group }: { place: number; item: Item | undefined; group: Group },
  { acts }: GridSelection,
) {
  if (findShortcut(allKeys, event.nativeEvent)) {
    acts.all()
    return true
  }
  if (event.key === 'Escape' && (acts.now().ids.size > 0 || acts.settled())) {
    acts.clear()
    return true
  }
  if (event.key !== ' ' || !item || isRun(item)) return false
  if (event.shiftKey) acts.extend(place, place, false)
  else acts.toggle(item.id, group.stack)
  return true
}

/** Alt and an arrow key move an image within a collection's manual order. */
function moveByHand(event: KeyboardEvent, item: Item | undefined, { collected }: CellActs): void {
  const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : undefined
  if (by === undefined || !item || isRun(item) || !collected) return
  // Outside a collection it is the browser's key for "back".
  event.preventDefault()
  collected.moveBy(item.id, by)
}

/** Opens the item, or performs the act for the key. */
function pressOn(item: Item, group: Group, event: KeyboardEvent, acts: CellActs, select: GridSelection): void {
  const opens = (event.key === 'Enter' || event.key === ' ') && !event.ctrlKey && !event.metaKey
  if (opens) {
    event.preventDefault()
    if (isRun(item)) event.currentTarget.querySelector<HTMLElement>(':focus button')?.focus()
    else acts.open(item)
  } else if (!isRun(item)) {
    const isStack = group.stack !== undefined || group.opened !== undefined
    if (isStack && acts.turnStack && findShortcut([[stackKeys, true]], event.nativeEvent)) {
      event.preventDefault()
      acts.turnStack(item, group.stack !== undefined)
    } else if (select.acts.settled() || select.isMeant(item.id)) select.pressKey(event.nativeEvent, item, acts.commands)
    else performKey(event.nativeEvent, 'gallery', [item], acts.commands)
  }
}
