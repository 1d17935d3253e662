import { vi } from 'vitest'

/**
 * Waits until the check holds. The limit is generous, because a busy machine may be slow and nothing here measures time;
 * pass a longer one where the code under test really waits.
 */
export function eventually<T>(check: () => T | Promise<T>, timeout = 30_000): Promise<T> {
  return vi.waitFor(check, { timeout, interval: 5 })
}
