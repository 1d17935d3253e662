import { act, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Failure, GenerationError } from '#domain/failure.ts'
import type { RunId, TaskId } from '#domain/ids.ts'
import type { Run } from '#domain/run.ts'
import type { Generator } from '#generation/generator.ts'
import { TaskList } from '#runs/tasks.tsx'
import type { GalleryStore } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { paintedImage } from '../support/images.ts'
import { closeNotices, keep, openTestGallery, recipeOf, renderOver } from '../support/render-gallery.tsx'

const task = { provider: 'kie-kontext', taskId: 'task-7' as TaskId }
/** The clock stands still: shown seconds do not depend on the machine, nor sums of today on the time of day. */
const now = new Date(2026, 10, 27, 12).getTime()
const sentAt = now - 8_000
const hourMs = 3_600_000

let count = 0
function runOf(prompt: string, state: object, marks: object = {}): Run {
  count += 1
  const id = `run-${count}` as RunId
  return {
    id,
    recipe: recipeOf(prompt),
    marks: { createdAt: now - 9_000 + count, priceCredits: 5, pace: 'kontext', ...marks },
    state,
  } as Run
}

const queued = { phase: 'queued' }
const working = { phase: 'working', sentAt, task }
const readyAt = (finishedAt: number, trouble: Failure) => ({
  phase: 'ready',
  sentAt,
  finishedAt,
  task,
  imageUrls: ['https://files.example/1.png'],
  spareUrls: [],
  trouble,
})
const full: Failure = { kind: 'storage', detail: 'the browser has no room left' }
const gone: Failure = { kind: 'expired' }
const down: Failure = { kind: 'unavailable', detail: 'The proxy cannot be reached.' }
const savedAs = (picture: string) => ({ phase: 'saved', sentAt, finishedAt: now, task, pictures: [picture] })
const failed = (failure: Failure, extra: object = {}) => ({ phase: 'failed', failure, chargePossible: false, ...extra })

let store: GalleryStore
const onSettings = vi.fn()

async function show(runs: readonly Run[], own: Partial<Generator> = {}) {
  for (const run of runs) await store.saveRun(run)
  return renderOver(store, <TaskList onSettings={onSettings} />, own)
}

const rowOf = async (prompt: string) =>
  (await screen.findByText(prompt, { selector: 'p' })).closest('li') as HTMLElement
const namesIn = (row: HTMLElement) =>
  within(row)
    .queryAllByRole('button')
    .map((button) => button.getAttribute('aria-label') ?? button.textContent)
const press = async (row: HTMLElement, name: string) => userEvent.click(within(row).getByRole('button', { name }))

beforeEach(async () => {
  vi.setSystemTime(now)
  store = await openTestGallery()
  onSettings.mockReset()
  count = 0
})
afterEach(() => {
  closeNotices()
  vi.useRealTimers()
})

