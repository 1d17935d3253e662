import type { StoreChange } from './store.ts'

/** Tells every listener in every window of this browser, including this one, what has changed. */
export interface Changes {
  tell(change: StoreChange): void
  subscribe(listener: (change: StoreChange) => void): () => void
  close(): void
}

export function openChanges(name: string): Changes {
  const listeners = new Set<(change: StoreChange) => void>()
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(`${name}-changes`)

  const tellHere = (change: StoreChange) => {
    for (const listener of [...listeners]) listener(change)
  }
  channel?.addEventListener('message', ({ data }: MessageEvent<StoreChange>) => tellHere(data))

  return {
    tell(change) {
      channel?.postMessage(change)
      tellHere(change)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      listeners.clear()
      channel?.close()
    },
  }
}
