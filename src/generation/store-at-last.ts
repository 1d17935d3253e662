import { toFailure } from '#domain/failure.ts'
import type { RunnerPorts } from './ports.ts'

const pausesMs = [1_000, 2_000, 5_000, 10_000]
/** About an hour. Whoever has made no room by then hears of it by the rejection. */
const tries = 360

/**
 * What is known of a run that was paid for is not lost to a disk that is full for the moment: written again and again,
 * also after "stop waiting". The first refusal is told. A store that another window has outdated is left to that window.
 */
export async function storeAtLast<T>(
  { store, wait, refused }: Pick<RunnerPorts, 'store' | 'wait' | 'refused'>,
  write: () => Promise<T>,
): Promise<T> {
  const forever = new AbortController().signal
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await write()
    } catch (error) {
      const failure = toFailure(error)
      if (failure.kind !== 'storage' || store.health === 'outdated' || attempt === tries) throw error
      if (attempt === 0) refused?.(failure)
      await wait(pausesMs[Math.min(attempt, pausesMs.length - 1)] ?? 10_000, forever)
    }
  }
}
