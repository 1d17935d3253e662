import { beforeEach, describe, expect, it } from 'vitest'
import { createBreaker } from '#server/upstream/breaker.ts'
import type { Fault } from '#server/upstream/fault.ts'
import { openSimulatedGateway, toBase } from '#server/upstream/gateways.ts'
import type { Answer, Outbound, OutboundCall } from '#server/upstream/guard.ts'
import type { Question, Whole } from '#server/upstream/questions-client.ts'

const place = { api: 'https://api.test/base', upload: 'https://up.test', results: [], uploads: [] }
const settings = { gateway: 'test', place, apiKey: undefined, apiBaseUrl: undefined, uploadBaseUrl: undefined }
const gateway = openSimulatedGateway({ ...settings, resultHosts: [] }, 'http://127.0.0.1:4000')
const elsewhere = toBase('https://images.test', 'public').to

const answered = (status: number) => ({ ok: true, status }) as Answer & Whole
const failed = (cause: Fault['cause']): Fault => ({ ok: false, sent: 'no', cause })

/** What each call and question gets next, and the questions that were asked. */
let outcomes: ((Answer & Whole) | Fault)[]
let asked: Question[]
let hold: Promise<void> | undefined
let breaker: ReturnType<typeof createBreaker>

async function next<T>(): Promise<T> {
  await hold
  return (outcomes.shift() ?? answered(200)) as T
}

beforeEach(() => {
  outcomes = []
  asked = []
  hold = undefined
  const outbound: Outbound = {
    request: () => next(),
    ask(question) {
      asked.push(question)
      return next()
    },
    close: () => undefined,
  }
  breaker = createBreaker(outbound, gateway)
})

const call = (to = gateway.api.to) => breaker.outbound.request({ to } as OutboundCall)
const question = (to = gateway.api.to) => breaker.outbound.ask({ to } as Question)

/** Whether the next paid request is preceded by a free one. The service answers that one. */
async function isProbed(): Promise<boolean> {
  const before = asked.length
  expect(await breaker.isAnswering()).toBe(true)
  return asked.length > before
}

describe('a service that does not answer', () => {
  it.each([failed('late'), failed('broken'), failed('unreachable'), answered(502), answered(503), answered(504)])(
    'three times in a row is asked something free before anything paid: %j',
    async (outcome) => {
      for (const ask of [call, question]) {
        outcomes = [outcome, outcome]
        await ask()
        await ask()
        expect(await isProbed()).toBe(false)
        outcomes = [outcome]
        expect(await ask()).toBe(outcome)
        expect(await isProbed()).toBe(true)
        expect(await isProbed()).toBe(false)
      }
    },
  )

  it.each([200, 401, 404, 429, 500, 501, 505])('has answered with %i', async (status) => {
    outcomes = [failed('late'), failed('late'), answered(status), failed('late'), failed('late')]
    for (let time = 0; time < 5; time += 1) await call()
    expect(await isProbed()).toBe(false)
  })

  it.each(['forbidden', 'too-large', 'gone'] as const)('is not known by what was %s here', async (cause) => {
    outcomes = [...Array(9).fill(failed(cause)), failed('late'), failed('late')]
    for (let time = 0; time < 11; time += 1) await call()
    expect(await isProbed()).toBe(false)
    outcomes = [failed(cause), failed('late')]
    await call()
    await call()
    expect(await isProbed()).toBe(true)
  })

  it('is another one than the hosts of images', async () => {
    outcomes = [...Array(9).fill(failed('late')), answered(200)]
    for (let time = 0; time < 5; time += 1) await call(elsewhere)
    for (let time = 0; time < 4; time += 1) await question(elsewhere)
    expect(await isProbed()).toBe(false)
    outcomes = [failed('late'), failed('late'), failed('late'), answered(200), answered(200)]
    for (let time = 0; time < 3; time += 1) await call()
    await call(elsewhere)
    await question(elsewhere)
    expect(await isProbed()).toBe(true)
  })
})

describe('the free request', () => {
  beforeEach(async () => {
    outcomes = Array(3).fill(failed('late'))
    for (let time = 0; time < 3; time += 1) await call()
  })

  it('asks for the balance, with the key and little time', async () => {
    await breaker.isAnswering()
    expect(asked).toEqual([
      {
        to: gateway.api.to,
        path: '/api/v1/chat/credit',
        headers: expect.arrayContaining(['authorization', 'Bearer simulated']),
        deadlineMs: 5_000,
        maxBytes: 65_536,
      },
    ])
  })

  it('is made again for each that comes later, as long as it fails', async () => {
    outcomes = [failed('late'), answered(503), answered(500)]
    expect([await breaker.isAnswering(), await breaker.isAnswering()]).toEqual([false, false])
    expect([await breaker.isAnswering(), await breaker.isAnswering()]).toEqual([true, true])
    expect(asked).toHaveLength(3)
  })

  it('is made once for all that come at the same time', async () => {
    let release = () => {}
    hold = new Promise((resolve) => {
      release = resolve
    })
    const waiting = [breaker.isAnswering(), breaker.isAnswering(), breaker.isAnswering()]
    release()
    expect(await Promise.all(waiting)).toEqual([true, true, true])
    expect(asked).toHaveLength(1)
  })
})
