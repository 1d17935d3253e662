import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSharedQuestions } from '#server/upstream/questions.ts'

interface Call {
  question: string
  answer(text: string): void
  fail(): void
}

let calls: Call[]
let share: (question: string) => Promise<string>
/** Lets all promises that are settled take their effect. */
const settle = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => {
  vi.useFakeTimers()
  calls = []
  share = createSharedQuestions(
    (question) =>
      new Promise((resolve, reject) => {
        calls.push({ question, answer: resolve, fail: () => reject(new Error('no answer')) })
      }),
  )
})
afterEach(() => {
  vi.useRealTimers()
})

describe('equal questions', () => {
  it('that come while one is under way share the next one, which starts after it', async () => {
    const first = share('a')
    await settle()
    const later = [share('a'), share('a')]
    await settle()
    expect(calls).toHaveLength(1)
    calls[0]?.answer('one')
    expect(await first).toBe('one')
    await settle()
    expect(calls).toHaveLength(2)
    const last = share('a')
    await settle()
    expect(calls).toHaveLength(2)
    calls[1]?.answer('two')
    expect(await Promise.all(later)).toEqual(['two', 'two'])
    await settle()
    calls[2]?.answer('three')
    expect(await last).toBe('three')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('do not wait for others', async () => {
    void share('a')
    void share('b')
    await settle()
    expect(calls.map(({ question }) => question)).toEqual(['a', 'b'])
  })

  it('wait for one that hangs for a second at most', async () => {
    void share('a')
    await settle()
    void share('a')
    await vi.advanceTimersByTimeAsync(999)
    expect(calls).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(calls).toHaveLength(2)
    // The first one still has no answer: who comes now waits for the second one.
    const third = share('a')
    await settle()
    expect(calls).toHaveLength(2)
    calls[0]?.answer('old')
    await settle()
    expect(calls).toHaveLength(2)
    calls[1]?.answer('two')
    await settle()
    calls[2]?.answer('three')
    expect(await third).toBe('three')
  })

  it('are forgotten when they are over: the next one waits for nothing', async () => {
    for (const end of ['answer', 'fail'] as const) {
      const first = share('a').catch(() => undefined)
      await settle()
      calls.at(-1)?.[end]('over')
      await first
      await settle()
      const next = share('a')
      // A wait would have a time limit.
      expect(vi.getTimerCount()).toBe(0)
      await settle()
      calls.at(-1)?.answer('next')
      expect(await next).toBe('next')
      await settle()
    }
  })

  it('fail together, and the next one is asked all the same', async () => {
    const first = share('a')
    await settle()
    const later = share('a')
    calls[0]?.fail()
    await expect(first).rejects.toThrow('no answer')
    await settle()
    calls[1]?.answer('two')
    expect(await later).toBe('two')
    const next = share('a')
    await settle()
    calls[2]?.answer('three')
    expect(await next).toBe('three')
  })
})
