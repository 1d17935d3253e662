import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Failure } from '#domain/failure.ts'
import type { PictureId, RunId } from '#domain/ids.ts'
import type { Marks, Recipe, RunIn, StateIn } from '#domain/run.ts'
import type { RunnerPorts } from '#generation/ports.ts'
import { createSilentPush } from '#generation/push.ts'
import { createRunSteps } from '#generation/run-steps.ts'
import { createSubmitting, type Tries } from '#generation/submitting.ts'
import { createUploads } from '#generation/uploads.ts'
import { openMemoryStore } from '#store/memory-store.ts'
import { lightProcessor } from '../../support/light-images.ts'
import { json, type Scripted, scriptSend } from '../../support/scripted-send.ts'

// Only the submission: with a store in memory, a scripted proxy, and a clock that only pauses advance.
const never = new AbortController().signal
const id = 'run-1' as RunId
const nowMs = 1_790_000_000_000
const recipe: Recipe = { family: 'flux-kontext', draft: { prompt: 'a red fox' }, sources: [] }
const ownMarks: Marks = { createdAt: 1, priceCredits: 5, pace: 'flux-kontext-pro' }
const standsIn = { for: 'run-0' as RunId, provider: 'gemini', model: 'Gemini' }
const submit = '/api/v1/flux/kontext/generate'
const upload = '/api/file-stream-upload'
const generate = '/api/gemini/generate'
const live = { mode: 'live', gateway: 'kie' }
const away = new TypeError('Failed to fetch')
const accepted = () => json({ code: 200, msg: 'success', data: { taskId: 'task-1' } })
const uploaded = () => json({ code: 200, msg: 'ok', data: { downloadUrl: 'https://a.example/1' } })
const geminiAccepted = () => json({ taskId: id })
const limited = () => json({ code: 429, msg: 'Too fast' })
const ownLimit = () => json({ code: 429, msg: 'Wait.', proxy: { sent: 'no', retryAfterMs: 8_000 } }, 429)
const unreachable: Failure = { kind: 'unavailable', detail: 'The proxy cannot be reached.' }
const times = (count: number, answer: Scripted) => Array.from({ length: count }, () => answer)

interface Given {
  health?: Scripted[]
  answers?: Scripted[]
  marks?: Partial<Marks>
  state?: Partial<StateIn<'queued'>>
  sources?: readonly string[]
  script?: Record<string, Scripted[]>
  ports?: Partial<RunnerPorts>
}

let clockMs = 0
let waits: number[] = []

