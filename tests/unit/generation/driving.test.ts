import { describe, expect, test } from 'vitest'
import { toFailure } from '#domain/failure.ts'
import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import { adoptedPace, type Marks, type Recipe, type Run, type RunState, type StateIn, standInId } from '#domain/run.ts'
import type { Push, RunnerPorts } from '#generation/ports.ts'
import { createSilentPush } from '#generation/push.ts'
import { createRunner } from '#generation/runner.ts'
import { openMemoryStore } from '#store/memory-store.ts'
import { eventually } from '../../support/eventually.ts'
import { paintedImage } from '../../support/images.ts'
import { nodeProcessor } from '../../support/node-processor.ts'
import { json, type Scripted, scriptSend, silent } from '../../support/scripted-send.ts'

// Only the runner: with a store in memory, a scripted proxy, and a fake lock and events.
const never = new AbortController().signal
const id = 'run-1' as RunId
const task = { provider: 'kie-kontext', taskId: 'task-1' as TaskId }
const own = 'https://files.example/own.png'
const png = await paintedImage('png', { width: 8, height: 8 })
const recipe: Recipe = { family: 'flux-kontext', draft: { prompt: 'a red fox' }, sources: [] }
const submit = 'POST /api/v1/flux/kontext/generate'
const poll = 'GET /api/v1/flux/kontext/record-info?taskId=task-1'
const image = `GET /api/image?url=${encodeURIComponent(own)}`
const envelope = (data: unknown) => () => json({ code: 200, msg: 'success', data })
const done = envelope({ successFlag: 1, response: { resultImageUrl: own } })
const refused = envelope({ successFlag: 3, errorCode: 500, errorMessage: 'Internal error' })
const script = (more: Record<string, Scripted[]> = {}): Record<string, Scripted[]> => ({
  '/api/health': [json({ mode: 'live', gateway: 'kie' })],
  '/api/v1/flux/kontext/generate': [envelope({ taskId: 'task-1' })],
  '/api/v1/flux/kontext/record-info': [done],
  '/api/image': [() => new Response(png, { headers: { 'content-type': 'image/png' } })],
  ...more,
})

const states = {
  queued: { phase: 'queued' },
  sending: { phase: 'sending', sentAt: 1_000 },
  working: { phase: 'working', sentAt: 1_000, task },
  ready: { phase: 'ready', sentAt: 1_000, finishedAt: 9_000, task, imageUrls: [own], spareUrls: [] },
  failed: {
    phase: 'failed',
    sentAt: 1_000,
    failedAt: 9_000,
    task,
    failure: { kind: 'timed-out', detail: 'late' },
    chargePossible: true,
  },
} as unknown as { [P in 'queued' | 'sending' | 'working' | 'ready' | 'failed']: StateIn<P> }

/** The same with a web page in place of each image. */
const noImage = () =>
  script({
    '/api/image': Array.from({ length: 10 }, () => () => new Response('<html></html>')),
    '/api/v1/common/download-url': Array.from({ length: 4 }, () => envelope(own)),
  })

interface Given {
  answers?: Record<string, Scripted[]>
  marks?: Partial<Marks>
  sources?: readonly string[]
  ports?: Partial<RunnerPorts>
}

