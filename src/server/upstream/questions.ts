/** Longer than an answer usually takes, so that a hanging call does not hold up others. */
const timeoutMs = 1000

/**
 * Equal requests made at the same time are sent once. Nobody gets the answer to a call that started before their own
 * request, because its information may be older; so requests that come while a call is under way share the next one.
 */
export function createSharedQuestions<T>(ask: (question: string) => Promise<T>): (question: string) => Promise<T> {
  const last = new Map<string, { begun: boolean; answer: Promise<T> }>()

  return (question) => {
    const before = last.get(question)
    if (before && !before.begun) return before.answer
    const one = { begun: false, answer: begin() }
    last.set(question, one)
    return one.answer

    async function begin(): Promise<T> {
      await (before ? settled(before.answer) : undefined)
      one.begun = true
      try {
        return await ask(question)
      } finally {
        if (last.get(question) === one) last.delete(question)
      }
    }
  }
}

/** Resolves when it is over, however it ended, or after a time limit. */
function settled(answer: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs)
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    answer.then(done, done)
  })
}
