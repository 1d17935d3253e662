import { useSyncExternalStore } from 'react'

let nowMs = Date.now()
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

function tick(): void {
  nowMs = Date.now()
  for (const listener of listeners) listener()
}

/** One clock for all; it runs only while there are listeners. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(tick, 1000)
  nowMs = Date.now()
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time now in epoch ms, updated every second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs)
}

/** How long ago `sinceMs` (epoch ms) was, counting up. */
export function Elapsed({ sinceMs }: { sinceMs: number }) {
  const now = useNow()
  return <span>{describeDuration(now - sinceMs)}</span>
}

/** The time until `untilMs` (epoch ms), counting down to "0 s". */
export function Countdown({ untilMs }: { untilMs: number }) {
  const now = useNow()
  return <span>{describeDuration(Math.ceil((untilMs - now) / 1000) * 1000)}</span>
}

/** "8 s", "1 min 20 s", "2 h 5 min". */
export function describeDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const minutes = Math.floor(seconds / 60)
  if (minutes === 0) return `${seconds} s`
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
