import { vi } from 'vitest'

/** Waits until the check holds. Patient: on a busy machine what comes is late, and nothing here measures time. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 15_000, interval: 5 })
}
