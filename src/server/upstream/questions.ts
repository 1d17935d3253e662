/** Longer than an answer usually takes: a call that hangs holds up nobody else. */
const patienceMs = 1000

/**
 * The same question, asked by many at a time, goes out once. Nobody gets an answer to a call that was begun before the own
 * question came: it may be of an hour that has passed. So whoever comes while one is on its way shares the next.
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

/** Resolves when it is over, however it ended, or when it takes too long. */
function settled(answer: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patienceMs)
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    answer.then(done, done)
  })
}
