import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Failure } from '#domain/failure.ts'
import type { RunId } from '#domain/ids.ts'
import type { Marks, Run, RunIn } from '#domain/run.ts'
import { createPolling, paceOf } from '#generation/polling.ts'
import type { Push, RunnerPorts } from '#generation/ports.ts'
import type { Provider } from '#providers/provider.ts'
import { findProvider } from '#providers/registry.ts'
import { openMemoryStore } from '#store/memory-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { savedRun, workingRun } from '../../support/gallery-records.ts'
import { lightProcessor } from '../../support/light-images.ts'
import { json, type Scripted, scriptSend, silent } from '../../support/scripted-send.ts'

// Only polling: with a store in memory, a scripted proxy, and a clock that only pauses advance.
const never = new AbortController().signal
const kontext = findProvider('kie-kontext') as Provider
const own = 'https://files.example/own.png'
const spare = 'https://files.example/spare.png'
const record = (data: unknown) => () => json({ code: 200, msg: 'success', data })
const runs = record({ successFlag: 0 })
const done = record({ successFlag: 1, response: { resultImageUrl: own } })
const empty = record({ successFlag: 1, response: { resultImageUrl: '', originImageUrl: '' } })
const onlySpare = record({ successFlag: 1, response: { resultImageUrl: '', originImageUrl: spare } })
const missing = () => json({ code: 422, msg: 'recordInfo is null' })
const away = new TypeError('Failed to fetch')
/** Not 0, as on a page that has been open for a while. */
const openedMs = 7_000
const working: RunIn<'working'> = { ...workingRun('a'), state: { ...workingRun('a').state, sentAt: 100_000 } }

let store: GalleryStore
let clockMs: number
let pauses: number[]
let ended: string[]
/** The troubles of the run that were stored, in order. */
let troubles: (Failure['kind'] | undefined)[]

beforeEach(async () => {
  store = openMemoryStore(lightProcessor)
  await store.saveRun(working)
  clockMs = openedMs
  pauses = []
  ended = []
  troubles = []
  store.subscribe(async () => troubles.push((await store.run(working.id))?.state.trouble?.kind))
})

afterEach(() => void vi.useRealTimers())

interface Given {
  run?: RunIn<'working'>
  isFresh?: boolean
  signal?: AbortSignal
  /** Whether an event ended each pause. */
  hasEvent?: boolean
  /** The time by the wall clock. */
  now?: number
  /** How many runs are at the service, this one included. */
  atService?: number
}

async function poll(answers: Scripted[], { run = working, isFresh = true, signal = never, ...given }: Given = {}) {
  const push = {
    async untilPoll(_run: RunId, ms: number) {
      pauses.push(ms)
      clockMs += ms
      if (pauses.length > 100) throw new Error('polled without end')
      return given.hasEvent === true
    },
    ended: (id: RunId) => void ended.push(id),
  } as unknown as Push
  const { send } = scriptSend({ '/api/v1/flux/kontext/record-info': answers })
  const ports = { store, send, now: () => given.now ?? 100_000, monotonic: () => clockMs } as RunnerPorts
  return createPolling(ports, push, () => given.atService ?? 1)(run, kontext, signal, isFresh)
}

const many = (answer: Scripted, count = 100): Scripted[] => Array.from({ length: count }, () => answer)

