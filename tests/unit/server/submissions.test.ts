import { describe, expect, it } from 'vitest'
import { createMemorySubmissions, type Outcome, toOutcome } from '#server/shared/memory/submissions.ts'

const answered: Outcome = { state: 'answered', status: 200, type: 'application/json', body: '{"code":200}' }
const unknown: Outcome = { ...answered, state: 'unknown', status: 502 }
const free: Outcome = { ...answered, state: 'free', status: 503 }
const dayMs = 24 * 60 * 60 * 1000

describe('remembered submissions', () => {
  it('P12: of 20 that come at once with one key, one is sent and all get its answer', async () => {
    const store = createMemorySubmissions()
    const reservations = await Promise.all(Array.from({ length: 20 }, () => store.reserve('run-1', 'body')))
    expect(reservations.filter(({ state }) => state === 'fresh')).toHaveLength(1)
    await store.settle('run-1', answered)
    const outcomes = reservations.flatMap((one) => (one.state === 'same' ? [one.outcome] : []))
    expect(await Promise.all(outcomes)).toEqual(Array(19).fill(answered))
  })

  it('are kept for exactly a day', async () => {
    const clock = { at: 5 }
    const store = createMemorySubmissions({ now: () => clock.at })
    await store.reserve('run-1', 'body')
    await store.settle('run-1', answered)
    await store.reserve('run-2', 'body')
    await store.settle('run-2', unknown)
    clock.at += dayMs - 1
    expect([await store.find('run-1'), await store.find('run-2')]).toMatchObject([
      { state: 'answered' },
      { state: 'unknown' },
    ])
    clock.at += 1
    expect([await store.find('run-1'), await store.find('run-2')]).toEqual([{ state: 'none' }, { state: 'none' }])
  })

  it('P11: one key with another body is refused', async () => {
    const store = createMemorySubmissions()
    await store.reserve('run-1', 'body')
    expect(await store.reserve('run-1', 'other')).toEqual({ state: 'other-body' })
    await store.settle('run-1', answered)
    expect(await store.reserve('run-1', 'other')).toEqual({ state: 'other-body' })
  })

  it('P05: an uncertain one is never free again within its time', async () => {
    const store = createMemorySubmissions()
    await store.reserve('run-1', 'body')
    expect(await store.find('run-1')).toEqual({ state: 'pending' })
    await store.settle('run-1', unknown)
    expect(await store.find('run-1')).toEqual({ state: 'unknown' })
    expect(await store.reserve('run-1', 'body')).toMatchObject({ state: 'same' })
    await store.settle('run-1', free)
    expect(await store.find('run-1')).toEqual({ state: 'unknown' })
  })

  it('P05: what is learned of an unconfirmed submission is its answer from then on', async () => {
    const store = createMemorySubmissions()
    await store.reserve('run-1', 'body')
    await store.settle('run-1', unknown)
    await store.learn('run-1', answered)
    expect(await store.find('run-1')).toEqual({ state: 'answered', status: 200, body: '{"code":200}' })
    expect(await store.reserve('run-1', 'other')).toEqual({ state: 'other-body' })
    await store.learn('run-1', { ...answered, body: 'another' })
    expect(await store.find('run-1')).toMatchObject({ body: '{"code":200}' })
  })

  it('P05: an uncertain answer is kept until a better one is learned', async () => {
    const store = createMemorySubmissions()
    await store.reserve('run-1', 'body')
    await store.settle('run-1', { ...answered, state: 'unclear', body: '{}' })
    expect(await store.find('run-1')).toEqual({ state: 'answered', status: 200, body: '{}' })
    expect(await store.reserve('run-1', 'body')).toMatchObject({ state: 'same' })
    await store.learn('run-1', answered)
    await store.learn('run-1', { ...answered, body: 'another' })
    expect(await store.find('run-1')).toEqual({ state: 'answered', status: 200, body: '{"code":200}' })
  })

  it('P06: a run that is learned of after a restart is never fresh, whatever it is sent with', async () => {
    const store = createMemorySubmissions()
    await store.learn('run-1', answered)
    const again = await store.reserve('run-1', 'body')
    expect(again.state === 'same' && (await again.outcome)).toEqual(answered)
  })

  it('W01: what is learned while the answer is under way is given to all who wait, and stays', async () => {
    const store = createMemorySubmissions()
    const first = await store.reserve('run-1', 'body')
    const second = await store.reserve('run-1', 'body')
    await store.learn('run-1', answered)
    expect(first.state === 'fresh' && (await first.learned)).toEqual(answered)
    expect(second.state === 'same' && (await second.outcome)).toEqual(answered)
    await store.settle('run-1', unknown)
    expect(await store.find('run-1')).toMatchObject({ state: 'answered' })
  })

  it('frees a key that was certainly not accepted', async () => {
    const store = createMemorySubmissions()
    await store.reserve('run-1', 'body')
    await store.settle('run-1', free)
    expect(await store.find('run-1')).toEqual({ state: 'none' })
    expect(await store.reserve('run-1', 'body')).toMatchObject({ state: 'fresh' })
  })

  it('keeps answers for a day', async () => {
    let now = 0
    const store = createMemorySubmissions({ now: () => now })
    await store.reserve('run-1', 'body')
    await store.settle('run-1', answered)
    now = dayMs - 1
    expect(await store.find('run-1')).toEqual({ state: 'answered', status: 200, body: '{"code":200}' })
    now = dayMs
    expect(await store.find('run-1')).toEqual({ state: 'none' })
  })

  it('S05: drops the oldest answer when it is full, and accepts nothing more if all are uncertain', async () => {
    const store = createMemorySubmissions({ capacity: 3 })
    for (const key of ['run-1', 'run-2', 'run-3'])
      expect(await store.reserve(key, 'body')).toMatchObject({ state: 'fresh' })
    expect(await store.reserve('run-4', 'body')).toEqual({ state: 'full' })
    await store.settle('run-2', answered)
    await store.settle('run-1', unknown)
    expect(await store.reserve('run-4', 'body')).toMatchObject({ state: 'fresh' })
    expect(await store.find('run-2')).toEqual({ state: 'none' })
    expect(await store.reserve('run-5', 'body')).toEqual({ state: 'full' })
    expect(await store.find('run-1')).toEqual({ state: 'unknown' })
  })

  it('S05: an answer that became clear is as old as its clear answer', async () => {
    const store = createMemorySubmissions({ capacity: 2 })
    for (const [key, state] of [
      ['run-1', 'unclear'],
      ['run-2', 'answered'],
    ] as const) {
      await store.reserve(key, 'body')
      await store.settle(key, { ...answered, state })
    }
    await store.learn('run-1', answered)
    expect(await store.reserve('run-3', 'body')).toMatchObject({ state: 'fresh' })
    expect(await store.find('run-1')).toMatchObject({ state: 'answered' })
    expect(await store.find('run-2')).toEqual({ state: 'none' })
  })

  it('P03: a submission under way stays so, however long it takes', async () => {
    let now = 0
    const store = createMemorySubmissions({ capacity: 2, now: () => now })
    await store.reserve('run-1', 'body')
    now = 2 * dayMs
    expect(await store.reserve('run-2', 'body')).toMatchObject({ state: 'fresh' })
    expect(await store.find('run-1')).toEqual({ state: 'pending' })
    expect(await store.reserve('run-1', 'body')).toMatchObject({ state: 'same' })
  })

  it('S05: full, learns only of submissions that are under way', async () => {
    const store = createMemorySubmissions({ capacity: 1 })
    await store.reserve('run-1', 'body')
    await store.learn('run-2', answered)
    expect(await store.find('run-2')).toEqual({ state: 'none' })
    await store.learn('run-1', answered)
    expect(await store.find('run-1')).toMatchObject({ state: 'answered' })
  })

  it('S05: makes room by what is older than a day', async () => {
    let now = 0
    const store = createMemorySubmissions({ capacity: 1, now: () => now })
    await store.reserve('run-1', 'body')
    await store.settle('run-1', unknown)
    now = dayMs
    expect(await store.reserve('run-2', 'body')).toMatchObject({ state: 'fresh' })
  })
})

