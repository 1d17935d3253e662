import { afterEach, expect, test, vi } from 'vitest'
import { askWorker } from '#imaging/edit/ask-worker.ts'
import { lateWorkers } from '../support/late-workers.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

test('a worker without a result is ended after 90 seconds, and that is said in words', async () => {
  vi.useFakeTimers()
  const asked = lateWorkers()
  const signal = new AbortController().signal
  const said = askWorker(['/worker.js', 'work'], {}, () => undefined, signal).catch((error: Error) => error.message)
  await vi.advanceTimersByTimeAsync(89_999)
  expect(asked).toMatchObject([{ isEnded: false }])
  await vi.advanceTimersByTimeAsync(1)
  expect(await said).toBe('It took more than 90 seconds.')
  expect(asked).toMatchObject([{ isEnded: true }])
  expect(vi.getTimerCount()).toBe(0)
})

test('a worker that is done, or no longer wanted, is ended and leaves no timer', async () => {
  vi.useFakeTimers()
  const asked = lateWorkers()
  const ending = new AbortController()
  const done = askWorker(['/worker.js', 'work'], {}, () => undefined, ending.signal)
  asked[0]?.answer({ kind: 'done', result: 7 })
  expect(await done).toBe(7)
  const stopped = askWorker(['/worker.js', 'work'], {}, () => undefined, ending.signal)
  ending.abort()
  await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  expect(asked).toMatchObject([{ isEnded: true }, { isEnded: true }])
  expect(vi.getTimerCount()).toBe(0)
})
