import { useEffect, useEffectEvent } from 'react'
import { findShortcut } from '#ui/shortcut.ts'
import { type AppAct, placeOf } from './act.ts'

/**
 * Binds the keys of an act to a handler: anywhere in the window, or only while the focus is in one of the act's places.
 */
export function useActKey({ keys, where }: AppAct, handler: () => void, enabled = true): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const place = placeOf(event.target)
    if (where !== 'anywhere' && !(place && where.includes(place))) return
    if (
      !findShortcut(
        keys.map((each) => [each, true] as const),
        event,
      )
    )
      return
    event.preventDefault()
    handler()
  })
  useEffect(() => {
    if (!enabled) return
    const listen = (event: KeyboardEvent) => onKey(event)
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [enabled])
}