describe('the list of tasks', () => {
  it('says that nothing is running', async () => {
    await show([])
    expect(screen.getByText('Nothing running')).toBeInTheDocument()
  })

  it('shows the state of every run in words', async () => {
    await show([
      runOf('one', queued),
      runOf('two', { phase: 'sending', sentAt }),
      runOf('three', working),
      runOf('four', readyAt(now, full)),
      runOf('five', savedAs('p')),
      runOf('six', failed({ kind: 'rejected', reason: 'no' })),
      runOf('seven', failed({ kind: 'unconfirmed' }, { chargePossible: true })),
      runOf('eight', working, { stopped: true }),
    ])
    const words = [
      ['one', 'queued'],
      ['two', 'sent, waiting for an answer'],
      ['three', 'working'],
      ['four', 'ready to download'],
      ['five', 'saved'],
      ['six', 'failed'],
      ['seven', 'may have been sent'],
      ['eight', 'stopped waiting'],
    ] as const
    for (const [prompt, phase] of words) expect(within(await rowOf(prompt)).getByText(phase)).toBeVisible()
  })

  it('says what each costs, or may have cost', async () => {
    await show([
      runOf('one', queued),
      runOf('two', working),
      runOf('three', failed({ kind: 'timed-out' })),
      runOf('four', failed({ kind: 'unconfirmed' }, { chargePossible: true })),
      runOf('five', working, { simulated: true }),
      runOf('six', working, { pace: 'adopted', priceCredits: 0 }),
    ])
    const charges = [
      ['one', '5 credits, not sent yet'],
      ['two', '5 credits'],
      ['three', 'not charged'],
      ['four', 'may have cost 5 credits'],
      ['five', '5 credits, simulated'],
      ['six', 'no new charge'],
    ] as const
    for (const [prompt, charge] of charges) expect(within(await rowOf(prompt)).getByText(charge)).toBeVisible()
  })

  it('offers the suitable acts for each run, the best first, and never to cancel', async () => {
    await show([
      runOf('queued', queued),
      runOf('sending', { phase: 'sending', sentAt }),
      runOf('working', working),
      runOf('in trouble', { ...working, trouble: down }),
      runOf('full', readyAt(now, full)),
      runOf('unreachable', readyAt(now, down)),
      runOf('deleted', readyAt(now, gone)),
      runOf('saved', savedAs('p')),
      runOf('policy', failed({ kind: 'rejected', reason: 'no' })),
      runOf('lost', failed({ kind: 'unconfirmed' }, { chargePossible: true })),
      runOf('adopted', failed({ kind: 'unexpected', detail: 'x' }, { task }), { pace: 'adopted', priceCredits: 0 }),
      runOf('dismissed', failed({ kind: 'timed-out' }), { dismissed: true }),
    ])
    const acts: Record<string, string[]> = {
      queued: ['Remove'],
      sending: ['Copy details'],
      working: ['Stop waiting', 'Copy details'],
      'in trouble': ['Check again', 'Stop waiting', 'Copy details'],
      full: ['Save again', 'Download now', 'Copy details', 'Dismiss'],
      unreachable: ['Save again', 'Fetch a fresh link', 'Copy details', 'Dismiss'],
      saved: ['Show the image', 'Copy details'],
      deleted: ['Fetch a fresh link', 'Try again (5 credits)', 'Copy details', 'Dismiss'],
      policy: ['Edit the prompt', 'Try again (5 credits)', 'Copy details', 'Dismiss'],
      lost: ['Check again', 'Try again (5 credits)', 'Copy details', 'Dismiss'],
      adopted: ['Check again', 'Copy details', 'Dismiss'],
      dismissed: ['Try again (5 credits)', 'Copy details'],
    }
    for (const [prompt, names] of Object.entries(acts)) expect(namesIn(await rowOf(prompt)), prompt).toEqual(names)
    expect(screen.queryByRole('button', { name: /cancel/i })).toBeNull()
  })

  it('asks the generator for the act that was pressed', async () => {
    const { asked } = await show([
      runOf('one', working),
      runOf('two', working, { stopped: true }),
      runOf('three', readyAt(now, down)),
      runOf('four', failed({ kind: 'timed-out' })),
      runOf('five', queued),
    ])
    await press(await rowOf('one'), 'Stop waiting')
    await press(await rowOf('two'), 'Check again')
    await press(await rowOf('three'), 'Fetch a fresh link')
    await press(await rowOf('three'), 'Save again')
    await press(await rowOf('four'), 'Try again (5 credits)')
    await press(await rowOf('four'), 'Dismiss')
    await press(await rowOf('five'), 'Remove')
    expect(asked).toEqual([
      'stop run-1',
      'look run-2',
      'freshen run-3',
      'look run-3',
      'again run-4',
      'dismiss run-4',
      'remove run-5',
    ])
  })

  it('groups past runs by day, and hides those older than a week', async () => {
    const at = (createdAt: number) => ({ createdAt })
    await show([
      runOf('new', savedAs('p'), at(now - 1_000)),
      runOf('a day old', savedAs('q'), at(now - 26 * hourMs)),
      runOf('a month old', savedAs('r'), at(now - 30 * 24 * hourMs)),
      runOf('a month old and open', working, { stopped: true, ...at(now - 30 * 24 * hourMs) }),
    ])
    expect(within(await screen.findByRole('region', { name: 'Today' })).getByText('new')).toBeVisible()
    expect(screen.getByText('a day old')).toBeVisible()
    expect(screen.queryByText('a month old')).toBeNull()
    expect(
      within(screen.getByRole('region', { name: 'Needs attention' })).getByText('a month old and open'),
    ).toBeVisible()
  })

  it('shows a saved picture on the stage', async () => {
    await show([runOf('one', savedAs('picture'))])
    await press(await rowOf('one'), 'Show the image')
    expect(useWorkspace.getState()).toMatchObject({ selected: 'picture', view: 'stage' })
  })

  it('opens Settings where the key has to be set', async () => {
    await show([runOf('one', failed({ kind: 'unauthorized' }))])
    await press(await rowOf('one'), 'Add an API key')
    expect(onSettings).toHaveBeenCalledOnce()
  })

  it('copies the details of a run', async () => {
    const user = userEvent.setup()
    await show([runOf('one', failed({ kind: 'unexpected', detail: 'it broke', code: 501, said: 'boom' }, { task }))])
    await user.click(within(await rowOf('one')).getByRole('button', { name: 'Copy details' }))
    const copied = await navigator.clipboard.readText()
    expect(copied).toMatch(/Run: run-1\n[\s\S]*Task: kie-kontext task-7\n[\s\S]*unexpected 501\n[\s\S]*said: boom/)
  })
})

