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
  return {
    itemAt: (place) => itemAt(rows.current, place),
    placeOf: (key) => placeOf(rows.current, key),
    follow: setActive,
    focusPlace(place) {
      const item = itemAt(rows.current, place)
      if (!item) return
      const key = keyOf(item)
      setActive(key)
      // The first line takes its heading along.
      if (place === 0) list.current?.scrollTo(0)
      else list.current?.scrollToIndex(rowOf(rows.current, place), { align: 'nearest' })
      const element = elements.get(key)
      wanted = element ? undefined : key
      element?.focus({ preventScroll: true })
    },
    register(key, element) {
      if (!element) {
        elements.delete(key)
        return
      }
      elements.set(key, element)
      if (wanted !== key) return
      wanted = undefined
      element.focus({ preventScroll: true })
    },
  }
}
