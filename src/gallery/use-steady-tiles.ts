import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react'

/**
 * Keeps tiles where they are on the screen when a selection begins or ends: the bar for it is higher than the head that
 * it replaces, so the next press would be on another tile.
 */
export function useSteadyTiles(scroller: RefObject<HTMLElement | null>, isSelecting: boolean): void {
  const now = useRef(isSelecting)
  useLayoutEffect(() => {
    now.current = isSelecting
  })
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    let was = now.current
    let topPx = element.getBoundingClientRect().top
    // It is told of the new height before that is painted.
    const observer = new ResizeObserver(() => {
      const { top } = element.getBoundingClientRect()
      if (was !== now.current) element.scrollTop += top - topPx
      was = now.current
      topPx = top
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [scroller])
}