describe('answers of many bytes', () => {
  it('G11: lose the text of the oldest, and are never sent again', async () => {
    const store = createMemorySubmissions({ mostBytes: 2500 })
    const large = { ...answered, body: 'x'.repeat(1000) }
    for (const key of ['run-1', 'run-2', 'run-3']) {
      await store.reserve(key, 'body')
      await store.settle(key, large)
    }
    expect(await store.find('run-1')).toEqual({ state: 'unknown' })
    expect(await store.reserve('run-1', 'body')).toMatchObject({ state: 'same' })
    expect(await store.find('run-2')).toMatchObject({ state: 'answered' })
    expect(await store.find('run-3')).toMatchObject({ state: 'answered' })
    await store.learn('run-1', answered)
    expect(await store.find('run-1')).toMatchObject({ state: 'answered' })
  })
})

describe('the size of all kept answers', () => {
  const of = (bytes: number): Outcome => ({ ...answered, body: 'x'.repeat(bytes) })
  async function keep(store: ReturnType<typeof createMemorySubmissions>, key: string, bytes: number) {
    await store.reserve(key, 'body')
    await store.settle(key, of(bytes))
  }
  const statesOf = (store: ReturnType<typeof createMemorySubmissions>, ...keys: string[]) =>
    Promise.all(keys.map(async (key) => (await store.find(key)).state))

  it('may be exactly the limit', async () => {
    const store = createMemorySubmissions({ mostBytes: 200 })
    await keep(store, 'run-1', 100)
    await keep(store, 'run-2', 100)
    expect(await statesOf(store, 'run-1', 'run-2')).toEqual(['answered', 'answered'])
    await keep(store, 'run-3', 1)
    expect(await statesOf(store, 'run-1', 'run-2', 'run-3')).toEqual(['unknown', 'answered', 'answered'])
  })

  it('counts an answer that was replaced once, and one that was dropped no more', async () => {
    const store = createMemorySubmissions({ mostBytes: 200 })
    await store.reserve('run-1', 'body')
    await store.settle('run-1', { ...of(100), state: 'unclear' })
    await store.learn('run-1', of(100))
    await keep(store, 'run-2', 100)
    expect(await statesOf(store, 'run-1', 'run-2')).toEqual(['answered', 'answered'])
    await keep(store, 'run-3', 100)
    await keep(store, 'run-4', 100)
    expect(await statesOf(store, 'run-2', 'run-3', 'run-4')).toEqual(['unknown', 'answered', 'answered'])
  })

  it('leaves of a dropped text that it may have been sent: for its body, and for a day', async () => {
    let now = 0
    const store = createMemorySubmissions({ mostBytes: 100, now: () => now })
    await keep(store, 'run-1', 100)
    await keep(store, 'run-2', 100)
    const again = await store.reserve('run-1', 'body')
    const outcome = again.state === 'same' ? await again.outcome : undefined
    expect(outcome).toMatchObject({ state: 'unknown', status: 502 })
    expect(JSON.parse(outcome?.body ?? '')).toEqual({
      code: 502,
      msg: 'The answer to this run is not kept any more.',
      proxy: { sent: 'unknown' },
    })
    expect(await store.reserve('run-1', 'other')).toEqual({ state: 'other-body' })
    now = dayMs - 1
    expect(await store.find('run-1')).toEqual({ state: 'unknown' })
    now = dayMs
    expect(await store.find('run-1')).toEqual({ state: 'none' })
  })
})

it('an answer that is learned is kept for a day from then on', async () => {
  let now = 0
  const store = createMemorySubmissions({ now: () => now })
  await store.reserve('run-1', 'body')
  now = 5
  await store.learn('run-1', answered)
  now = dayMs + 4
  expect(await store.find('run-1')).toMatchObject({ state: 'answered' })
  now = dayMs + 5
  expect(await store.find('run-1')).toEqual({ state: 'none' })
})

it('a refusal of the proxy is an outcome with its words, and with a time only if it has one', () => {
  const refusal = { code: 429, msg: 'Wait.', proxy: { sent: 'no', retryAfterMs: 5 } } as const
  const type = 'application/json; charset=utf-8'
  expect(toOutcome('free', refusal)).toStrictEqual({
    state: 'free',
    status: 429,
    type,
    body: '{"code":429,"msg":"Wait.","proxy":{"sent":"no","retryAfterMs":5}}',
    retryAfterMs: 5,
  })
  expect(toOutcome('unknown', { code: 502, msg: 'Lost.', proxy: { sent: 'unknown' } })).toStrictEqual({
    state: 'unknown',
    status: 502,
    type,
    body: '{"code":502,"msg":"Lost.","proxy":{"sent":"unknown"}}',
  })
})