/** Stores one run in the given state and drives it. */
async function open(state: RunState, { answers = script(), marks, sources = [], ports: more }: Given = {}) {
  const store = openMemoryStore(nodeProcessor)
  const used = { ...recipe, sources: sources as PictureId[] }
  const run: Run = {
    id,
    recipe: used,
    marks: { createdAt: 1, priceCredits: 5, pace: 'flux-kontext-pro', ...marks },
    state,
  }
  await store.saveRun(run)
  const { send, asked } = scriptSend(answers)
  /** What happened, in order: questions, pauses, events. */
  const happened: string[] = []
  const note: RunnerPorts['send'] = (path, init) => {
    happened.push(`${init?.method ?? 'GET'} ${path}`)
    return send(path, init)
  }
  const push: Push = {
    follow(name) {
      happened.push(`follow ${name}`)
      let isFollowed = true
      return () => {
        if (isFollowed) happened.push(`unfollow ${name}`)
        isFollowed = false
      }
    },
    pause: async () => false,
    async untilPoll(_run, ms) {
      happened.push(ms > 0 ? 'pause' : 'at once')
      if (happened.length > 100) throw new Error('asked without end')
      return false
    },
    ended: () => undefined,
  }
  const ended: Run[] = []
  const locked: { name: string; mayTake: () => Promise<boolean> }[] = []
  const ports: RunnerPorts = {
    store,
    send: note,
    push,
    runsAtOnce: () => 8,
    now: () => 10_000,
    monotonic: () => 0,
    newId: () => 'an-id',
    async wait() {
      waits += 1
      // Fails instead of looping forever, because the pauses take no time.
      if (waits > 100) throw new Error('waited a hundred times')
    },
    async lock(name, signal, work, mayTake) {
      locked.push({ name, mayTake })
      return work(signal)
    },
    ended: (run) => void ended.push(run),
    ...more,
  }
  let waits = 0
  const told: unknown[] = []
  store.subscribe((change) => void told.push(change))
  return { runner: createRunner(ports), store, asked, happened, ended, locked, told, run }
}