describe('times in the list of tasks', () => {
  it('shows how long a run takes, and how long similar ones took', async () => {
    const times = { sentAt: now - 20_000, finishedAt: now - 16_000 }
    const past = (prompt: string, about: object = {}) => runOf(prompt, { ...savedAs('p'), ...times }, about)
    await show([
      past('a'),
      past('b'),
      past('c'),
      // Simulated runs are faster and must not count for real ones.
      ...['d', 'e', 'f', 'g'].map((prompt) => past(prompt, { simulated: true, sentAt: now - 16_100 })),
      runOf('mine', { ...working, sentAt: now - 2_400 }),
    ])
    await waitFor(async () => expect(await rowOf('mine')).toHaveTextContent(/2 s, usually [34] s/))
    expect(await rowOf('a')).toHaveTextContent('saved in 4 s')
  })

  it('counts down to when a rate-limited run is sent again', async () => {
    await show([runOf('one', { ...queued, sendsAt: now + 7_500, trouble: { kind: 'rate-limited' } })])
    expect(await rowOf('one')).toHaveTextContent(/retries in 8 s/)
  })

  it("says about when it is the turn of a run in the proxy's queue", async () => {
    const trouble = { kind: 'rate-limited', retryAfterMs: 11_500, turn: true } as const
    await show([runOf('one', { ...queued, sendsAt: now + 11_500, trouble })])
    expect(await rowOf('one')).toHaveTextContent(/waiting for your turn, about 12 s/)
  })

  it('counts down to when the limit is free again for a run that it refused', async () => {
    const failedAt = now - 2_500
    await show([
      runOf('one', failed({ kind: 'rate-limited' }, { failedAt })),
      runOf('two', failed({ kind: 'rate-limited', retryAfterMs: 1_000 }, { failedAt })),
    ])
    expect(await rowOf('one')).toHaveTextContent(/You can try again in 8 s/)
    expect(await rowOf('two')).toHaveTextContent('You can try again.')
  })

  it('tells how long the service keeps what is not saved yet; nothing of what it has deleted', async () => {
    await show([
      runOf('fresh', readyAt(now - 60_000, full)),
      runOf('soon', readyAt(now - 23.5 * hourMs, full)),
      runOf('deleted', readyAt(now, gone)),
    ])
    expect(await rowOf('fresh')).toHaveTextContent(/usually keeps it until about \d\d:\d\d (today|tomorrow)/)
    expect(await rowOf('soon')).toHaveTextContent(/usually keeps it for another (29|30) min/)
    expect(await rowOf('deleted')).toHaveTextContent('the service no longer has it')
    expect(await rowOf('deleted')).not.toHaveTextContent('keeps it')
  })
})

