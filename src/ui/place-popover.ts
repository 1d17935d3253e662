const gapPx = 4
const edgePx = 8

/** Under the anchor, ends aligned; above it, or shifted, where the window ends. Not every browser has anchors of its own yet. */
export function placePopover(popover: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = popover
  const fitsBelow = at.bottom + gapPx + height + edgePx <= window.innerHeight
  const top = fitsBelow ? at.bottom + gapPx : at.top - gapPx - height
  const left = Math.min(at.right - width, window.innerWidth - width - edgePx)
  popover.style.top = `${Math.max(edgePx, top)}px`
  popover.style.left = `${Math.max(edgePx, left)}px`
}
