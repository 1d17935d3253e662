import { once } from 'node:events'
import { ServerResponse } from 'node:http'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { gemini } from '#providers/gemini.ts'
import type { Access } from '#server/edge/access.ts'
import { refusalIn } from '#server/edge/refusals.ts'
import { createRoutes, type Route } from '#server/edge/routes.ts'
import { createGemini, type Fallback } from '#server/gemini/gemini.ts'
import { openGemini } from '#server/gemini/gemini-service.ts'
import { createLog } from '#server/log.ts'
import { createMemoryPictures, type KeptPictures } from '#server/shared/memory/kept-pictures.ts'
import { createMemorySubmissions } from '#server/shared/memory/submissions.ts'
import type { Fault } from '#server/upstream/fault.ts'
import { createTransfers, type Transfers } from '#server/upstream/transfers.ts'
import { answerOf, incomingOf } from '../../support/incoming.ts'
import { later } from '../../support/later.ts'

const routes = createRoutes({ callbacks: false, fallback: true, spend: false, metrics: false })
const routeOf = (wanted: Route['kind']) => routes.find(({ kind }) => kind === wanted) as Route
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const run = 'gemini-run-number-1'
const otherRun = 'gemini-run-number-2'
const bodyOf = (prompt: string) => gemini.standIn?.toBody({ prompt, ratio: '1:1', size: '1K' }, [])

/** How each call of the service ends. */
let call: () => Promise<Fault>
let calls: number
let givenBack: number
let submissions: ReturnType<typeof createMemorySubmissions>
let pictures: KeptPictures
let transfers: Transfers
let logged: string[]
let fallback: Fallback

beforeEach(() => {
  call = async () => ({ ok: false, sent: 'unknown', cause: 'broken' })
  calls = 0
  givenBack = 0
  logged = []
  submissions = createMemorySubmissions()
  pictures = createMemoryPictures({ mostBytes: 100, placeBytes: 100 })
  transfers = createTransfers({ bodyPerUser: 1_000 })
  fallback = createGemini({
    service: openGemini({ apiKey: 'a-key-of-enough-length', apiBaseUrl: undefined, models: ['gemini-a'] }),
    outbound: {
      async request({ method }) {
        if (method === 'GET') return { ok: false, sent: 'no', cause: 'unreachable' }
        calls += 1
        return call()
      },
    },
    submissions,
    pictures,
    admit: async () => ({
      admitted: true,
      giveBack: async () => {
        givenBack += 1
      },
      tieTo: async () => undefined,
    }),
    access: { userOf: () => 'anna' } as Partial<Access> as Access,
    transfers,
    log: createLog([], (line) => logged.push(line)),
  })
})

afterEach(() => {
  vi.useRealTimers()
})

/** Submits, and gives the status, or the refusal. */
async function submit(key = run, body: unknown = bodyOf('a fox'), length = '600') {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key, 'content-length': length }
  return answerOf(incomingOf({ headers, body: JSON.stringify(body) }), fallback.generateFor(routeOf('generate'))).then(
    ({ status }) => status,
    (error: unknown) => refusalIn(error) ?? Promise.reject(error),
  )
}

/** What another request with this run is told, when the call has ended. */
async function outcome() {
  await fallback.drain()
  const kept = await submissions.reserve(run, 'another body')
  return kept.state === 'other-body' ? submissions.find(run) : kept.state
}