describe('a run that is driven', () => {
  test('goes from the queue to the gallery, and events are requested before it is sent', async () => {
    const { runner, happened, ended, locked, store } = await open(states.queued)
    const saved = await runner.drive(id, never)
    expect(saved).toMatchObject({ state: { phase: 'saved', task, pictures: ['run-1-0'] } })
    expect(await store.run(id)).toEqual(saved)
    expect(happened).toEqual([`follow ${id}`, 'GET /api/health', submit, 'pause', poll, `unfollow ${id}`, image])
    // The slot at the service is free before the image is fetched.
    expect(happened.indexOf(`unfollow ${id}`)).toBeLessThan(happened.indexOf(image))
    expect(ended).toEqual([saved])
    expect(locked.map(({ name }) => name)).toEqual([`atelier-run-${id}`])
  })

  test.each([
    ['sending', [`follow ${id}`, 'GET /api/submissions/run-1', 'pause', poll, image]],
    ['working', [`follow ${id}`, 'at once', poll, image]],
    ['ready', [image]],
  ] as const)('goes on from "%s" without being sent again', async (phase, expected) => {
    const kept = { state: 'answered', status: 200, body: '{"code":200,"data":{"taskId":"task-1"}}' }
    const { runner, happened, asked } = await open(states[phase], {
      answers: script({ '/api/submissions/': [json(kept)] }),
    })
    expect(await runner.drive(id, never)).toMatchObject({ state: { phase: 'saved' } })
    expect(happened.filter((one) => !one.startsWith('unfollow'))).toEqual(expected)
    expect(asked).not.toContain(submit)
  })

  test('is taken up again where it had failed, and its task may be there', async () => {
    const { runner, asked, ended } = await open(states.failed)
    expect(await runner.drive(id, never)).toMatchObject({ state: { phase: 'saved' } })
    expect(asked).toEqual([poll, image])
    expect(ended).toHaveLength(1)
  })

  test('is left alone if it is saved, and no end is reported', async () => {
    const { runner, store, asked, ended, told } = await open(states.ready)
    await runner.drive(id, never)
    const [askedBefore, endedBefore] = [asked.length, ended.length]
    told.length = 0
    expect(await runner.drive(id, never)).toEqual(await store.run(id))
    expect([asked.length, ended.length, told.length]).toEqual([askedBefore, endedBefore, 0])
  })

  test.each(['saved', 'failed'] as const)(
    'that is "%s" when its turn comes again is told again, and not driven',
    async (end) => {
      const again: string[] = []
      const { runner, store, asked, ended } = await open(states.working, {
        answers: script(end === 'saved' ? {} : { '/api/v1/flux/kontext/record-info': [refused] }),
        ports: {
          // This window drives the run, loses the lock, and gets it again.
          async lock(_name, signal, work) {
            await work(signal)
            store.settle = async (run) => {
              again.push(`settle ${run.id}`)
              return []
            }
            store.amendRun = async (amended, change) => {
              const stored = await store.run(amended)
              const next = stored && change(stored)
              // The store announces only a record that is another object.
              if (next !== stored) again.push(`amend ${amended}`)
              expect(next).toEqual(stored)
              return stored
            }
            return work(signal)
          },
        },
      })
      expect(await runner.drive(id, never)).toEqual(await store.run(id))
      expect((await store.run(id))?.state.phase).toBe(end)
      expect(again).toEqual([end === 'saved' ? `settle ${id}` : `amend ${id}`])
      expect(asked.filter((one) => one === poll)).toHaveLength(1)
      expect(ended).toHaveLength(1)
    },
  )

  test('that failed while this window waited for the lock is not looked for again', async () => {
    const { runner, store, asked, run, told } = await open(states.working, {
      ports: {
        async lock(_name, signal, work) {
          await store.saveRun({ ...run, state: states.failed })
          told.length = 0
          return work(signal)
        },
      },
    })
    expect(await runner.drive(id, never)).toMatchObject({ state: { phase: 'failed' } })
    // This window has heard of its end, so it is not announced again.
    expect([asked, told]).toEqual([[], []])
  })

  test('that is removed while the proxy is asked is not sent', async () => {
    const { runner, store, asked } = await open(states.queued, {
      answers: script({
        '/api/health': [
          async () => {
            await store.removeRun(id)
            return json({ mode: 'live', gateway: 'kie' })
          },
        ],
      }),
    })
    expect(await runner.drive(id, never)).toBeUndefined()
    expect(asked).toEqual(['GET /api/health'])
  })

  test('is fetched by a fresh address first where the user asks for one', async () => {
    const link = '/api/v1/common/download-url'
    const { runner, asked } = await open(states.ready, { answers: script({ [link]: [envelope(own)] }) })
    expect(await runner.drive(id, never, { freshLink: true })).toMatchObject({ state: { phase: 'saved' } })
    expect(asked).toEqual([`POST ${link}`, image])
  })

  test('that is deleted needs nothing', async () => {
    const { runner, asked } = await open(states.queued)
    expect(await runner.drive('run-2' as RunId, never)).toBeUndefined()
    expect(asked).toEqual([])
  })

  test.each([
    ['queued', false],
    ['sending', false],
    ['working', true],
    ['ready', true],
    ['failed', false],
  ] as const)('may be taken from a frozen window where it is "%s": %s', async (phase, mayBe) => {
    const seen: boolean[] = []
    const { runner } = await open(states[phase], {
      ports: {
        async lock(_name, _signal, _work, mayTake) {
          seen.push(await mayTake())
          return undefined as never
        },
      },
    })
    await runner.drive(id, never)
    expect(seen).toEqual([mayBe])
  })

  test('may not be taken from a frozen window where it was deleted', async () => {
    const { runner, locked } = await open(states.working)
    await runner.drive('run-2' as RunId, never)
    expect(await locked[0]?.mayTake()).toBe(false)
  })

  test('is given as it is stored where its waiting is ended; any other trouble is told', async () => {
    const stop = new AbortController()
    const waiting = await open(states.working, {
      ports: {
        async lock(_name, signal) {
          stop.abort(new Error('stopped'))
          throw signal.reason
        },
      },
    })
    expect(await waiting.runner.drive(id, stop.signal)).toMatchObject({ state: { phase: 'working' } })
    const broken = await open(states.working, { ports: { lock: () => Promise.reject(new Error('no lock')) } })
    await expect(broken.runner.drive(id, never)).rejects.toThrow('no lock')
  })

  test('whose step cannot be stored rejects, and releases its lock and slot', async () => {
    const { runner, store, happened } = await open(states.working)
    store.amendRun = () => Promise.reject(new Error('the disk is full'))
    await expect(runner.drive(id, never)).rejects.toThrow('the disk is full')
    expect(happened.at(-1)).toBe(`unfollow ${id}`)
  })
})