describe('the sum of today', () => {
  it('adds what was spent, what may have been charged, and what was simulated, each apart', async () => {
    await show([
      runOf('one', savedAs('p')),
      runOf('two', working),
      runOf('three', failed({ kind: 'unconfirmed' }, { chargePossible: true, sentAt })),
      runOf('four', working, { simulated: true }),
      runOf('five', failed({ kind: 'rejected', reason: 'no' })),
      runOf('six', queued),
    ])
    expect(await screen.findByText('10 credits spent today')).toBeVisible()
    expect(screen.getByText('5 credits may have been charged')).toBeVisible()
    expect(screen.getByText('5 credits simulated')).toBeVisible()
  })
})

describe('a picture that could not be stored', () => {
  it('is downloaded without storing it, under a name that tells what it is', async () => {
    const saved: string[] = []
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(this.download)
    })
    const bytes = await paintedImage('png')
    const fetch = vi.fn(async () => [bytes])
    await show([runOf('A red fox', readyAt(now, full))], { fetch })
    expect(await rowOf('A red fox')).toHaveTextContent(/Empty the bin and save again/)
    await press(await rowOf('A red fox'), 'Download now')
    await waitFor(() => expect(saved).toEqual([expect.stringMatching(/^a-red-fox-flux-kontext-pro-.*\.png$/)]))
    await press(await rowOf('A red fox'), 'Download now')
    expect(fetch).toHaveBeenCalledOnce()
    expect(await store.countPictures('gallery')).toBe(0)
    vi.restoreAllMocks()
  })

  it('says why when it cannot be fetched', async () => {
    await show([runOf('A red fox', readyAt(now, full))], { fetch: () => Promise.reject(new GenerationError(gone)) })
    await press(await rowOf('A red fox'), 'Download now')
    expect(await screen.findByRole('alert')).toHaveTextContent('the service no longer has it')
  })
})

describe('a task that was sent elsewhere', () => {
  const open = async () => userEvent.click(await screen.findByRole('button', { name: 'Fetch a result by its task ID' }))
  const ask = async (taskId: string) => {
    await userEvent.type(screen.getByRole('textbox', { name: 'Task ID' }), taskId)
    await userEvent.click(screen.getByRole('button', { name: 'Fetch' }))
  }

  it('is asked for by its id and its family', async () => {
    const adopt = vi.fn<Generator['adopt']>(async () => ({ known: false, run: runOf('x', working) }))
    await show([], { adopt })
    await open()
    await userEvent.click(screen.getByRole('radio', { name: 'Flux 2' }))
    await ask('abc123')
    expect(adopt).toHaveBeenCalledWith('abc123', 'flux-2')
    expect(await screen.findByText(/This is free/)).toBeVisible()
    expect(screen.getByRole('textbox', { name: 'Task ID' })).toHaveValue('')
  })

  it('is refused at the field, with the words of the cause, and what was typed stays', async () => {
    const issues = [{ field: 'task', message: "That isn't a task ID." }]
    await show([], { adopt: () => Promise.reject(new GenerationError({ kind: 'invalid', issues })) })
    await open()
    await ask('a b')
    const field = screen.getByRole('textbox', { name: 'Task ID' })
    await waitFor(() => expect(field).toHaveAccessibleDescription("That isn't a task ID."))
    expect(field).toHaveValue('a b')
  })

  it('that is here already leads to its picture', async () => {
    const picture = await keep(store, 'p1', { prompt: 'A red fox', createdAt: now })
    await show([], { adopt: async () => ({ known: true, picture: picture.id }) })
    await open()
    await ask('task-7')
    expect(await screen.findByText(/on the stage/)).toBeVisible()
    expect(useWorkspace.getState()).toMatchObject({ selected: 'p1', view: 'stage' })
  })

  it('that is in work already leads to its row', async () => {
    const run = runOf('A red fox', working)
    await show([run], { adopt: async () => ({ known: true, run }) })
    await open()
    await ask('task-7')
    expect(await screen.findByText(/This task is already here: Today/)).toBeVisible()
    await act(async () => undefined)
    expect(await rowOf('A red fox')).toHaveFocus()
  })
})
