import { type RefObject, useLayoutEffect, useMemo, useState } from 'react'

/** Between tiles, in CSS pixels. */
export const gapPx = 6
const marginPx = 12
const idealPx = 112
const leastPx = 96
const mostPx = 160

/** How many square tiles of 96 to 160 px stand beside each other, and how large they are. */
export function layTiles(widthPx: number): { columns: number; tilePx: number } {
  // A very wide gallery takes the largest tiles: what is in view stays few enough to draw quickly.
  const wish = widthPx > 900 ? mostPx : idealPx
  const room = widthPx + gapPx
  const fewest = Math.ceil(room / (mostPx + gapPx))
  const most = Math.max(1, Math.floor(room / (leastPx + gapPx)))
  const columns = Math.min(most, Math.max(fewest, Math.round(room / (wish + gapPx))))
  return { columns, tilePx: Math.max(1, Math.floor((widthPx - (columns - 1) * gapPx) / columns)) }
}

/** The layout for a scrolling element, whose margins are set here; `undefined` until its width is known. */
export function useTileLayout(element: RefObject<HTMLElement | null>): ReturnType<typeof layTiles> | undefined {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const box = element.current
    if (!box) return
    const measure = () => {
      // The scrollbar stands in the right margin, where it is one that takes room.
      const right = Math.max(2, marginPx - (box.offsetWidth - box.clientWidth))
      box.style.paddingInline = `${marginPx}px ${right}px`
      const inner = box.clientWidth - marginPx - right
      // A hidden gallery keeps its layout, and with it the place it was scrolled to.
      if (inner > 0) setWidth(inner)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(box)
    return () => observer.disconnect()
  }, [element])
  return useMemo(() => (width > 0 ? layTiles(width) : undefined), [width])
}
