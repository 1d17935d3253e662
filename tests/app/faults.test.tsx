import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { waitOrWake } from '#generation/wake.ts'
import { emptyWorkspace } from '../support/in-page.tsx'
import { renderEditor } from '../support/render-editor.tsx'

describe('a press', () => {
  beforeEach(emptyWorkspace)

  test('P09 under effects that run twice, and of a form that was taken away and put back, makes one run', async () => {
    const { sent, show } = await renderEditor()
    show({ reactStrictMode: true }).unmount()
    show({ reactStrictMode: true })
    await userEvent.type(await screen.findByRole('textbox', { name: 'Prompt' }), 'a lake')
    await userEvent.click(screen.getByRole('button', { name: /^Generate/ }))
    expect(sent).toHaveLength(1)
  })
})

describe('a pause', () => {
  const never = new AbortController().signal
  const hourMs = 3_600_000

  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Begins a pause of an hour and tells whether `wake` ends it at once. */
  async function endsBy(wake: () => unknown): Promise<boolean> {
    let ended = false
    const pausing = waitOrWake(hourMs, never).then(() => {
      ended = true
    })
    await wake()
    await vi.advanceTimersByTimeAsync(0)
    const atOnce = ended
    await vi.advanceTimersByTimeAsync(hourMs)
    await pausing
    return atOnce
  }

  test.each([
    [
      'T06 the window is seen again after its timers were throttled',
      () => document.dispatchEvent(new Event('visibilitychange')),
    ],
    ['T07 the window comes back out of the cache', () => window.dispatchEvent(new Event('pageshow'))],
    ['T07 the window thaws', () => document.dispatchEvent(new Event('resume'))],
    ['P14 the network is back', () => window.dispatchEvent(new Event('online'))],
    [
      'T04 the machine has slept for two hours',
      () => {
        vi.setSystemTime(Date.now() + 2 * hourMs)
        return vi.advanceTimersByTimeAsync(5_000)
      },
    ],
  ])('%s: it ends, and the next question is asked at once', async (_title, wake) => {
    expect(await endsBy(wake)).toBe(true)
  })

  test('T06 goes on while nothing happens', async () => {
    expect(await endsBy(() => vi.advanceTimersByTimeAsync(60_000))).toBe(false)
  })
})
