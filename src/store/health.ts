import type { StoreHealth } from './store.ts'

/** The state of the store as one value: the most serious one of its connections. */
export interface Health {
  readonly value: StoreHealth
  report(connection: string, health: StoreHealth): void
  subscribe(listener: (health: StoreHealth) => void): () => void
}

const severity: readonly StoreHealth[] = ['ok', 'blocked', 'memory', 'outdated']

export function createHealth(): Health {
  const reports = new Map<string, StoreHealth>()
  const listeners = new Set<(health: StoreHealth) => void>()
  const worst = () => severity.findLast((health) => [...reports.values()].includes(health)) ?? 'ok'
  let value: StoreHealth = 'ok'

  return {
    get value() {
      return value
    },
    report(connection, health) {
      reports.set(connection, health)
      if (worst() === value) return
      value = worst()
      for (const listener of [...listeners]) listener(value)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
