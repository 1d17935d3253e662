import { type RefObject, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { VirtualizerHandle } from 'virtua'
import type { Contents } from './contents.ts'
import { type Item, keyOf } from './items.ts'
import type { Lines } from './lines.ts'

/** The same object as long as the grid lives. Positions count everything in the grid. */
export interface RovingCommands {
  /** `undefined` if it is not loaded. */
  itemAt(place: number): Item | undefined
  /** How many positions there are. */
  places(): number
  place(): number
  /** The position that gets the focus as soon as its cell is rendered; until then another element has it. */
  coming(): number | undefined
  /** Scrolls to the item at a position and focuses it when it is rendered. */
  focusPlace(place: number): void
  /** Like `focusPlace`, with the line and its heading at the top. */
  goTo(place: number): void
  /** The focus came to a cell in another way. */
  follow(place: number): void
  /** Called when the focus has left the grid. */
  leave(): void
  /** Restores the focus to the active cell if its element was recreated. */
  keepFocus(): void
  /** The element at a position. */
  register(place: number, element: HTMLElement | null): void
}

interface Roving {
  /** The one position in the tab order. */
  place: number
  lineIndex: number
  commands: RovingCommands
}

interface Shown {
  contents: Contents
  lines: Lines
}

/** For how many frames it is tried to focus a cell while something outside of the grid has the focus. */
const mostFrames = 90

/** One cell in the tab order, and focus for cells that may not be rendered yet. */
export function useRoving(
  shown: Shown,
  grid: RefObject<HTMLElement | null>,
  list: RefObject<VirtualizerHandle | null>,
): Roving {
  const [active, setActive] = useState<{ place: number; key: string | undefined }>({ place: 0, key: undefined })
  const { contents, lines } = shown
  const found = useMemo(
    () => (active.key === undefined ? undefined : contents.placeOfKey(active.key, active.place)),
    [contents, active],
  )
  // When the active item is gone, the one that moves up takes its position.
  const place = found ?? Math.max(0, Math.min(active.place, lines.places - 1))
  const item = contents.itemAt(place)
  const key = item && keyOf(item)
  if (place !== active.place || (key !== undefined && key !== active.key)) setActive({ place, key: key ?? active.key })

  const latest = useRef({ ...shown, place })
  useLayoutEffect(() => {
    latest.current = { contents, lines, place }
  }, [contents, lines, place])
  const commands = useMemo(() => createCommands(latest, grid, list, setActive), [grid, list])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the element of an image that moves to another line is recreated
  useLayoutEffect(() => commands.keepFocus(), [commands, contents, lines, place])
  return { place, lineIndex: lines.lineOf(place), commands }
}

function createCommands(
  latest: RefObject<Shown & { place: number }>,
  grid: RefObject<HTMLElement | null>,
  list: RefObject<VirtualizerHandle | null>,
  setActive: (active: { place: number; key: string | undefined }) => void,
): RovingCommands {
  const elements = new Map<number, HTMLElement>()
  let wanted: number | undefined
  let isInside = false
  const itemAt = (place: number) => latest.current.contents.itemAt(place)
  const activate = (place: number) => {
    const item = itemAt(place)
    setActive({ place, key: item && keyOf(item) })
  }

  /**
   * A line is hidden until it is measured, and hidden elements cannot be focused, so it is tried again in the next
   * frame. Until then the grid itself has the focus, so that a key pressed in between still acts in the gallery.
   */
  function focusWanted(framesLeft = mostFrames) {
    if (wanted === undefined) return
    const element = elements.get(wanted)
    element?.focus({ preventScroll: true })
    if (document.activeElement === document.body) grid.current?.focus({ preventScroll: true })
    const { activeElement } = document
    const isLate = framesLeft === 0 && activeElement !== grid.current
    if (isLate || !grid.current || (element !== undefined && activeElement === element)) wanted = undefined
    else requestAnimationFrame(() => focusWanted(Math.max(0, framesLeft - 1)))
  }

  const focusSoon = (place: number) => {
    activate(place)
    const isWaiting = wanted !== undefined
    wanted = place
    if (!isWaiting) focusWanted()
  }

  return {
    itemAt,
    places: () => latest.current.lines.places,
    place: () => latest.current.place,
    coming: () => (wanted === undefined ? undefined : latest.current.place),
    follow(place) {
      isInside = true
      // A cell that is pressed meanwhile keeps the focus.
      if (place !== wanted) wanted = undefined
      activate(place)
    },
    leave() {
      isInside = false
    },
    keepFocus() {
      const { activeElement } = document
      if (isInside && (activeElement === document.body || activeElement === grid.current))
        focusSoon(latest.current.place)
    },
    focusPlace(place) {
      const { lines } = latest.current
      if (place < 0 || place >= lines.places) return
      // The first line is scrolled to with its heading.
      if (place === 0) list.current?.scrollTo(0)
      else list.current?.scrollToIndex(lines.lineOf(place), { align: 'nearest' })
      focusSoon(place)
    },
    goTo(place) {
      const { lines } = latest.current
      const line = lines.lineOf(place)
      if (line < 0) return
      const heading = lines.at(line - 1)?.kind === 'heading' ? line - 1 : line
      // The room above the first heading is shown too.
      if (heading === 0) list.current?.scrollTo(0)
      else list.current?.scrollToIndex(heading, { align: 'start' })
      focusSoon(place)
    },
    register(place, element) {
      if (element) elements.set(place, element)
      else elements.delete(place)
    },
  }
}