describe('a call of the fallback', () => {
  it.each<[string, () => Promise<Fault>, string]>([
    ['came too late', async () => ({ ok: false, sent: 'unknown', cause: 'late' }), 'unknown'],
    ['was lost', async () => ({ ok: false, sent: 'unknown', cause: 'broken' }), 'unknown'],
    ['failed in a way that nobody has foreseen', () => Promise.reject(new Error('oops')), 'unknown'],
  ])('P05 that %s is in doubt: its credits stay spent, its room is free again', async (_, end, state) => {
    call = end
    expect(await submit()).toBe(202)
    expect(await outcome()).toEqual({ state })
    expect(givenBack).toBe(0)
    expect(await pictures.reserve(otherRun)).toBe(true)
    expect(logged.map((line) => JSON.parse(line)).every((line) => line.run === run)).toBe(true)
    expect(logged.join().includes('oops')).toBe(_.startsWith('failed'))
  })

  it.each<[string, Fault['cause'], number, string]>([
    ['came too late', 'late', 504, 'No answer came in time.'],
    ['was lost', 'broken', 502, 'The answer was lost.'],
  ])('P05 whose answer %s is told so, to whoever sends it again', async (_, cause, code, msg) => {
    call = async () => ({ ok: false, sent: 'unknown', cause })
    const settled: unknown[] = []
    const { settle } = submissions
    submissions.settle = async (key, end) => {
      settled.push([end.state, end.status, JSON.parse(end.body)])
      await settle(key, end)
    }
    await submit()
    await fallback.drain()
    expect(settled).toEqual([['unknown', code, { code, msg, proxy: { sent: 'unknown' } }]])
  })

  it('P05 whose end cannot be stored is tried again after 0.5, 2, 8 and 30 s', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let tries = 0
    const { settle } = submissions
    submissions.settle = async (...end) => {
      tries += 1
      if (tries < 5) throw new Error('away')
      await settle(...end)
    }
    expect(await submit()).toBe(202)
    for (const [pauseMs, count] of [
      [0, 1],
      [499, 1],
      [1, 2],
      [1_999, 2],
      [1, 3],
      [7_999, 3],
      [1, 4],
      [29_999, 4],
      [1, 5],
    ] as const) {
      await vi.advanceTimersByTimeAsync(pauseMs)
      expect(tries).toBe(count)
    }
    expect(await outcome()).toEqual({ state: 'unknown' })
  })

  it('that was not sent gives its credits back, and says why', async () => {
    call = async () => ({ ok: false, sent: 'no', cause: 'unreachable' })
    await submit()
    expect(await outcome()).toEqual({
      state: 'answered',
      status: 503,
      body: JSON.stringify({ code: 503, msg: 'Gemini cannot be reached.', proxy: { sent: 'no' } }),
    })
    expect(givenBack).toBe(1)
  })

  it('is not made where room for its image cannot be reserved', async () => {
    pictures.reserve = () => Promise.reject(new Error('away'))
    expect(await submit()).toMatchObject({ code: 429, msg: 'The proxy has no room for one more image yet.' })
    expect([calls, givenBack]).toEqual([0, 1])
    expect(await submissions.find(run)).toEqual({ state: 'none' })
  })

  it('is not made by a proxy that is being stopped', async () => {
    await fallback.drain()
    expect(await submit()).toEqual({
      code: 503,
      msg: 'The proxy is being stopped.',
      proxy: { sent: 'no', retryAfterMs: 5_000 },
    })
    expect(calls).toBe(0)
  })

  it('G1: holds the memory of its body until it has ended', async () => {
    let end = () => {}
    call = () =>
      new Promise((resolve) => {
        end = () => resolve({ ok: false, sent: 'unknown', cause: 'broken' })
      })
    expect(await submit()).toBe(202)
    expect(await submit(otherRun)).toMatchObject({ code: 429 })
    end()
    await expect.poll(() => submit(otherRun)).toBe(202)
    end()
    await fallback.drain()
  })

  it('B06: names each setting that it does not accept', async () => {
    const refusalOf = async (body: unknown) => (await submit(run, body)) as { proxy: { issues: { field: string }[] } }
    const fieldsOf = async (body: unknown) => (await refusalOf(body)).proxy.issues.map(({ field }) => field)
    expect(await fieldsOf('a fox')).toEqual(['body'])
    expect(await fieldsOf({ ...(bodyOf('a fox') as object), contents: [] })).toEqual(['contents'])
    const { generationConfig } = bodyOf('a fox') as { generationConfig: object }
    const wrong = { ...(bodyOf('a fox') as object), generationConfig: { ...generationConfig, responseModalities: [1] } }
    expect(await fieldsOf(wrong)).toContain('generationConfig.responseModalities')
  })
})

describe('an image of the fallback', () => {
  const ask = () => incomingOf({ method: 'GET', url: `/api/gemini/pictures/${run}` })

  it('G4: whose reader leaves while it is looked up gives its place back', async () => {
    const lookup = later<Buffer>()
    pictures.find = () => lookup.promise
    const incoming = ask()
    const outgoing = new ServerResponse(incoming)
    const socket = new Writable({ write: (_chunk, _encoding, done) => done() })
    outgoing.assignSocket(Object.assign(socket, { setTimeout: () => socket }) as never)
    const answered = fallback.pictureFor(routeOf('picture'))(incoming, outgoing)
    expect(transfers.downloads.held()).toBe(1)
    const left = once(outgoing, 'close')
    outgoing.destroy()
    await left
    lookup.resolve(png)
    await answered
    expect(transfers.downloads.held()).toBe(0)
  })

  it('that cannot be looked up is told to be asked for again', async () => {
    pictures.find = () => Promise.reject(new Error('away'))
    const asked = answerOf(ask(), fallback.pictureFor(routeOf('picture')))
    expect(await asked.catch(refusalIn)).toEqual({
      code: 503,
      msg: 'The proxy cannot look up images at the moment.',
      proxy: { sent: 'no', retryAfterMs: 5_000 },
    })
    expect(logged.map((line) => JSON.parse(line))).toMatchObject([{ run, err: { message: 'away' } }])
  })
})
