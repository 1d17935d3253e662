import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { toFailure } from '#domain/failure.ts'
import type { PictureId, RunId } from '#domain/ids.ts'
import type { Recipe, Run } from '#domain/run.ts'
import type { Push, RunnerPorts } from '#generation/ports.ts'
import { lostContact, reach, recover, submitOnce } from '#generation/sending.ts'
import { createUploads } from '#generation/uploads.ts'
import { findFamily } from '#models/catalogue.ts'
import type { ModelFamily } from '#models/model.ts'
import type { Provider } from '#providers/provider.ts'
import { findProvider } from '#providers/registry.ts'
import type { GalleryStore } from '#store/store.ts'
import { json, type Scripted, scriptSend, silent } from '../../support/scripted-send.ts'

const never = new AbortController().signal
const run = 'run-1' as RunId
const kontext = findProvider('kie-kontext') as Provider
const gemini = findProvider('gemini') as Provider
const kept = '/api/submissions/run-1'
const submit = '/api/v1/flux/kontext/generate'
const away = new TypeError('Failed to fetch')
const accepted = { code: 200, msg: 'success', data: { taskId: 'task-1' } }
const health = { mode: 'live', gateway: 'kie' }

afterEach(() => void vi.useRealTimers())

const outcomeOf = (work: Promise<unknown>) => work.catch((error) => lostContact(error))

describe('the proxy', () => {
  test('P13 answers and identifies itself', async () => {
    const { send, asked } = scriptSend({ '/api/health': [json({ ...health, locked: true })] })
    expect(await reach(send, never)).toEqual({ ...health, locked: true })
    expect(asked).toEqual(['GET /api/health'])
  })

  test.each([
    ['does not know the question', () => new Response('not found', { status: 404 })],
    ['answers with other words', () => json({ ok: true })],
    ['refuses with words', () => json({ code: 404, msg: 'no' }, 404)],
  ])('of another make %s and is there all the same', async (_, answer) => {
    expect(await reach(scriptSend({ '/api/health': [answer] }).send, never)).toEqual({})
  })

  test.each<[string, Scripted, string]>([
    ['cannot be reached', away, 'The proxy cannot be reached.'],
    [
      'is a web page',
      () => new Response('<h1>Hello</h1>'),
      'The proxy address answers with a web page, not as a proxy.',
    ],
  ])('P13 that %s is told as such', async (_, answer, detail) => {
    const { send } = scriptSend({ '/api/health': [answer] })
    expect(await outcomeOf(reach(send, never))).toEqual({ kind: 'unavailable', detail })
  })

  test('P13 that is silent is given up after ten seconds', async () => {
    vi.useFakeTimers()
    let failure: unknown
    const reached = outcomeOf(reach(scriptSend({ '/api/health': [silent] }).send, never)).then((end) => {
      failure = end
    })
    await vi.advanceTimersByTimeAsync(9_999)
    expect(failure).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    vi.useRealTimers()
    await reached
    expect(failure).toEqual({ kind: 'unavailable', detail: 'The proxy does not answer.' })
  })

  test.each([undefined, null, 'text', new Error('odd'), { name: 'GenerationError' }])(
    'is away for all that is no answer: %s',
    (error) => {
      const failure = lostContact(error)
      expect(failure.kind === 'unavailable' || failure.kind === 'unexpected').toBe(true)
    },
  )
})