describe('events of a run', () => {
  const route = (current: string) => ({ current: () => current, to: () => scriptSend(script()).send })

  test.each<[string, Given, boolean]>([
    ['that was adopted are not listened for', { marks: { pace: adoptedPace } }, false],
    [
      'that went through another proxy are not listened for',
      { marks: { proxy: 'https://a' }, ports: { route: route('https://b') } },
      false,
    ],
    ['that went through this proxy are', { marks: { proxy: 'https://b' }, ports: { route: route('https://b') } }, true],
    ['that says no proxy are', { ports: { route: route('https://b') } }, true],
    ['that names a proxy are where there is one alone', { marks: { proxy: 'https://a' } }, true],
  ])('%s', async (_, given, isListened) => {
    const { runner, happened } = await open(states.working, given)
    expect(await runner.drive(id, never)).toMatchObject({ state: { phase: 'saved' } })
    expect(happened.includes(`follow ${id}`)).toBe(isListened)
    expect(happened.includes(`unfollow ${id}`)).toBe(isListened)
  })
})

describe('the result of a task', () => {
  test('a failure is stored with whether it may be charged', async () => {
    for (const [code, chargePossible] of [
      [500, false],
      [408, true],
    ] as const) {
      const answers = script({
        '/api/v1/flux/kontext/record-info': [envelope({ successFlag: 3, errorCode: code, errorMessage: 'no' })],
      })
      const { runner, ended } = await open(states.working, { answers })
      const failed = await runner.drive(id, never)
      expect(failed).toMatchObject({ state: { phase: 'failed', failedAt: 10_000, chargePossible } })
      expect(ended).toEqual([failed])
    }
  })

  test('a success is stored with its time and addresses, before its image is there', async () => {
    const { runner, store } = await open(states.working, { answers: noImage() })
    await expect(runner.drive(id, never)).rejects.toMatchObject({ failure: { kind: 'unexpected' } })
    expect(await store.run(id)).toMatchObject({ state: { phase: 'ready', finishedAt: 10_000, imageUrls: [own] } })
  })
})

describe('slots at the service', () => {
  /** Two runs and one slot. The test decides when the first run's poll is answered. */
  async function openTwo(first: RunState, second: RunState) {
    let answer: (() => void) | undefined
    const slow: Scripted = () => new Promise((resolve) => (answer = () => resolve(done())))
    const { '/api/v1/flux/kontext/record-info': _one, ...rest } = script()
    const answers = {
      ...rest,
      '/api/health': [0, 1].map(() => json({ mode: 'live', gateway: 'kie' })),
      '/api/v1/flux/kontext/generate': ['task-1', 'task-2']
        .slice(first.phase === 'queued' ? 0 : 1)
        .map((taskId) => envelope({ taskId })),
      '/api/v1/flux/kontext/record-info?taskId=task-1': [slow],
      '/api/v1/flux/kontext/record-info?taskId=task-2': [done],
      '/api/image': [0, 1].map(() => () => new Response(png, { headers: { 'content-type': 'image/png' } })),
    }
    const opened = await open(first, { answers, ports: { runsAtOnce: () => 1 } })
    const other = { ...opened.run, id: 'run-2' as RunId, state: second }
    await opened.store.saveRun(other)
    return { ...opened, other, answer: () => answer?.() }
  }

  test('are as many as are allowed: the next run is sent when one is free', async () => {
    const { runner, other, asked, answer, store } = await openTwo(states.queued, states.queued)
    const both = [runner.drive(id, never), runner.drive(other.id, never)]
    await eventually(() => expect(asked).toContain(poll))
    expect(asked.filter((one) => one === submit)).toHaveLength(1)
    expect((await store.run(other.id))?.state.phase).toBe('queued')
    answer()
    expect((await Promise.all(both)).map((run) => run?.state.phase)).toEqual(['saved', 'saved'])
    expect(asked.filter((one) => one === submit)).toHaveLength(2)
  })

  test('are not needed by runs that are already at the service, but these count', async () => {
    const { runner, other, asked, answer } = await openTwo(states.working, states.queued)
    const both = [runner.drive(id, never), runner.drive(other.id, never)]
    await eventually(() => expect(asked).toContain(poll))
    expect(asked).not.toContain(submit)
    answer()
    await Promise.all(both)
    expect(asked).toContain(submit)
  })
})

