import { useEffect } from 'react'

/** Parts of the page that have the focus in them. */
const areas = 'dialog, [popover], main > section'
/** Where the focus belongs in such a part. */
const homes = '[data-focus-home], [role="gridcell"][tabindex="0"]'

/**
 * Once per page. When the focused control goes away or is disabled, the focus moves to where it belongs in the same part
 * of the page. Otherwise it would be nowhere: letters would do nothing, and Tab would begin at the top of the page.
 */
export function KeptFocus(): null {
  useEffect(keepFocus, [])
  return null
}

function keepFocus(): () => void {
  let focused: Element | undefined
  /** The parts around it, from the inside out; last, the section that had the focus before a notice or a dialog. */
  let around: readonly Element[] = []
  let section: Element | undefined
  let frame = 0

  const isGone = () => focused !== undefined && (!focused.isConnected || focused.matches(':disabled'))
  const isLost = () => isGone() && (document.activeElement === document.body || document.activeElement === focused)

  function note(target: EventTarget | null) {
    if (!(target instanceof Element) || target === document.body) return
    focused = target
    const found = areasOf(target)
    section = found.find((area) => area.matches('section')) ?? section
    around = section && !found.includes(section) ? [...found, section] : found
  }
  const onFocus = ({ target }: FocusEvent) => note(target)
  function onBlur({ target }: FocusEvent) {
    // Some browsers report this also for an element that is being removed.
    queueMicrotask(() => {
      if (focused === target && !isGone()) focused = undefined
    })
  }
  // Whatever moves the focus itself has done so two frames later.
  const look = () => {
    if (frame === 0 && isLost()) frame = requestAnimationFrame(() => requestAnimationFrame(settle))
  }
  function settle() {
    frame = 0
    if (isLost()) around.some(focusIn)
  }

  note(document.activeElement)
  const observer = new MutationObserver(look)
  observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ['disabled'] })
  document.addEventListener('focusin', onFocus)
  document.addEventListener('focusout', onBlur)
  return () => {
    observer.disconnect()
    cancelAnimationFrame(frame)
    document.removeEventListener('focusin', onFocus)
    document.removeEventListener('focusout', onBlur)
  }
}

function areasOf(element: Element): Element[] {
  const area = element.closest(areas)
  return area ? [area, ...(area.parentElement ? areasOf(area.parentElement) : [])] : []
}

/** Whether the part, or its home, has taken the focus: one that is hidden or was removed does not. */
function focusIn(area: Element): boolean {
  const target = area.querySelector<HTMLElement>(homes) ?? (area as HTMLElement)
  // On a touch screen a text field would open the keyboard.
  if (target.matches('textarea') && window.matchMedia('(pointer: coarse)').matches) return false
  target.focus({ preventScroll: true })
  return document.activeElement === target
}