describe('the sources of a run', () => {
  const upload = '/api/file-stream-upload'
  const recipe: Recipe = { family: 'flux-kontext', draft: {}, sources: ['a', 'b'] as PictureId[] }
  const uploaded = (url: string) => () => json({ code: 200, success: true, msg: 'ok', data: { downloadUrl: url } })
  const startedAt = 1_790_000_000_000
  let now = startedAt

  /** Uploads with scripted answers, from a store with the named images. */
  function openUploads(answers: Scripted[], held: Record<string, string> = { a: 'image/png', b: 'image/jpeg' }) {
    const { send, asked } = scriptSend({ [upload]: answers })
    const names: string[] = []
    const sendAndNote: RunnerPorts['send'] = (path, init) => {
      if (init?.body instanceof FormData) names.push(String(init.body.get('fileName')))
      return send(path, init)
    }
    const original = async (id: string) => (held[id] ? new Blob([id], { type: held[id] }) : undefined)
    const newId = () => `file-${names.length + 1}`
    const store = { original, picture: async () => undefined } as unknown as GalleryStore
    const uploads = createUploads({ store, send: sendAndNote, now: () => now, newId } as RunnerPorts)
    return { uploads, asked, names }
  }
  beforeEach(() => {
    now = startedAt
  })

  test('are uploaded once each, in order, under names that say what they are', async () => {
    const { uploads, names } = openUploads([uploaded('https://a.example/1'), uploaded('https://a.example/2')])
    const urls = ['https://a.example/1', 'https://a.example/2']
    expect(await uploads.urls(recipe, kontext, 'kie', never)).toEqual(urls)
    expect(names).toEqual(['file-1.png', 'file-2.jpg'])
    expect(await uploads.urls(recipe, kontext, 'kie', never)).toEqual(urls)
    expect(names).toHaveLength(2)
  })

  test('are called PNG where their type is not known', async () => {
    const { uploads, names } = openUploads([uploaded('https://a.example/1')], { a: 'application/octet-stream' })
    await uploads.urls({ ...recipe, sources: ['a'] as PictureId[] }, kontext, 'kie', never)
    expect(names).toEqual(['file-1.png'])
  })

  test('U17 are uploaded anew when their time is over, and not before', async () => {
    const one = { ...recipe, sources: ['a'] as PictureId[] }
    const { uploads, asked } = openUploads([uploaded('https://a.example/1'), uploaded('https://a.example/2')])
    await uploads.urls(one, kontext, 'kie', never)
    now = startedAt + kontext.uploadsKeptMs - 1
    expect(await uploads.urls(one, kontext, 'kie', never)).toEqual(['https://a.example/1'])
    now = startedAt + kontext.uploadsKeptMs
    expect(await uploads.urls(one, kontext, 'kie', never)).toEqual(['https://a.example/2'])
    expect(asked).toHaveLength(2)
  })

  test('7.5 are uploaded anew for another gateway, and when the service could not read them', async () => {
    const one = { ...recipe, sources: ['a'] as PictureId[] }
    const answers = [1, 2, 3, 4].map((n) => uploaded(`https://a.example/${n}`))
    const { uploads } = openUploads(answers)
    const asking = (gateway?: string) => uploads.urls(one, kontext, gateway, never)
    expect(await asking('kie')).toEqual(['https://a.example/1'])
    expect(await asking('apikley')).toEqual(['https://a.example/2'])
    uploads.forget({ recipe: one, marks: { gateway: 'kie' } } as unknown as Run, kontext)
    expect(await asking('kie')).toEqual(['https://a.example/3'])
    expect(await asking('apikley')).toEqual(['https://a.example/2'])
    expect(await asking()).toEqual(['https://a.example/4'])
    uploads.forget({ recipe: one, marks: {} } as unknown as Run, kontext)
    await expect(asking()).rejects.toThrow('nobody answers')
  })

  test('that are deleted stop the run, with the number that the user sees', async () => {
    const { uploads, asked } = openUploads([uploaded('https://a.example/1')], { a: 'image/webp' })
    const failure = toFailure(await uploads.urls(recipe, kontext, 'kie', never).catch((error) => error))
    const message = 'Image 2 is no longer in this browser. Remove it or add it again.'
    expect(failure).toEqual({ kind: 'invalid', issues: [{ field: 'sources', message }] })
    expect(asked).toHaveLength(1)
  })

  test('are not kept for later runs if they are part of the submission', async () => {
    const { uploads, asked } = openUploads([])
    const one = { ...recipe, sources: ['a'] as PictureId[] }
    const first = await uploads.urls(one, gemini, '', never)
    expect(first[0]).toMatch(/^data:image\/png;base64,/)
    expect(await uploads.urls(one, gemini, '', never)).toEqual(first)
    expect(asked).toEqual([])
  })
})

/** A clock that only pauses advance. */
let clockMs = 0
let pauses: number[] = []
const push = {
  async pause(_run: RunId, ms: number) {
    pauses.push(ms)
    clockMs += ms
    return false
  },
} as unknown as Push
beforeEach(() => {
  clockMs = 1_000_000
  pauses = []
})
const portsFor = (script: Record<string, Scripted[]>) => {
  const { send, asked } = scriptSend(script)
  return { ports: { send, monotonic: () => clockMs } as RunnerPorts, asked }
}
const many = (answer: () => Response) => Array.from({ length: 100 }, () => answer)

