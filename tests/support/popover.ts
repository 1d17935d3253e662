/** A fake of the popover API, which happy-dom lacks. Opening and closing send `toggle` events, as in browsers. */
export function addPopovers(): void {
  const turn = (element: HTMLElement, isOpen: boolean) => {
    if (element.hasAttribute('data-popover-open') === isOpen) return
    element.toggleAttribute('data-popover-open', isOpen)
    element.style.display = isOpen ? '' : 'none'
    element.dispatchEvent(Object.assign(new Event('toggle'), { newState: isOpen ? 'open' : 'closed' }))
  }
  Object.assign(HTMLElement.prototype, {
    showPopover(this: HTMLElement) {
      turn(this, true)
    },
    hidePopover(this: HTMLElement) {
      turn(this, false)
    },
  })
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('[popovertarget]') : null
    const popover = button && document.getElementById(button.getAttribute('popovertarget') ?? '')
    if (popover) turn(popover, !popover.hasAttribute('data-popover-open'))
  })
}
