import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createIdleWork } from '#store/idle-work.ts'

describe('work in the background', () => {
  let steps: number
  let left: number
  const work = () =>
    createIdleWork(async () => {
      steps += 1
      return steps < left
    })

  beforeEach(() => {
    vi.useFakeTimers()
    steps = 0
    left = 3
  })
  afterEach(() => void vi.useRealTimers())

  it('begins ten seconds after the last call, goes on in steps, and ends when nothing is left', async () => {
    const idle = work()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(steps).toBe(0)
    expect(await idle.during(async () => 'an image')).toBe('an image')
    await vi.advanceTimersByTimeAsync(9_000)
    await idle.during(async () => 'another')
    await vi.advanceTimersByTimeAsync(9_900)
    expect(steps).toBe(0)
    await vi.advanceTimersByTimeAsync(200)
    expect(steps).toBe(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(steps).toBe(3)
    await idle.during(async () => 'more')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(steps).toBe(3)
  })

  it('waits while a call is under way, and does not begin again after an error', async () => {
    const idle = createIdleWork(async () => {
      steps += 1
      throw new Error('the disk is full')
    })
    let end: () => void = () => undefined
    const call = idle.during(
      () =>
        new Promise<void>((resolve) => {
          end = resolve
        }),
    )
    await idle.during(async () => undefined)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(steps).toBe(0)
    end()
    await call
    await vi.advanceTimersByTimeAsync(10_100)
    expect(steps).toBe(1)
    await idle.during(async () => undefined)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(steps).toBe(1)
  })

  it('of a call that fails begins as after any other', async () => {
    const idle = work()
    await expect(idle.during(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone')
    await vi.advanceTimersByTimeAsync(10_100)
    expect(steps).toBe(1)
  })
})
