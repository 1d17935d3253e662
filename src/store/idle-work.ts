/** Time without a call before work begins, and between two steps of it. */
const idleMs = 10_000
const betweenMs = 1_000

/**
 * Does work in steps while no call is under way. `step` resolves to whether more is left; after that, or after an error,
 * it is not called again. A call never waits for more than the step under way.
 */
export function createIdleWork(step: () => Promise<boolean>) {
  let calls = 0
  let isOver = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let working = false

  async function work() {
    working = true
    const isMore = await step().catch(() => false)
    working = false
    isOver = !isMore
    later(betweenMs)
  }

  function later(pauseMs: number) {
    clearTimeout(timer)
    if (calls === 0 && !isOver && !working) timer = setTimeout(() => void work(), pauseMs)
  }

  return {
    async during<T>(call: () => Promise<T>): Promise<T> {
      calls += 1
      clearTimeout(timer)
      try {
        return await call()
      } finally {
        calls -= 1
        later(idleMs)
      }
    },
  }
}
