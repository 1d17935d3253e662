import { type PointerEvent, type RefObject, useRef, useState } from 'react'
import type { VirtualizerHandle } from 'virtua'
import type { PictureId } from '#domain/ids.ts'
import type { Contents } from './contents.ts'
import type { GridSelection } from './grid-selection.ts'
import { isRun } from './items.ts'
import type { Lines } from './lines.ts'
import { gapPx, type TileLayout } from './use-tile-layout.ts'

interface RubberBandProps {
  scroller: RefObject<HTMLElement | null>
  list: RefObject<VirtualizerHandle | null>
  lines: Lines
  contents: Contents
  layout: TileLayout | undefined
  select: GridSelection
}

/** In px of the scrolled content. */
interface Box {
  left: number
  top: number
  width: number
  height: number
}

interface Drag {
  pointerId: number
  startX: number
  startY: number
  /** In px of the window: the last position of the pointer. */
  atX: number
  atY: number
  frame?: number
  /** The previous selection, which Shift, Ctrl or ⌘ keeps. */
  base: ReadonlySet<PictureId>
}

const edgePx = 32
const leastPx = 4

/** Selects the tiles that a dragged rectangle touches. It starts between tiles only, and scrolls at the edges. */
export function useRubberBand(props: RubberBandProps) {
  const [box, setBox] = useState<Box>()
  const drag = useRef<Drag>(undefined)
  const lastBox = useRef<Box>(undefined)
  const { scroller, select } = props

  const toContent = (x: number, y: number) => {
    const element = scroller.current
    const frame = element?.getBoundingClientRect()
    return { x: x - (frame?.left ?? 0), y: y - (frame?.top ?? 0) + (element?.scrollTop ?? 0) }
  }
  const update = () => {
    const now = drag.current
    if (!now) return
    const { x, y } = toContent(now.atX, now.atY)
    const next = boxBetween(x, y, now.startX, now.startY)
    if (next.width < leastPx && next.height < leastPx) return
    setBox(next)
    lastBox.current = next
    const ranges = rangesIn(next, props)
    select.acts.replace(async () => {
      // Only the last box is read, also after the button is released.
      if (lastBox.current !== next) return undefined
      return [...now.base, ...(await readIds(ranges, props.contents))]
    })
  }
  const scrollAtEdge = () => {
    const [element, now] = [scroller.current, drag.current]
    if (!element || !now) return
    const { top, bottom } = element.getBoundingClientRect()
    const by = now.atY < top + edgePx ? now.atY - top - edgePx : Math.max(0, now.atY - bottom + edgePx)
    if (by !== 0) {
      element.scrollTop += by / 2
      update()
    }
    now.frame = requestAnimationFrame(scrollAtEdge)
  }

  const end = () => {
    if (drag.current?.frame !== undefined) cancelAnimationFrame(drag.current.frame)
    drag.current = undefined
    setBox(undefined)
  }
  return {
    box,
    handlers: {
      onPointerDown(event: PointerEvent<HTMLElement>) {
        if (event.button !== 0 || event.pointerType !== 'mouse' || !isAir(event)) return
        const keeps = event.shiftKey || event.ctrlKey || event.metaKey
        const { x, y } = toContent(event.clientX, event.clientY)
        const base = keeps ? select.selection.ids : new Set<PictureId>()
        drag.current = {
          pointerId: event.pointerId,
          startX: x,
          startY: y,
          atX: event.clientX,
          atY: event.clientY,
          base,
        }
        event.currentTarget.setPointerCapture(event.pointerId)
        if (!keeps && select.selection.ids.size > 0) select.acts.clear()
        scrollAtEdge()
      },
      onPointerMove(event: PointerEvent) {
        if (drag.current?.pointerId !== event.pointerId) return
        drag.current.atX = event.clientX
        drag.current.atY = event.clientY
        update()
      },
      onPointerUp: end,
      onPointerCancel: end,
    },
  }
}

function boxBetween(x: number, y: number, startX: number, startY: number): Box {
  const [left, top] = [Math.min(x, startX), Math.min(y, startY)]
  return { left, top, width: Math.abs(x - startX), height: Math.abs(y - startY) }
}

/** Not on a tile, not on a button, and not on the scrollbar. */
function isAir({ target, currentTarget, clientX }: PointerEvent<HTMLElement>): boolean {
  if (!(target instanceof Element) || target.closest('[role="gridcell"], button')) return false
  return clientX < currentTarget.getBoundingClientRect().left + currentTarget.clientWidth
}

type PlaceRange = readonly [from: number, to: number]

/** The positions under a box, line by line. */
function rangesIn(box: Box, { list, lines, contents, layout, scroller }: RubberBandProps): PlaceRange[] {
  const handle = list.current
  if (!handle || !layout) return []
  const first = handle.findItemIndex(box.top)
  const last = handle.findItemIndex(box.top + box.height)
  const marginPx = scroller.current ? Number.parseFloat(getComputedStyle(scroller.current).paddingLeft) || 0 : 0
  const ranges: PlaceRange[] = []
  for (let index = first; index <= last; index += 1) {
    const line = lines.at(index)
    if (!line || line.kind === 'heading') continue
    const [from, to] = placesIn(line, box.left - marginPx, box.left - marginPx + box.width, layout, contents)
    if (from <= to) ranges.push([from, to])
  }
  return ranges
}

async function readIds(ranges: readonly PlaceRange[], contents: Contents): Promise<PictureId[]> {
  const ids: PictureId[] = []
  for (const [from, to] of ranges) ids.push(...((await contents.idsBetween(from, to)) ?? loadedIds(contents, from, to)))
  return ids
}

/** The images of a range that are loaded, for a list that has a newer result. */
function loadedIds(contents: Contents, from: number, to: number): PictureId[] {
  const ids: PictureId[] = []
  for (let place = from; place <= to; place += 1) {
    const item = contents.itemAt(place)
    if (item && !isRun(item)) ids.push(...(contents.groupAt(place).stack ?? [item.id]))
  }
  return ids
}

/** The positions of a line between two left offsets, in px from its own left. */
function placesIn(
  line: { first: number; count: number; heightPx?: number },
  left: number,
  right: number,
  { tilePx }: TileLayout,
  contents: Contents,
): PlaceRange {
  let [from, to] = [line.first + line.count, line.first - 1]
  let x = 0
  for (let place = line.first; place < line.first + line.count; place += 1) {
    const width = line.heightPx === undefined ? tilePx : contents.ratioAt(place) * line.heightPx
    if (x <= right && x + width >= left) {
      from = Math.min(from, place)
      to = place
    }
    x += width + gapPx
  }
  return [from, to]
}