describe('the answer to a submission that was lost', () => {
  async function recoverBy(
    script: Record<string, Scripted[]>,
    provider = kontext,
    known?: Parameters<typeof recover>[4],
  ) {
    const { ports, asked } = portsFor(script)
    return { outcome: await recover(ports, push, run, provider, known), asked }
  }

  test('P04 is kept by the proxy', async () => {
    const answer = json({ state: 'answered', status: 200, body: JSON.stringify(accepted) })
    const { outcome, asked } = await recoverBy({ [kept]: [answer] })
    expect(outcome).toEqual({ task: 'task-1' })
    expect(asked).toEqual([`GET ${kept}`])
    expect(pauses).toEqual([])
  })

  test('P04 may be a refusal', async () => {
    const body = JSON.stringify({ code: 402, msg: 'Credits insufficient' })
    const { outcome } = await recoverBy({ [kept]: [json({ state: 'answered', status: 200, body })] })
    expect(outcome).toMatchObject({ failure: { kind: 'out-of-credits' } })
  })

  test('P03 is waited for while it is under way, even if the proxy is down for a while', async () => {
    const answer = json({ state: 'answered', status: 200, body: JSON.stringify(accepted) })
    const pending = () => json({ state: 'pending' })
    const { outcome, asked } = await recoverBy({ [kept]: [pending, away, pending, pending, pending, answer] })
    expect(outcome).toEqual({ task: 'task-1' })
    expect(asked).toHaveLength(6)
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 5_000])
  })

  test('P03 is asked for again if the proxy does not answer in a quarter of a minute', async () => {
    const answer = json({ state: 'answered', status: 200, body: JSON.stringify(accepted) })
    const { ports, asked } = portsFor({ [kept]: [silent, answer] })
    vi.useFakeTimers()
    const outcome = recover(ports, push, run, kontext)
    await vi.advanceTimersByTimeAsync(14_999)
    expect(asked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    vi.useRealTimers()
    expect(await outcome).toEqual({ task: 'task-1' })
    expect(asked).toHaveLength(2)
  })

  test('P03 is given up after a minute: it may have been sent', async () => {
    const known = { kind: 'unconfirmed', code: 502, said: 'lost' } as const
    const { outcome } = await recoverBy({ [kept]: many(() => json({ state: 'pending' })) }, kontext, known)
    expect(outcome).toEqual({ failure: { kind: 'unconfirmed', code: 502, said: 'lost' } })
    const tookMs = pauses.reduce((sum, ms) => sum + ms, 0)
    expect(tookMs).toBeGreaterThanOrEqual(60_000)
    expect(tookMs).toBeLessThan(65_000)
  })

  test('P03 is not asked for once more when the minute is over', async () => {
    const { ports, asked } = portsFor({ [kept]: many(() => json({ state: 'pending' })) })
    const oneMinute: Push = {
      ...push,
      async pause() {
        clockMs += 60_000
        return false
      },
    }
    expect(await recover(ports, oneMinute, run, kontext)).toEqual({ failure: { kind: 'unconfirmed' } })
    expect(asked).toHaveLength(1)
  })

  test.each(['none', 'unknown'])('P05 is in doubt where the proxy says "%s" and nobody calls back', async (state) => {
    const script = { [kept]: [json({ state })], '/api/health': [json(health)] }
    const other = { kind: 'unavailable', detail: 'x', code: 503, said: 'y' } as const
    const { outcome, asked } = await recoverBy(script, kontext, other)
    expect(outcome).toEqual({ failure: { kind: 'unconfirmed' } })
    expect(asked).toEqual([`GET ${kept}`, 'GET /api/health'])
  })

  test('P05 is unconfirmed if the proxy stores nothing and does not say whether it receives callbacks', async () => {
    const script = { [kept]: [() => new Response('not found', { status: 404 })], '/api/health': [away] }
    expect((await recoverBy(script)).outcome).toEqual({ failure: { kind: 'unconfirmed' } })
  })

  test('W01 is waited for two minutes where the service calls back', async () => {
    const calling = () => json({ ...health, callbacks: true })
    const script = { [kept]: many(() => json({ state: 'unknown' })), '/api/health': many(calling) }
    const { outcome } = await recoverBy(script)
    expect(outcome).toEqual({ failure: { kind: 'unconfirmed' } })
    const tookMs = pauses.reduce((sum, ms) => sum + ms, 0)
    expect(tookMs).toBeGreaterThanOrEqual(120_000)
    expect(tookMs).toBeLessThan(125_000)
  })

  test('8.4 of a fallback run is the run itself, once the proxy knows it', async () => {
    for (const state of ['pending', 'unknown']) {
      expect((await recoverBy({ [kept]: [json({ state })] }, gemini)).outcome).toEqual({ task: run })
    }
    for (const answer of [json({ state: 'none' }), new Response('not found', { status: 404 })]) {
      const unknown = { [kept]: [answer], '/api/health': [json({ ...health, callbacks: true })] }
      expect(await recoverBy(unknown, gemini)).toEqual({
        outcome: { failure: { kind: 'unconfirmed' } },
        asked: [`GET ${kept}`],
      })
    }
    expect(pauses).toEqual([])
  })

  test.each([
    [{ kind: 'unconfirmed' }, { kind: 'unconfirmed' }],
    [
      { kind: 'unconfirmed', code: 502 },
      { kind: 'unconfirmed', code: 502 },
    ],
    [
      { kind: 'unconfirmed', said: 'lost' },
      { kind: 'unconfirmed', said: 'lost' },
    ],
  ] as const)('P05 keeps what is known of %j, and no empty members', async (known, failure) => {
    const script = { [kept]: [json({ state: 'unknown' })], '/api/health': [json(health)] }
    expect((await recoverBy(script, kontext, known)).outcome).toStrictEqual({ failure })
  })

  test('T02 is given up when the window is closed', async () => {
    const { ports } = portsFor({ [kept]: [new DOMException('gone', 'AbortError')] })
    await expect(recover(ports, push, run, kontext)).rejects.toThrow('gone')
  })
})

