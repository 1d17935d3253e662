import { vi } from 'vitest'

interface AskedWorker {
  /** Sends a message to the page. */
  answer(data: unknown): void
  isEnded: boolean
}

/** Workers that answer when the test says so, in the order in which they got a job. */
export function lateWorkers(): readonly AskedWorker[] {
  const asked: AskedWorker[] = []
  class LateWorker extends EventTarget {
    readonly #own: AskedWorker = {
      answer: (data) => this.dispatchEvent(new MessageEvent('message', { data })),
      isEnded: false,
    }
    postMessage() {
      asked.push(this.#own)
    }
    terminate() {
      this.#own.isEnded = true
    }
  }
  vi.stubGlobal('Worker', LateWorker)
  return asked
}
