const gapPx = 4
const edgePx = 8

/** Below the anchor, right-aligned; above it or shifted if the window has no room. CSS anchors are not in all browsers yet. */
export function placePopover(popover: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = popover
  const fitsBelow = at.bottom + gapPx + height + edgePx <= window.innerHeight
  const top = fitsBelow ? at.bottom + gapPx : at.top - gapPx - height
  const left = Math.min(at.right - width, window.innerWidth - width - edgePx)
  popover.style.setProperty('--top', `${Math.max(edgePx, top)}px`)
  popover.style.setProperty('--left', `${Math.max(edgePx, left)}px`)
}