describe('the images of a finished run', () => {
  test('are returned without being stored', async () => {
    const { runner, store } = await open(states.ready)
    const blobs = await runner.fetch(id, never)
    expect(blobs.map(({ size }) => size)).toEqual([png.size])
    expect((await store.run(id))?.state.phase).toBe('ready')
    expect(await store.countPictures('gallery')).toBe(0)
  })

  test.each(['queued', 'working', 'failed'] as const)('are none where it is "%s"', async (phase) => {
    const { runner, asked } = await open(states[phase])
    expect(await runner.fetch(id, never)).toEqual([])
    expect(asked).toEqual([])
  })

  test('are none where there is no such run', async () => {
    const { runner } = await open(states.ready)
    expect(await runner.fetch('run-2' as RunId, never)).toEqual([])
  })

  test('that cannot be fetched are told with the reason', async () => {
    const { runner } = await open(states.ready, { answers: noImage() })
    const failure = await runner.fetch(id, never).catch(toFailure)
    expect(failure).toMatchObject({ kind: 'unexpected' })
  })
})

describe('a run that had failed', () => {
  test('and fails again has no new end to report', async () => {
    const { runner, ended } = await open(states.failed, {
      answers: script({ '/api/v1/flux/kontext/record-info': [refused] }),
    })
    expect(await runner.drive(id, never)).toMatchObject({ state: { phase: 'failed', failedAt: 10_000 } })
    expect(ended).toEqual([])
  })

  const yielding = { ...states.failed, yieldsTo: standInId(id) }

  test('and is replaced by another run is not looked for: that run is stored', async () => {
    const fallback = { provider: 'gemini', model: 'gemini-nano-banana-2.1', mode: 'live' }
    const health = json({ mode: 'live', gateway: 'kie', fallback })
    const { runner, store, asked } = await open(yielding, { answers: script({ '/api/health': [health] }) })
    expect(await runner.drive(id, never)).toMatchObject({ marks: { dismissed: true }, state: { phase: 'failed' } })
    expect(asked).toEqual(['GET /api/health'])
    expect(await store.run(standInId(id))).toMatchObject({ state: { phase: 'queued' } })
  })

  test('and was replaced and removed from the gallery is left alone', async () => {
    const { runner, asked, run } = await open(yielding, { marks: { dismissed: true } })
    expect(await runner.drive(id, never)).toEqual(run)
    expect(asked).toEqual([])
  })
})

describe('the service that really made an image', () => {
  const standsIn = { for: 'run-0' as RunId, provider: 'gemini', model: 'Gemini', priceDollars: 1 }
  const answersOf = (body: object) => ({
    '/api/submissions/': [json({ state: 'answered', status: 200, body: JSON.stringify(body) })],
    '/api/gemini/pictures/run-1': [() => new Response(png, { headers: { 'content-type': 'image/png' } })],
  })
  const atFallback = { ...states.working, task: { provider: 'gemini', taskId: 'run-1' as TaskId } }

  test('is kept with its price, for a run at the fallback service', async () => {
    const answers = answersOf({ state: 'made', model: 'gemini-nano-banana-2.1', size: '1K' })
    const { runner, happened } = await open(atFallback, { answers, marks: { standsIn } })
    const saved = await runner.drive(id, never)
    expect(saved?.marks.standsIn).toStrictEqual({ ...standsIn, model: 'Gemini Nano Banana 2.1', priceDollars: 0.034 })
    // This service does not call back.
    expect(happened).not.toContain(`follow ${id}`)
  })

  test('is nothing to keep for any other run', async () => {
    const { runner } = await open(states.working)
    expect((await runner.drive(id, never))?.marks).not.toHaveProperty('standsIn')
    const silentOnIt = await open(states.working, { marks: { standsIn } })
    expect((await silentOnIt.runner.drive(id, never))?.marks.standsIn).toStrictEqual(standsIn)
  })
})

