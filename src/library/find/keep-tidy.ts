import type { Search } from './search.ts'

/** Changes within this time are stored together. */
const pauseMs = 5_000

export interface Tidying {
  /** To be called after a change. */
  later(): void
  stop(): void
}

/** Stores what search has built when the window is idle, in one window at a time. */
export function keepTidy(search: Search, lockName: string): Tidying {
  let waiting: { timer?: ReturnType<typeof setTimeout> } = {}
  const tidy = async () => {
    waiting = {}
    const { locks } = globalThis.navigator ?? {}
    if (locks) await locks.request(lockName, { ifAvailable: true }, (lock) => (lock ? search.tidy() : undefined))
    else await search.tidy()
  }
  const later = () => {
    // What cannot be stored is built again at the next start.
    waiting.timer ??= setTimeout(() => void tidy().catch(() => undefined), pauseMs)
  }
  later()
  return { later, stop: () => clearTimeout(waiting.timer) }
}
