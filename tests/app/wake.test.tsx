import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { onWake, waitOrWake } from '#platform/wake.ts'

const never = new AbortController().signal
let visibility: DocumentVisibilityState

beforeEach(() => {
  vi.useFakeTimers()
  visibility = 'visible'
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility)
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Waits a minute; returns a function that says whether the wait has ended. */
function waitAMinute(signal = never) {
  const state = { over: false, reason: undefined as unknown }
  waitOrWake(60_000, signal).then(
    () => {
      state.over = true
    },
    (reason: unknown) => {
      state.reason = reason
    },
  )
  return state
}

describe('a pause', () => {
  it('T06 has its full length if nothing happens', async () => {
    const wait = waitAMinute()
    await vi.advanceTimersByTimeAsync(59_000)
    expect(wait.over).toBe(false)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(wait.over).toBe(true)
  })

  it.each([
    ['T06 the window is seen again', () => document.dispatchEvent(new Event('visibilitychange'))],
    ['T07 the page comes back from the browser’s cache', () => window.dispatchEvent(new Event('pageshow'))],
    ['T07 the page is thawed', () => document.dispatchEvent(new Event('resume'))],
    ['P14 the network is back', () => window.dispatchEvent(new Event('online'))],
  ])('%s: it ends', async (_when, happen) => {
    const wait = waitAMinute()
    happen()
    await vi.advanceTimersByTimeAsync(0)
    expect(wait.over).toBe(true)
  })

  it('continues when the window is hidden, and even then ends when the network comes back', async () => {
    const wait = waitAMinute()
    visibility = 'hidden'
    document.dispatchEvent(new Event('visibilitychange'))
    await vi.advanceTimersByTimeAsync(0)
    expect(wait.over).toBe(false)
    window.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(0)
    expect(wait.over).toBe(true)
  })

  it('T04 ends when the machine has slept, although there is no event for it', async () => {
    const wait = waitAMinute()
    await vi.advanceTimersByTimeAsync(6_000)
    vi.setSystemTime(Date.now() + 2 * 3_600_000)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(wait.over).toBe(true)
  })

  it('T05 does not get longer when the clock is set back', async () => {
    const wait = waitAMinute()
    await vi.advanceTimersByTimeAsync(6_000)
    vi.setSystemTime(Date.now() - 24 * 3_600_000)
    await vi.advanceTimersByTimeAsync(54_000)
    expect(wait.over).toBe(true)
  })

  it('ends with the reason of its signal, and leaves nothing behind', async () => {
    const stop = new AbortController()
    const wait = waitAMinute(stop.signal)
    stop.abort('stopped')
    await vi.advanceTimersByTimeAsync(0)
    expect(wait.reason).toBe('stopped')
    expect(vi.getTimerCount()).toBe(0)
    expect(waitAMinute(stop.signal).over).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })
})

it('all pauses share one check of the clock', () => {
  const stops = [onWake(() => undefined), onWake(() => undefined)]
  expect(vi.getTimerCount()).toBe(1)
  for (const stop of stops) stop()
  expect(vi.getTimerCount()).toBe(0)
})
