/** Pauses, in ms, before a part is loaded again whose host did not answer. The last one is repeated. */
export const loadPausesMs: readonly number[] = [2_000, 5_000, 15_000, 30_000]

/** Resolves to `true` after the pause that follows the attempt `tries`, counted from 0; to `false` once `signal` aborts. */
export function pauseAfter(tries: number, pausesMs: readonly number[], signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isOver: boolean) => () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      resolve(isOver)
    }
    const stop = end(false)
    const timer = setTimeout(end(true), pausesMs[tries] ?? pausesMs.at(-1))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop)
  })
}

/** Repeats `work` after each pause until it succeeds or `signal` aborts. Never rejects. */
export async function untilDone(
  work: () => Promise<void>,
  pausesMs: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work()
    } catch {
      if (!(await pauseAfter(tries, pausesMs, signal))) return
    }
  }
}
