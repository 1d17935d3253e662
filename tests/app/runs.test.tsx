import { act, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { describeFailure, type Failure } from '#domain/failure.ts'
import type { RunId, TaskId } from '#domain/ids.ts'
import type { Marks, Run, RunState, StateIn } from '#domain/run.ts'
import { Gallery } from '#gallery/gallery.tsx'
import type { Generator } from '#generation/generator.ts'
import { RunAnnouncer } from '#runs/run-announcer.tsx'
import { runScreens } from '#runs/run-screens.ts'
import type { GalleryStore } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { closeNotices, gridcell, keep, openTestGallery, recipeOf, renderOver } from '../support/render-gallery.tsx'

const task = { provider: 'kie-kontext', taskId: 'task-7' as TaskId }
const links = { imageUrls: ['https://files.example/1.png'], spareUrls: [] } as const

function runOf(id: string, prompt: string, state: RunState, marks: Partial<Marks> = {}): Run {
  const own = { createdAt: Date.now(), priceCredits: 5, pace: 'kontext', ...marks }
  return { id: id as RunId, recipe: recipeOf(prompt), marks: own, state }
}

const sentAt = Date.now() - 8000
const working = { phase: 'working', sentAt, task } as const
const ready = { phase: 'ready', sentAt, finishedAt: Date.now(), task, ...links } as const
const failed = (failure: Failure, extra: Partial<StateIn<'failed'>> = {}): StateIn<'failed'> => ({
  phase: 'failed',
  failure,
  chargePossible: false,
  ...extra,
})

let store: GalleryStore
const onSettings = vi.fn()

async function show(...runs: readonly Run[]) {
  return showWith({}, ...runs)
}

async function showWith(own: Partial<Generator>, ...runs: readonly Run[]) {
  for (const run of runs) await store.saveRun(run)
  const openedAt = Date.now()
  const screens = (
    <>
      <Gallery runScreens={runScreens} simulated={false} onSettings={onSettings} />
      <RunAnnouncer openedAt={openedAt} />
    </>
  )
  return renderOver(store, screens, own)
}

beforeEach(async () => {
  store = await openTestGallery()
  onSettings.mockReset()
})
afterEach(() => {
  closeNotices()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a running run', () => {
  it.each<[string, RunState, RegExp]>([
    ['queued', { phase: 'queued' }, /Queued/],
    ['sending', { phase: 'sending', sentAt }, /Sending.*\b8 s/],
    ['working', working, /Working.*\b8 s/],
    ['ready', ready, /Downloading/],
  ])('is a cell that says %s, its model and its clock', async (phase, state, words) => {
    vi.useFakeTimers({ toFake: ['Date'], now: sentAt + 8_000 })
    await show(runOf('run-1', 'A red fox', state))
    const cell = await gridcell.find(/^A red fox, /)
    expect(cell).toHaveAttribute('data-run-id', 'run-1')
    expect(cell).toHaveAttribute('data-phase', phase)
    expect(cell).toHaveTextContent(words)
    expect(cell).toHaveTextContent('Flux Kontext Pro')
  })

  it('can be taken back while nothing was sent, and is otherwise only stopped waiting', async () => {
    const { asked } = await show(runOf('run-1', 'Not sent', { phase: 'queued' }), runOf('run-2', 'Sent', working))
    await userEvent.click(gridcell.button(await gridcell.find(/^Not sent/), 'Remove'))
    await userEvent.click(gridcell.button(await gridcell.find(/^Sent/), 'Stop waiting'))
    expect(asked).toEqual(['remove run-1', 'stop run-2'])
    expect(screen.queryByRole('button', { name: /cancel/i })).toBeNull()
  })

  it('shows how long similar runs take, and when it takes longer', async () => {
    for (const id of ['a', 'b', 'c']) {
      const times = { sentAt: 1_000, finishedAt: 5_000 }
      await store.saveRun(runOf(id, id, { phase: 'saved', ...times, task, pictures: ['x'] } as unknown as RunState))
    }
    await show(
      runOf('run-1', 'On time', { ...working, sentAt: Date.now() }),
      runOf('run-2', 'Late', { ...working, sentAt: Date.now() - 9_000 }),
    )
    await waitFor(async () => expect(await gridcell.find(/^On time/)).toHaveTextContent(/usually 4\ss/))
    await waitFor(async () => expect(await gridcell.find(/^Late/)).toHaveTextContent('taking longer than usual'))
  })

  it('goes on without a connection and says so, in place of the model', async () => {
    await show(runOf('run-1', 'Offline', { ...working, trouble: { kind: 'unavailable', detail: 'x' } }))
    const cell = await gridcell.find(/^Offline/)
    expect(cell).toHaveTextContent('no connection, still trying')
    expect(cell).not.toHaveTextContent('Flux Kontext')
  })

  it('becomes its picture in the same cell', async () => {
    await keep(store, 'older', { prompt: 'Older', createdAt: Date.now() - 1000 })
    await show(runOf('run-of-p1', 'A red fox', ready))
    const cell = await gridcell.find(/^A red fox, downloading/)
    cell.focus()
    await keep(store, 'p1', { prompt: 'A red fox', createdAt: Date.now() })
    const saved = { phase: 'saved', sentAt, finishedAt: Date.now(), task, pictures: ['p1'] } as unknown as RunState
    await act(() => store.saveRun(runOf('run-of-p1', 'A red fox', saved)))
    const picture = await gridcell.find(/^A red fox, Flux Kontext Pro/)
    expect(picture).toBe(cell)
    expect(picture).toHaveFocus()
    expect(picture).not.toHaveAttribute('data-phase')
    expect(gridcell.names()[0]).toMatch(/^A red fox/)
  })
})

describe('a run that waits for a decision', () => {
  it('says that what was stopped may be billed, and looks again', async () => {
    const { asked } = await show(runOf('run-1', 'Slow', working, { stopped: true }))
    const cell = await gridcell.find(/^Slow, stopped waiting/)
    expect(cell).toHaveTextContent('Stopped waiting. It may still be billed.')
    await userEvent.click(gridcell.button(cell, 'Check again'))
    expect(asked).toEqual(['look run-1'])
  })

  it('says that what was made is not saved yet, and saves again', async () => {
    const trouble: Failure = { kind: 'storage', detail: 'the browser has no room left' }
    const { asked } = await show(runOf('run-1', 'No room', { ...ready, trouble }))
    const cell = await gridcell.find(/^No room, ready to download/)
    expect(cell).toHaveAttribute('data-phase', 'ready')
    expect(cell).toHaveTextContent(describeFailure(trouble))
    await userEvent.click(gridcell.button(cell, 'Save again'))
    expect(asked).toEqual(['look run-1'])
  })
})

const failures: readonly [Failure, string][] = [
  [{ kind: 'invalid', issues: [{ field: 'prompt', message: 'The prompt is too long.' }] }, 'Shorten the prompt'],
  [{ kind: 'unauthorized' }, 'Add an API key'],
  [{ kind: 'out-of-credits' }, 'Try again (5 credits)'],
  [{ kind: 'rate-limited' }, 'Try again (5 credits)'],
  [{ kind: 'rejected', reason: 'flagged' }, 'Edit the prompt'],
  [{ kind: 'unavailable', detail: 'The service is too busy.' }, 'Try again (5 credits)'],
  [{ kind: 'unconfirmed' }, 'Check again'],
  [{ kind: 'timed-out' }, 'Try again (5 credits)'],
  [{ kind: 'expired' }, 'Try again (5 credits)'],
  [{ kind: 'storage', detail: 'full' }, 'Try again (5 credits)'],
  [{ kind: 'unexpected', detail: 'it broke' }, 'Try again (5 credits)'],
]

describe('a failed run', () => {
  it.each(failures)('tells its kind, its words and the fix: %o', async (failure, fix) => {
    await show(runOf('run-1', 'A red fox', failed(failure)))
    const cell = await gridcell.find(/^A red fox, /)
    expect(cell).toHaveAttribute('data-phase', 'failed')
    expect(cell).toHaveAttribute('data-failure', failure.kind)
    if (!('reason' in failure) && failure.kind !== 'unexpected')
      expect(cell).toHaveTextContent(describeFailure(failure))
    const [first] = [...cell.querySelectorAll('button')].filter((button) => button.textContent !== '')
    expect(first).toHaveAccessibleName(fix)
    expect(gridcell.button(cell, 'Try again (5 credits)')).toBeVisible()
    expect(gridcell.button(cell, 'Dismiss')).toBeVisible()
  })

  it.each<[Failure, string, string]>([
    [{ kind: 'rejected', reason: 'NSFW 内容' }, "Blocked by the service's safety rules.", 'NSFW 内容'],
    [{ kind: 'unexpected', detail: 'internal err 42' }, 'The service did not make the image.', 'internal err 42'],
    [
      { kind: 'no-picture', text: 'I cannot draw that' },
      'The service answered without an image.',
      'I cannot draw that',
    ],
  ])(
    'says what happened in our words, and the words of the service under "Details": %o',
    async (failure, ours, theirs) => {
      await show(runOf('run-1', 'A red fox', failed(failure)))
      const cell = within(await gridcell.find(/^A red fox, /))
      expect(cell.getByText(ours)).toBeVisible()
      expect(cell.getByText(theirs)).not.toBeVisible()
      await userEvent.click(cell.getByText('Details'))
      expect(cell.getByText(theirs)).toBeVisible()
    },
  )

  it('says what was charged, and warns before a second charge', async () => {
    await show(
      runOf('run-1', 'Refused', failed({ kind: 'rejected', reason: 'no' })),
      runOf('run-2', 'Lost', failed({ kind: 'unconfirmed' }, { chargePossible: true })),
    )
    expect(await gridcell.find(/^Refused/)).toHaveTextContent('not charged')
    const lost = await gridcell.find(/^Lost, may have been sent/)
    expect(lost).toHaveTextContent('may have cost 5 credits')
    expect(lost).toHaveTextContent('Trying again may be charged twice')
  })

  it('tries again, looks again where there is a task, and is dismissed', async () => {
    const { asked } = await show(runOf('run-1', 'A red fox', failed({ kind: 'unexpected', detail: 'x' }, { task })))
    const cell = await gridcell.find(/^A red fox/)
    for (const act of ['Try again (5 credits)', 'Check again', 'Dismiss']) {
      await userEvent.click(gridcell.button(cell, act))
    }
    expect(asked).toEqual(['again run-1', 'look run-1', 'dismiss run-1'])
  })

  it('is tried again at a second press only, where that goes over a limit of the user', async () => {
    const words = 'With this, today comes to 25 credits: more than the 20 that you set for a day.'
    const run = runOf('run-1', 'A red fox', failed({ kind: 'unexpected', detail: 'x' }))
    const { asked } = await showWith({ question: async () => words }, run)
    await userEvent.click(gridcell.button(await gridcell.find(/^A red fox/), 'Try again (5 credits)'))
    const notice = (await screen.findByText(words)).parentElement as HTMLElement
    expect(asked).toEqual([])
    await userEvent.click(within(notice).getByRole('button', { name: 'Try again (5 credits)' }))
    expect(asked).toEqual(['again run-1'])
  })

  it('B14 says what may be spent in a day, and when the next day begins', async () => {
    vi.setSystemTime(new Date('2026-11-25T18:30:00Z'))
    const detail = 'This would go over the 40 credits that each user may spend in a day.'
    const failure = { kind: 'over-budget', detail, retryAfterMs: 5.5 * 3_600_000 } as const
    await show(runOf('run-1', 'A red fox', failed(failure, { failedAt: Date.now() })))
    const cell = await gridcell.find(/^A red fox/)
    expect(cell).toHaveAttribute('data-failure', 'over-budget')
    expect(cell).toHaveTextContent(detail)
    expect(cell).toHaveTextContent('You can try again in 5 h 30 min.')
    expect(cell).toHaveTextContent('not charged')
  })

  it('opens Settings for a key that is not accepted', async () => {
    await show(runOf('run-1', 'A red fox', failed({ kind: 'unauthorized' })))
    await userEvent.click(gridcell.button(await gridcell.find(/^A red fox/), 'Add an API key'))
    expect(onSettings).toHaveBeenCalledOnce()
  })

  it('gives the prompt back to be changed', async () => {
    await show(runOf('run-1', 'A red fox', failed({ kind: 'rejected', reason: 'no' })))
    await userEvent.click(gridcell.button(await gridcell.find(/^A red fox/), 'Edit the prompt'))
    const { drafts, family, view } = useWorkspace.getState()
    expect(drafts[family]).toMatchObject({ prompt: 'A red fox' })
    expect(view).toBe('create')
  })

  it('lowers a tolerance that was out of bounds', async () => {
    const issues = [{ field: 'request', message: 'safetyTolerance must be 0 to 2' }]
    await show({
      ...runOf('run-1', 'A red fox', failed({ kind: 'invalid', issues })),
      recipe: recipeOf('A red fox', { safetyTolerance: 5 }),
    } as Run)
    await userEvent.click(gridcell.button(await gridcell.find(/^A red fox/), 'Lower the tolerance'))
    expect(useWorkspace.getState().drafts['flux-kontext']).toMatchObject({ safetyTolerance: 2, prompt: 'A red fox' })
  })

  it('copies its details', async () => {
    const user = userEvent.setup()
    await show(runOf('run-1', 'A red fox', failed({ kind: 'unexpected', detail: 'x', code: 501 }, { task })))
    await user.click(gridcell.button(await gridcell.find(/^A red fox/), 'Copy details'))
    expect(await navigator.clipboard.readText()).toMatch(/Run: run-1[\s\S]*task-7[\s\S]*501/)
    expect(await screen.findByText('Details copied')).toBeVisible()
  })

  it('says so where the page has no clipboard, as over plain http (D1)', async () => {
    const user = userEvent.setup()
    await show(runOf('run-1', 'A red fox', failed({ kind: 'unexpected', detail: 'x', code: 501 }, { task })))
    vi.spyOn(navigator, 'clipboard', 'get').mockReturnValue(undefined as never)
    await user.click(gridcell.button(await gridcell.find(/^A red fox/), 'Copy details'))
    expect(await screen.findByRole('alert')).toHaveTextContent('This browser did not allow copying.')
  })
})

describe('several runs that need the user', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      runOf(`run-${index}`, `Wish ${index}`, failed({ kind: 'rate-limited' })),
    )

  it('fold into one line, so that running work stays in sight', async () => {
    await show(...many(6), runOf('run-9', 'A red fox', working))
    const line = await screen.findByRole('button', { name: '6 need attention' })
    expect(line).toHaveAttribute('aria-expanded', 'false')
    await gridcell.find(/^A red fox/)
    expect(gridcell.all()).toHaveLength(1)
    await userEvent.click(line)
    expect(await gridcell.find(/^Wish 5/)).toHaveAttribute('data-phase', 'failed')
    expect(gridcell.all()).toHaveLength(7)
  })

  it('are dismissed together', async () => {
    const { asked } = await show(...many(3))
    await userEvent.click(await screen.findByRole('button', { name: 'Dismiss all' }))
    expect(asked.toSorted()).toEqual(['dismiss run-0', 'dismiss run-1', 'dismiss run-2'])
  })

  it('are cards if there are only a few', async () => {
    await show(...many(2))
    await gridcell.find(/^Wish 0/)
    expect(screen.queryByText(/need attention/)).toBeNull()
  })
})

describe('what happens to runs', () => {
  it('is read out: steps politely, failures at once, old ones not at all', async () => {
    await show(runOf('old', 'Old', failed({ kind: 'timed-out' }), { createdAt: 1_000 }))
    await gridcell.find(/^Old/)
    const [polite, urgent] = ['polite', 'assertive'].map(
      (kind) => document.querySelector(`.sr-only > [aria-live="${kind}"]`) as HTMLElement,
    )
    expect(urgent).not.toHaveTextContent('Old')
    const fox = runOf('run-1', 'A red fox', { phase: 'sending', sentAt }, { createdAt: Date.now() + 1 })
    await act(() => store.saveRun(fox))
    await waitFor(() => expect(polite).toHaveTextContent('A red fox, sending'))
    await act(() => store.saveRun({ ...fox, state: failed({ kind: 'out-of-credits' }) }))
    await waitFor(() => expect(urgent).toHaveTextContent('A red fox: Not enough credits'))
  })
})