describe('a submission', () => {
  const family = findFamily('flux-kontext') as ModelFamily
  const draft = { ...family.defaults, prompt: 'a red fox' }
  const waiting = { id: run, recipe: { family: 'flux-kontext', draft, sources: [] } } as unknown as Run
  async function submitBy(script: Record<string, Scripted[]>, provider = kontext) {
    const { ports, asked } = portsFor(script)
    return { outcome: await submitOnce(ports, push, waiting, family, provider, []), asked }
  }

  test('goes out once, under the key of its run, with the body of its family', async () => {
    let sent: RequestInit | undefined
    const note: Scripted = (init) => {
      sent = init
      return json(accepted)
    }
    const { outcome, asked } = await submitBy({ [submit]: [note] })
    expect(outcome).toEqual({ task: 'task-1' })
    expect(asked).toEqual([`POST ${submit}`])
    expect(new Headers(sent?.headers).get('idempotency-key')).toBe(run)
    expect(JSON.parse(String(sent?.body))).toEqual(family.toBody(draft, []))
  })

  test('that is certainly refused is not looked up again', async () => {
    const refusal = json({ code: 422, msg: 'The prompt is too long', data: null })
    const { outcome, asked } = await submitBy({ [submit]: [refusal] })
    expect(outcome).toMatchObject({ failure: { kind: 'invalid' } })
    expect(asked).toEqual([`POST ${submit}`])
  })

  test.each<[string, Scripted]>([
    ['was lost', away],
    ['is a web page', () => new Response('<h1>Bad gateway</h1>', { status: 502 })],
    ['is in doubt at the proxy', () => json({ code: 502, msg: 'lost', proxy: { sent: 'unknown' } }, 502)],
    ['names no task', () => json({ code: 200, msg: 'success', data: {} })],
  ])('P04 whose answer %s is looked for at the proxy, and never sent again', async (_, answer) => {
    const found = json({ state: 'answered', status: 200, body: JSON.stringify(accepted) })
    const { outcome, asked } = await submitBy({ [submit]: [answer], [kept]: [found] })
    expect(outcome).toEqual({ task: 'task-1' })
    expect(asked).toEqual([`POST ${submit}`, `GET ${kept}`])
  })

  test('U05 that is not answered in a minute and a half is looked up', async () => {
    const found = json({ state: 'answered', status: 200, body: JSON.stringify(accepted) })
    const { ports, asked } = portsFor({ [submit]: [silent], [kept]: [found] })
    vi.useFakeTimers()
    const outcome = submitOnce(ports, push, waiting, family, kontext, [])
    await vi.advanceTimersByTimeAsync(89_999)
    expect(asked).toEqual([`POST ${submit}`])
    await vi.advanceTimersByTimeAsync(1)
    vi.useRealTimers()
    expect(await outcome).toEqual({ task: 'task-1' })
    expect(asked).toEqual([`POST ${submit}`, `GET ${kept}`])
  })

  test('P05 that is unconfirmed keeps the message of its source', async () => {
    const doubtful = json({ code: 502, msg: 'The answer was lost.', proxy: { sent: 'unknown' } }, 502)
    const script = { [submit]: [doubtful], [kept]: [json({ state: 'unknown' })], '/api/health': [json(health)] }
    const failure = { kind: 'unconfirmed', code: 502, said: 'The answer was lost.' }
    expect((await submitBy(script)).outcome).toEqual({ failure })
  })

  test('8.1 of a fallback run has the body of its own service', async () => {
    let sent: RequestInit | undefined
    const path = gemini.endpoints.find(({ kind }) => kind === 'submit')?.path ?? ''
    const note: Scripted = (init) => {
      sent = init
      return json({ code: 200, msg: 'success', data: { taskId: run } })
    }
    await submitBy({ [path]: [note] }, gemini)
    expect(JSON.parse(String(sent?.body))).toEqual(gemini.standIn?.toBody(family.brief(draft, 0), []))
  })
})
