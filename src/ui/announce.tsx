import { useSyncExternalStore } from 'react'

type Urgency = 'polite' | 'assertive'

let said: Readonly<Record<Urgency, string>> = { polite: '', assertive: '' }
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Has a screen reader say something that is otherwise only visible. */
export function announce(text: string, urgency: Urgency = 'polite'): void {
  // Repeating the same text is no change and would not be spoken; an added space makes it differ.
  said = { ...said, [urgency]: said[urgency] === text ? `${text}\u00A0` : text }
  for (const listener of listeners) listener()
}

/** The live regions for `announce`; once per page. */
export function Announcer() {
  const words = useSyncExternalStore(subscribe, () => said)
  return (
    <div className="sr-only">
      <div aria-live="polite">{words.polite}</div>
      <div aria-live="assertive">{words.assertive}</div>
    </div>
  )
}