describe('polling a task', () => {
  test('waits before the first poll of a new task, and polls a resumed one at once', async () => {
    expect(await poll([done])).toEqual({ state: 'done', imageUrls: [own], spareUrls: [] })
    expect(pauses[0]).toBeGreaterThan(1_000)
    pauses = []
    expect(await poll([done], { isFresh: false })).toMatchObject({ state: 'done' })
    expect(pauses).toEqual([0])
    expect(ended).toEqual(['a', 'a'])
  })

  test('waits longer where two other runs are polled too', async () => {
    const pausesWith = async (atService: number) => {
      pauses = []
      await poll([runs, done], { atService })
      return pauses
    }
    const [first = 0, second = 0] = await pausesWith(1)
    expect(await pausesWith(2)).toEqual([first, second])
    const [longer, later] = await pausesWith(3)
    expect(longer).toBeGreaterThan(first)
    expect(later).toBeGreaterThan(second)
  })

  test('waits as for a new task where the clock was set back, however far', async () => {
    await poll([runs, done], { isFresh: false, now: 100_000 })
    const usual = pauses
    pauses = []
    await poll([runs, done], { isFresh: false, now: 1 })
    expect(pauses).toEqual(usual)
  })

  test('waits as for a new task where it was submitted just now, whatever the clock says', async () => {
    await poll([runs, done], { now: 100_000 })
    const usual = pauses
    pauses = []
    await poll([runs, done], { now: 10_100_000 })
    expect(pauses).toEqual(usual)
  })

  test('gives up a poll that is not answered in half a minute, and goes on', async () => {
    vi.useFakeTimers()
    const polled = poll([silent, done], { isFresh: false })
    await vi.advanceTimersByTimeAsync(29_999)
    expect(troubles).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    vi.useRealTimers()
    expect(await polled).toMatchObject({ state: 'done' })
    expect(troubles).toEqual(['unavailable', undefined])
  })

  test('gives the failure of the task', async () => {
    const failed = record({ successFlag: 3, errorCode: 501, errorMessage: 'Image generation task failed' })
    expect(await poll([runs, failed])).toMatchObject({ state: 'failed', failure: { kind: 'unexpected', code: 501 } })
    expect(ended).toEqual(['a'])
  })

  test('polls soon again after an event that came before the record was updated', async () => {
    await poll([runs, done], { hasEvent: true })
    expect(pauses[1]).toBe(1_000)
    pauses = []
    const overdue = { ...working, state: { ...working.state, sentAt: -10_000_000 } }
    await poll([runs, done], { run: overdue, isFresh: false })
    // Once a minute, unless an event comes.
    expect(pauses).toEqual([0, 60_000])
    pauses = []
    await poll([runs, done], { run: overdue, isFresh: false, hasEvent: true })
    expect(pauses).toEqual([0, 1_000])
  })

  test('goes on with longer and longer pauses while it fails, and shows that on the run', async () => {
    await poll([...many(away, 8), runs, done], { isFresh: false })
    expect(pauses.slice(1, 9)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 30_000])
    expect(troubles).toEqual(['unavailable', undefined])
    expect(await store.run(working.id)).toEqual(working)
  })

  test('begins with short pauses again after it worked', async () => {
    await poll([away, away, runs, away, done], { isFresh: false })
    expect([pauses[1], pauses[2], pauses[4]]).toEqual([1_000, 2_000, 1_000])
  })

  test('shows another kind of trouble than before', async () => {
    const refused = () => json({ code: 401, msg: 'Unauthorized', proxy: { sent: 'no' } }, 401)
    await poll([away, refused, done], { isFresh: false })
    expect(troubles).toEqual(['unavailable', 'locked', undefined])
  })

  test('stores nothing while it works', async () => {
    const amendRun = vi.spyOn(store, 'amendRun')
    await poll([runs, runs, done], { isFresh: false })
    expect([amendRun.mock.calls, troubles]).toEqual([[], []])
  })

  test('clears the trouble that an earlier visit has left on the run', async () => {
    const run = { ...working, state: { ...working.state, trouble: { kind: 'unavailable', detail: 'away' } as const } }
    await store.saveRun(run)
    troubles = []
    await poll([runs, done], { run, isFresh: false })
    expect(troubles).toEqual([undefined])
    expect(await store.run(working.id)).toEqual(working)
  })

  test('ends with its signal', async () => {
    const stop = new AbortController()
    const leave: Scripted = () => {
      stop.abort(new Error('closed'))
      throw stop.signal.reason
    }
    await expect(poll([leave], { signal: stop.signal })).rejects.toThrow('closed')
    expect([troubles, ended]).toEqual([[], []])
  })
})