test.each(['sending', 'working', 'ready', 'images alone'] as const)(
  'from "%s" on, everything about a run is asked for at the proxy that it was sent through',
  async (from) => {
    const kept = { state: 'answered', status: 200, body: '{"code":200,"data":{"taskId":"task-1"}}' }
    const there = scriptSend(script({ '/api/submissions/': [json(kept)] }))
    const addresses: string[] = []
    const to = (address: string) => {
      addresses.push(address)
      return there.send
    }
    const given = { marks: { proxy: 'https://a' }, ports: { route: { current: () => 'https://b', to } } }
    const { runner, asked } = await open(from === 'images alone' ? states.ready : states[from], given)
    if (from === 'images alone') expect(await runner.fetch(id, never)).toHaveLength(1)
    else expect(await runner.drive(id, never)).toMatchObject({ state: { phase: 'saved' } })
    expect(asked).toEqual([])
    expect(new Set(addresses)).toEqual(new Set(['https://a']))
  },
)

test.each<[string, string, number]>([
  ['could not be read are uploaded again', 'url is wrong', 2],
  ['were read are used again', 'Internal error', 1],
])('sources that %s after a task has failed', async (_, errorMessage, uploads) => {
  const uploaded = envelope({ downloadUrl: 'https://a.example/1' })
  const failed = envelope({ successFlag: 3, errorCode: 500, errorMessage })
  const { runner, store, asked, run } = await open(states.queued, {
    sources: ['a'],
    answers: script({
      '/api/health': [0, 1].map(() => () => json({ mode: 'live', gateway: 'kie' })),
      '/api/file-stream-upload': [uploaded, uploaded],
      '/api/v1/flux/kontext/generate': [0, 1].map(() => envelope({ taskId: 'task-1' })),
      '/api/v1/flux/kontext/record-info': [failed, failed],
    }),
  })
  store.original = async () => png
  await store.saveRun({ ...run, id: 'run-2' as RunId })
  for (const name of [id, 'run-2' as RunId]) {
    expect(await runner.drive(name, never)).toMatchObject({ state: { phase: 'failed' } })
  }
  expect(asked.filter((one) => one === 'POST /api/file-stream-upload')).toHaveLength(uploads)
})

test('runs at the service are polled less often where there are others', async () => {
  async function firstPauseMs(others: number) {
    let first: number | undefined
    const push = {
      ...createSilentPush(async () => undefined),
      async untilPoll(run: RunId, ms: number) {
        if (run === id) first ??= ms
        return false
      },
    }
    const answers = {
      '/api/v1/flux/kontext/record-info?taskId=other': Array.from({ length: others }, () => silent),
      ...script(),
    }
    const { runner, store, asked, run } = await open(states.queued, { answers, ports: { push } })
    const stop = new AbortController()
    const driven = Array.from({ length: others }, async (_, index) => {
      const state = { ...states.working, task: { ...task, taskId: `other-${index}` as TaskId } }
      const other = { ...run, id: `other-${index}` as RunId, state }
      await store.saveRun(other)
      return runner.drive(other.id, stop.signal)
    })
    await eventually(() => expect(asked).toHaveLength(others))
    await runner.drive(id, never)
    stop.abort()
    await Promise.all(driven)
    return first ?? 0
  }
  const alone = await firstPauseMs(0)
  expect(alone).toBeGreaterThan(0)
  expect(await firstPauseMs(1)).toBe(alone)
  expect(await firstPauseMs(2)).toBeGreaterThan(alone)
})
