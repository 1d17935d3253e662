import { useEffect, useRef } from 'react'

const delayMs = 400
const gapPx = 6
const edgePx = 8

/**
 * Shows the name of the icon button that is hovered or focused; once per page. In the top layer, because columns clip.
 */
export function Tooltips() {
  const tip = useRef<HTMLDivElement>(null)

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const hide = () => {
      clearTimeout(timer)
      tip.current?.hidePopover()
    }
    const show = (event: Event) => {
      hide()
      const owner = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-tip]') : null
      const isTouch = event instanceof PointerEvent && event.pointerType === 'touch'
      if (!owner || isTouch || (event.type === 'focusin' && !owner.matches(':focus-visible'))) return
      timer = setTimeout(() => tip.current && draw(tip.current, owner), delayMs)
    }
    const listened = [
      ['pointerover', show],
      ['focusin', show],
      ['pointerdown', hide],
      ['keydown', hide],
      ['scroll', hide],
    ] as const
    for (const [type, listener] of listened) document.addEventListener(type, listener, { capture: true, passive: true })
    return () => {
      hide()
      for (const [type, listener] of listened) document.removeEventListener(type, listener, { capture: true })
    }
  }, [])

  return <div ref={tip} popover="manual" aria-hidden className="tip" />
}

function draw(tip: HTMLElement, owner: HTMLElement): void {
  if (!owner.isConnected || owner.getAttribute('aria-expanded') === 'true') return
  const keys = document.createElement('kbd')
  keys.textContent = owner.dataset.tipKeys ?? ''
  tip.replaceChildren(owner.dataset.tip ?? '', keys)
  tip.showPopover()
  const at = owner.getBoundingClientRect()
  const fitsBelow = at.bottom + gapPx + tip.offsetHeight + edgePx <= window.innerHeight
  const left = at.left + at.width / 2 - tip.offsetWidth / 2
  tip.style.left = `${Math.max(edgePx, Math.min(left, window.innerWidth - tip.offsetWidth - edgePx))}px`
  tip.style.top = `${fitsBelow ? at.bottom + gapPx : at.top - gapPx - tip.offsetHeight}px`
}