beforeEach(() => {
  clockMs = 0
  waits = []
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => void vi.restoreAllMocks())

/** Stores a queued run, and gives what submits it. */
async function open(given: Given = {}) {
  const { health = times(60, () => json(live)), answers = times(60, accepted), marks, state, sources = [] } = given
  const store = openMemoryStore(lightProcessor)
  store.original = async (name) => new Blob([name], { type: 'image/png' })
  const run: RunIn<'queued'> = {
    id,
    recipe: { ...recipe, sources: sources as PictureId[] },
    marks: { ...ownMarks, ...marks },
    state: { phase: 'queued', ...state },
  }
  await store.saveRun(run)
  const { send, asked } = scriptSend({ '/api/health': health, [submit]: answers, ...given.script })
  const wait: RunnerPorts['wait'] = async (ms) => {
    waits.push(ms)
    clockMs += ms
  }
  const ports = { store, send, wait, now: () => nowMs, monotonic: () => clockMs, newId: () => 'file', ...given.ports }
  const all = ports as RunnerPorts
  const submitting = createSubmitting(all, createRunSteps(all), createSilentPush(wait), createUploads(all))
  const tries: Tries = { refusals: 0 }
  return { submitting, store, asked, run, tries, go: (signal = never) => submitting.submit(run, tries, signal) }
}

describe('a run that is submitted', () => {
  test.each<[string, Given, Partial<Marks>]>([
    ['its gateway', {}, { gateway: 'kie' }],
    ['no gateway of a proxy that names none', { health: [json({ ok: true })] }, {}],
    [
      'that it is simulated',
      { health: [json({ mode: 'simulated', gateway: 'kie' })] },
      { simulated: true, gateway: 'kie' },
    ],
    [
      'its proxy',
      { sources: ['a'], ports: { route: { current: () => 'https://a', to: () => scriptSend(routed()).send } } },
      { gateway: 'kie', proxy: 'https://a' },
    ],
    [
      'no gateway at the fallback service',
      fallbackOf({ ...live, fallback: { provider: 'gemini', model: 'x', mode: 'live' } }),
      { standsIn },
    ],
    [
      'whether the fallback service is simulated, not the gateway',
      fallbackOf({ ...live, fallback: { provider: 'gemini', model: 'x', mode: 'simulated' } }),
      { standsIn, simulated: true },
    ],
    [
      'nothing of a simulated gateway at a real fallback service',
      fallbackOf({ mode: 'simulated', gateway: 'kie', fallback: { provider: 'gemini', model: 'x', mode: 'live' } }),
      { standsIn },
    ],
  ])('keeps %s', async (_, given, marks) => {
    const { go, asked } = await open(given)
    const sent = await go()
    expect(sent?.marks).toStrictEqual({ ...ownMarks, ...marks })
    expect(sent?.state).toMatchObject({ phase: 'working', sentAt: nowMs })
    if (given.ports?.route) expect(asked).toEqual([])
  })

  test('is sent once, after the proxy was asked, with the id of its task', async () => {
    const { go, asked, store } = await open()
    const task = { provider: 'kie-kontext', taskId: 'task-1' }
    const sent = await go()
    expect(sent?.state).toStrictEqual({ phase: 'working', sentAt: nowMs, task })
    expect(await store.run(id)).toEqual(sent)
    expect(asked).toEqual(['GET /api/health', `POST ${submit}`])
  })

  test.each<[string, Given, Partial<Failure>]>([
    ['the proxy is locked', { health: [json({ ...live, locked: true })] }, { kind: 'locked' }],
    [
      'the proxy has no fallback any more',
      { marks: { standsIn } },
      { kind: 'unavailable', detail: 'This proxy no longer has a fallback.' },
    ],
    [
      'the proxy is no proxy, even offline',
      { health: [new Response('<html>')], ports: { network: { isOffline: () => true, back: async () => undefined } } },
      { kind: 'unavailable', detail: 'The proxy address answers with a web page, not as a proxy.' },
    ],
    ['nobody says whether there is a network', { health: [away] }, unreachable],
  ])('fails where %s, and nothing is sent', async (_, given, failure) => {
    const { go, asked } = await open(given)
    expect((await go())?.state).toMatchObject({ phase: 'failed', chargePossible: false, failure })
    expect(asked).toEqual(['GET /api/health'])
  })

  test('is left as it is where waiting for it is stopped', async () => {
    const stop = new AbortController()
    const leave: Scripted = () => {
      stop.abort(new Error('stopped'))
      return json(live)
    }
    const { go, asked, store, run } = await open({ health: [leave] })
    await expect(go(stop.signal)).rejects.toThrow('stopped')
    expect(asked).toEqual(['GET /api/health'])
    expect(await store.run(id)).toEqual(run)
  })

  test('that was deleted meanwhile is not sent', async () => {
    const { go, asked, store } = await open()
    await store.removeRun(id)
    expect(await go()).toBeUndefined()
    expect(asked).toEqual(['GET /api/health'])
  })
})

describe('a network that is away', () => {
  const network = { isOffline: () => true, back: async () => undefined }

  test('holds the run back without a time', async () => {
    const { go, tries } = await open({ health: [away], ports: { network } })
    expect((await go())?.state).toStrictEqual({ phase: 'queued', waitsFor: 'network', trouble: unreachable })
    expect(tries).toEqual({ refusals: 0, sinceReturn: 0 })
  })

  test('may fail five more times after it came back, with longer and longer pauses', async () => {
    const online = { ...network, isOffline: () => false }
    const { go } = await open({ health: times(6, away), state: { waitsFor: 'network' }, ports: { network: online } })
    for (const pauseMs of [500, 1_000, 2_000, 4_000, 8_000]) {
      const held = { phase: 'queued', sendsAt: nowMs + pauseMs, waitsFor: 'network', trouble: unreachable }
      expect((await go())?.state).toStrictEqual(held)
    }
    expect((await go())?.state).toMatchObject({ phase: 'failed', failure: unreachable, chargePossible: false })
  })

  test('is no reason to try again after a refusal by the proxy', async () => {
    const locked = json({ ...live, locked: true })
    const { go } = await open({ health: [locked], state: { waitsFor: 'network' }, ports: { network } })
    expect((await go())?.state).toMatchObject({ phase: 'failed', failure: { kind: 'locked' } })
  })

  test('that goes away again begins to count anew', async () => {
    const { go, tries } = await open({ health: [away], ports: { network } })
    tries.sinceReturn = 4
    await go()
    expect(tries.sinceReturn).toBe(0)
  })
})

describe('a submission that the service refuses', () => {
  test('for its rate is tried three times in all', async () => {
    const { go, tries } = await open({ answers: times(3, limited) })
    for (let count = 0; count < 2; count += 1) {
      expect((await go())?.state).toStrictEqual({
        phase: 'queued',
        sendsAt: nowMs + 11_000 * 1.2 * 0.925,
        trouble: { kind: 'rate-limited', code: 429, said: 'Too fast' },
      })
      expect(tries.refusals).toBe(count + 1)
    }
    expect((await go())?.state).toMatchObject({
      phase: 'failed',
      failure: { kind: 'rate-limited' },
      chargePossible: false,
    })
  })

  test('by the limit of the proxy waits as often as it takes, for the time that it names', async () => {
    const { go, tries } = await open({ answers: times(5, ownLimit) })
    for (let count = 0; count < 5; count += 1) {
      expect((await go())?.state).toMatchObject({ phase: 'queued', sendsAt: nowMs + 8_000 * 1.2 * 0.925 })
    }
    expect(tries.refusals).toBe(0)
  })

  test('for its content has failed, and costs nothing', async () => {
    const { go } = await open({ answers: [json({ code: 422, msg: 'The prompt is too long' })] })
    expect((await go())?.state).toMatchObject({ phase: 'failed', failure: { kind: 'invalid' }, chargePossible: false })
  })

  test('or may have accepted has failed, and may cost', async () => {
    const lost = { '/api/submissions/': [json({ state: 'unknown' })] }
    const { go } = await open({ answers: [away], script: lost })
    const failed = { phase: 'failed', failure: { kind: 'unconfirmed' }, chargePossible: true, sentAt: nowMs }
    expect((await go())?.state).toMatchObject(failed)
  })

  test.each<[string, Scripted, number]>([
    ['because it cannot read a source: that is uploaded again', () => json({ code: 422, msg: 'url is wrong' }), 2],
    ['for another reason: its sources are used again', () => json({ code: 402, msg: 'Credits insufficient' }), 1],
  ])('%s', async (_, refusal, uploads) => {
    const script = { [upload]: [uploaded, uploaded] }
    const { go, asked } = await open({ answers: [refusal], sources: ['a'], script })
    await go()
    // The run has failed already, so this uploads its sources and sends nothing.
    expect((await go())?.state.phase).toBe('failed')
    expect(asked.filter((one) => one === `POST ${submit}`)).toHaveLength(1)
    expect(asked.filter((one) => one === `POST ${upload}`)).toHaveLength(uploads)
  })
})

test('the sources of a run are uploaded anew for another gateway', async () => {
  const health = ['kie', 'kie', 'apikley'].map((gateway) => () => json({ mode: 'live', gateway }))
  const answers = times(3, ownLimit)
  const { go, asked } = await open({ health, answers, sources: ['a'], script: { [upload]: times(2, uploaded) } })
  const counts: number[] = []
  for (let count = 0; count < 3; count += 1) {
    await go()
    counts.push(asked.filter((one) => one === `POST ${upload}`).length)
  }
  expect(counts).toEqual([1, 1, 2])
})

describe('the limit of submissions in this window', () => {
  test('holds the nineteenth back until the first is 11 s old', async () => {
    const { go } = await open({ answers: times(18, ownLimit) })
    for (let count = 0; count < 18; count += 1) await go()
    clockMs = 1_000
    expect((await go())?.state).toStrictEqual({ phase: 'queued', sendsAt: nowMs + 10_000 })
  })

  test('neither counts runs at the fallback service nor holds them back', async () => {
    const given = fallbackOf({ ...live, fallback: { provider: 'gemini', model: 'x', mode: 'live' } }, ownLimit)
    const { go, submitting, run, store } = await open({ ...given, answers: times(18, ownLimit) })
    const usual = { ...run, id: 'run-2' as RunId, marks: ownMarks }
    await store.saveRun(usual)
    const goUsual = () => submitting.submit(usual, { refusals: 0 }, never)
    const sent = { phase: 'queued', trouble: { kind: 'rate-limited' } }
    for (let count = 0; count < 19; count += 1) expect((await go())?.state).toMatchObject(sent)
    for (let count = 0; count < 18; count += 1) expect((await goUsual())?.state).toMatchObject(sent)
    expect((await goUsual())?.state).toStrictEqual({ phase: 'queued', sendsAt: nowMs + 11_000 })
    expect((await go())?.state).toMatchObject(sent)
  })
})

describe('the answer to a submission that was lost', () => {
  const sending = (run: RunIn<'queued'>): RunIn<'sending'> => ({ ...run, state: { phase: 'sending', sentAt: 7 } })

  async function findBy(body: object, given: Given = {}) {
    const kept = json({ state: 'answered', status: 200, body: JSON.stringify(body) })
    const opened = await open({ ...given, script: { '/api/submissions/': [kept] } })
    await opened.store.saveRun(sending(opened.run))
    return { ...opened, found: await opened.submitting.findAnswer(sending(opened.run), opened.tries) }
  }

  test('is found at the proxy, and nothing is sent', async () => {
    const { found, asked } = await findBy({ code: 200, msg: 'success', data: { taskId: 'task-1' } })
    expect(found?.state).toMatchObject({ phase: 'working', sentAt: 7, task: { taskId: 'task-1' } })
    expect(asked).toEqual(['GET /api/submissions/run-1'])
  })

  test('may be a refusal for the rate: the run goes back to the queue', async () => {
    const { found } = await findBy({ code: 429, msg: 'Too fast' })
    expect(found?.state).toMatchObject({ phase: 'queued', sendsAt: nowMs + 11_000 * 1.2 * 0.925 })
  })

  test('is asked for at the proxy that the run was sent through', async () => {
    const addresses: string[] = []
    const answered = { code: 200, msg: 'success', data: { taskId: 'task-2' } }
    const kept = json({ state: 'answered', status: 200, body: JSON.stringify(answered) })
    const to = (address: string) => {
      addresses.push(address)
      return scriptSend({ '/api/submissions/': [kept] }).send
    }
    const { found, asked } = await findBy(
      {},
      { marks: { proxy: 'https://a' }, ports: { route: { current: () => 'https://b', to } } },
    )
    expect(found?.state).toMatchObject({ phase: 'working', task: { taskId: 'task-2' } })
    expect([addresses, asked]).toEqual([['https://a'], []])
  })
})

describe('the pause of a queued run', () => {
  test.each<[string, Partial<StateIn<'queued'>>, number[]]>([
    ['is none without a time', {}, []],
    ['is none at its time', { sendsAt: nowMs }, []],
    ['is the time that is left', { sendsAt: nowMs + 1 }, [1]],
    ['is at most 13.2 s for a limit without a time', { sendsAt: nowMs + 99_000 }, [13_200]],
    [
      'is at most 1.2 times what the limit asked for',
      { sendsAt: nowMs + 99_000, trouble: { kind: 'rate-limited', retryAfterMs: 20_000 } },
      [24_000],
    ],
    [
      'is at most 13.2 s for another trouble',
      { sendsAt: nowMs + 99_000, trouble: { kind: 'over-budget', detail: 'x', retryAfterMs: 50_000 } },
      [13_200],
    ],
    ['is at most half a minute for a network', { sendsAt: nowMs + 99_000, waitsFor: 'network' }, [30_000]],
  ])('%s', async (_, state, expected) => {
    const { submitting, run } = await open({ state })
    await submitting.untilDue(run, never)
    expect(waits).toEqual(expected)
  })

  test('goes on for the rest where a wait ends early', async () => {
    const wait: RunnerPorts['wait'] = async (ms) => {
      waits.push(ms)
      clockMs += Math.min(ms, 400)
    }
    const { submitting, run } = await open({ state: { sendsAt: nowMs + 1_000 }, ports: { wait } })
    clockMs = 5_000
    await submitting.untilDue(run, never)
    expect(waits).toEqual([1_000, 600, 200])
  })

  test('begins when the network is back, and only a run that waits for it asks', async () => {
    let asked = 0
    const back = async (signal: AbortSignal) => {
      expect(signal).toBe(never)
      asked += 1
    }
    const ports = { network: { isOffline: () => true, back } }
    const waiting = await open({ state: { waitsFor: 'network' }, ports })
    await waiting.submitting.untilDue(waiting.run, never)
    expect(asked).toBe(1)
    const other = await open({ state: { sendsAt: nowMs }, ports })
    await other.submitting.untilDue(other.run, never)
    expect(asked).toBe(1)
  })
})

function routed(): Record<string, Scripted[]> {
  return { '/api/health': [json(live)], [upload]: [uploaded], [submit]: [accepted] }
}

function fallbackOf(health: object, answer: Scripted = geminiAccepted): Given {
  return { marks: { standsIn }, health: times(60, () => json(health)), script: { [generate]: times(60, answer) } }
}
