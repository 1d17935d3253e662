import { type RefObject, useLayoutEffect, useMemo, useState } from 'react'

/** Between tiles, in CSS pixels. */
export const gapPx = 6
const marginPx = 12
/** Range of tile widths in CSS pixels. */
export const tileLimits = { min: 72, max: 400 } as const
/** The most tiles in view, however large the window is. */
const mostInView = 90

export interface TileLayout {
  columns: number
  tilePx: number
  widthPx: number
}

/** How many square tiles of about `wishPx` fit side by side, and their size. */
export function layTiles(widthPx: number, heightPx: number, wishPx: number): TileLayout {
  // A large window gets larger tiles, so that what is in view can be drawn quickly.
  const least = Math.sqrt((widthPx * heightPx) / mostInView)
  const room = widthPx + gapPx
  const columns = Math.max(1, Math.round(room / (Math.max(wishPx, least) + gapPx)))
  return { columns, tilePx: Math.max(1, Math.floor((widthPx - (columns - 1) * gapPx) / columns)), widthPx }
}

/** The layout for a scrolling element, whose margins are set here; `undefined` until its width is known. */
export function useTileLayout(element: RefObject<HTMLElement | null>, wishPx: number): TileLayout | undefined {
  const [{ width, height }, setSize] = useState({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const box = element.current
    if (!box) return
    const measure = () => {
      // A scrollbar that takes room is in the right margin.
      const right = Math.max(2, marginPx - (box.offsetWidth - box.clientWidth))
      box.style.paddingInline = `${marginPx}px ${right}px`
      const inner = box.clientWidth - marginPx - right
      // A hidden gallery keeps its layout, and with it its scroll position.
      if (inner > 0) setSize({ width: inner, height: box.clientHeight })
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(box)
    return () => observer.disconnect()
  }, [element])
  return useMemo(() => (width > 0 ? layTiles(width, height, wishPx) : undefined), [width, height, wishPx])
}
