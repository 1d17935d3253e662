import { useEffect, useState } from 'react'

const soonMs = 2_000
const touches = ['pointerover', 'pointerdown', 'keydown', 'focusin', 'dragenter', 'paste'] as const

/** Whether the user has started to do something, or the first screen has been there for 2 s. */
export function useSoon(): boolean {
  const [isSoon, setIsSoon] = useState(false)
  useEffect(() => {
    const begin = () => setIsSoon(true)
    const timer = setTimeout(begin, soonMs)
    for (const kind of touches) document.addEventListener(kind, begin, { once: true, passive: true, capture: true })
    return () => {
      clearTimeout(timer)
      for (const kind of touches) document.removeEventListener(kind, begin, { capture: true })
    }
  }, [])
  return isSoon
}
