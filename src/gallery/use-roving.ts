import { type RefObject, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { VirtualizerHandle } from 'virtua'
import { type Item, keyOf, type Row } from './gallery-rows.ts'
import { countItems, itemAt, placeOf, rowOf } from './grid-keys.ts'

/** The same object as long as the grid lives. Places count all items of the grid. */
export interface RovingCommands {
  itemAt(place: number): Item | undefined
  placeOf(key: string): number | undefined
  /** Brings the item at a place into view and focuses it, as soon as it is drawn. */
  focusPlace(place: number): void
  /** The focus has come to a cell by other ways. */
  follow(key: string): void
  /** Which element draws an item. */
  register(key: string, element: HTMLElement | null): void
}

interface Roving {
  /** The one cell in the tab order. */
  activeKey: string | undefined
  place: number
  rowIndex: number
  commands: RovingCommands
}

/** How long a row may take to be drawn, in frames. */
const mostFrames = 60

/** One cell in the tab order, and the focus on cells that may not be drawn yet. */
export function useRoving(rows: readonly Row[], list: RefObject<VirtualizerHandle | null>): Roving {
  const [active, setActive] = useState<string>()
  const [lastPlace, setLastPlace] = useState(0)
  const found = useMemo(() => (active === undefined ? undefined : placeOf(rows, active)), [rows, active])
  // When the active item is gone, its place goes to the one that moved up.
  const place = found ?? Math.max(0, Math.min(lastPlace, countItems(rows) - 1))
  if (place !== lastPlace) setLastPlace(place)

  const latest = useRef(rows)
  useLayoutEffect(() => {
    latest.current = rows
  }, [rows])
  const commands = useMemo(() => createCommands(latest, list, setActive), [list])
  const item = itemAt(rows, place)
  return { activeKey: item && keyOf(item), place, rowIndex: rowOf(rows, place), commands }
}

function createCommands(
  rows: RefObject<readonly Row[]>,
  list: RefObject<VirtualizerHandle | null>,
  setActive: (key: string) => void,
): RovingCommands {
  const elements = new Map<string, HTMLElement>()
  let wanted: string | undefined

  /** A row is hidden until it is measured, and what is hidden takes no focus: another frame, another try. */
  function focusWanted(framesLeft = mostFrames) {
    const element = wanted === undefined ? undefined : elements.get(wanted)
    element?.focus({ preventScroll: true })
    const isDone = framesLeft === 0 || (element !== undefined && document.activeElement === element)
    if (isDone) wanted = undefined
    else if (wanted !== undefined) requestAnimationFrame(() => focusWanted(framesLeft - 1))
  }

  return {
    itemAt: (place) => itemAt(rows.current, place),
    placeOf: (key) => placeOf(rows.current, key),
    follow: setActive,
    focusPlace(place) {
      const item = itemAt(rows.current, place)
      if (!item) return
      setActive(keyOf(item))
      // The first line takes its heading along.
      if (place === 0) list.current?.scrollTo(0)
      else list.current?.scrollToIndex(rowOf(rows.current, place), { align: 'nearest' })
      const isWaiting = wanted !== undefined
      wanted = keyOf(item)
      if (!isWaiting) focusWanted()
    },
    register(key, element) {
      if (element) elements.set(key, element)
      else elements.delete(key)
    },
  }
}