describe('a finished task without an image', () => {
  test('is asked every two seconds for half a minute, then has failed and may be charged', async () => {
    expect(await poll(many(empty), { isFresh: false })).toEqual({
      state: 'failed',
      failure: { kind: 'unexpected', detail: 'it reports a finished task without an image.' },
      chargePossible: true,
    })
    expect(pauses.slice(1)).toEqual(Array.from({ length: 16 }, () => 2_000))
  })

  test('is asked for half a minute from its first such answer, however old it is', async () => {
    await poll(many(empty), { isFresh: false, now: 1_000_000 })
    expect(pauses).toHaveLength(17)
    expect(clockMs - openedMs).toBe(32_000)
  })

  test('gives its short-lived copy where there is no other', async () => {
    expect(await poll(many(onlySpare), { isFresh: false })).toEqual({
      state: 'done',
      imageUrls: [spare],
      spareUrls: [],
    })
  })

  test('may get its image meanwhile', async () => {
    expect(await poll([empty, empty, done], { isFresh: false })).toMatchObject({ state: 'done', imageUrls: [own] })
  })
})

describe('a record that is missing', () => {
  test('may appear for a minute and a half by this clock; then the task is gone', async () => {
    expect(await poll(many(missing), { isFresh: false, now: 86_500_000 })).toMatchObject({
      state: 'failed',
      chargePossible: true,
    })
    expect(clockMs - openedMs).toBeGreaterThanOrEqual(90_000)
    expect(clockMs - openedMs).toBeLessThan(90_000 + 60_000)
  })

  test('of an adopted task is gone at once, because that is old', async () => {
    const adopted = { ...working, marks: { ...working.marks, createdAt: working.state.sentAt + 120_000 } }
    expect(await poll([missing], { run: adopted, isFresh: false })).toMatchObject({ state: 'failed' })
    expect(pauses).toEqual([0])
  })
})

describe('the pace of a run', () => {
  const past = (id: string, durationMs: number, marks: Partial<Marks> = {}): Run => {
    const saved = savedRun(id, [`${id}-0`])
    return { ...saved, marks: { ...saved.marks, ...marks }, state: { ...saved.state, finishedAt: 1_500 + durationMs } }
  }

  test('is learned from saved runs of the same kind, real and simulated ones separately', async () => {
    for (const id of ['b', 'c', 'd']) await store.saveRun(past(id, 20_000))
    for (const id of ['e', 'f', 'g', 'h', 'i']) await store.saveRun(past(id, 2_000, { simulated: true }))
    for (const id of ['j', 'k', 'l', 'm', 'n']) await store.saveRun(past(id, 9_000, { pace: 'another' }))
    for (const id of ['o', 'p', 'q', 'r', 's']) {
      const { sentAt, task } = workingRun(id).state
      const unsaved = { imageUrls: [own], spareUrls: [] } as const
      await store.saveRun({
        ...workingRun(id),
        state: { phase: 'ready', sentAt, finishedAt: sentAt + 9_000, task, ...unsaved },
      })
    }
    expect((await paceOf({ store }, working)).medianMs).toBeCloseTo(20_000)
    const simulated = { ...working, marks: { ...working.marks, simulated: true as const } }
    expect((await paceOf({ store }, simulated)).medianMs).toBeCloseTo(2_000)
  })

  test('is the usual one of the model before, or where the records cannot be read', async () => {
    const usual = await paceOf({ store }, working)
    expect(usual.medianMs).toBeGreaterThan(1_000)
    store.recentRuns = () => Promise.reject(new Error('the database is closed'))
    expect(await paceOf({ store }, working)).toEqual(usual)
    const gone = { ...working, recipe: { ...working.recipe, family: 'gone' } }
    expect((await paceOf({ store }, gone)).medianMs).toBe(10_000)
  })
})
