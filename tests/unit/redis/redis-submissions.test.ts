import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLog } from '#server/log.ts'
import type { Outcome } from '#server/shared/memory/submissions.ts'
import { openRedis, type Redis } from '#server/shared/redis/redis.ts'
import { redisName } from '#server/shared/redis/redis-names.ts'
import { lookScript, renewScript, reserveScript, settleScript } from '#server/shared/redis/redis-submission-scripts.ts'
import { createRedisSubmissions, type RedisSubmissions } from '#server/shared/redis/redis-submissions.ts'
import { eventually } from '../../support/eventually.ts'
import { openRedisServer, type RedisServer } from '../../support/redis-server.ts'

const answered: Outcome = { state: 'answered', status: 200, type: 'application/json', body: '{"code":200}' }
const unknown: Outcome = { ...answered, state: 'unknown', status: 502 }
const free: Outcome = { ...answered, state: 'free', status: 429, retryAfterMs: 400 }
const quiet = createLog([], () => undefined)

let server: RedisServer
let closing: (() => Promise<void>)[] = []

beforeAll(async () => {
  server = await openRedisServer()
})
afterAll(() => server.close())
beforeEach(() => server.ask('FLUSHALL'))
afterEach(async () => {
  for (const close of closing) await close()
  closing = []
})

async function openQuietly(): Promise<Redis> {
  const redis = await openRedis(server.url, quiet)
  closing.push(() => redis.close())
  return redis
}

async function openStore(
  options: Parameters<typeof createRedisSubmissions>[1] = {},
  log = quiet,
): Promise<RedisSubmissions> {
  const redis: Redis = await openRedis(server.url, log)
  const store = createRedisSubmissions(redis, { lookMs: 50, ...options })
  closing.push(async () => {
    await store.close()
    await redis.close()
  })
  return store
}

const outcomeOf = async (reservation: Awaited<ReturnType<RedisSubmissions['reserve']>>) =>
  reservation.state === 'same' ? reservation.outcome : reservation.state

describe('submissions that several proxies remember together', () => {
  it('SEC J01, P12: of 20 that come at once to two proxies, one is sent, and all get its answer', async () => {
    const stores = [await openStore(), await openStore()]
    const reservations = await Promise.all(
      Array.from({ length: 20 }, (_, index) => stores[index % 2]?.reserve('run-00001', 'body')),
    )
    const fresh = reservations.filter((one) => one?.state === 'fresh')
    expect(fresh).toHaveLength(1)
    const sender = stores[reservations.indexOf(fresh[0]) % 2]
    await sender?.settle('run-00001', answered)
    const outcomes = reservations.flatMap((one) => (one?.state === 'same' ? [one.outcome] : []))
    expect(await Promise.all(outcomes)).toEqual(Array(19).fill(answered))
  })

  it('P12: is settled only by its own attempt: one from before Redis lost its memory changes nothing', async () => {
    const [one, other] = [await openStore(), await openStore()]
    await one.reserve('run-00001', 'body')
    await server.ask('FLUSHALL')
    expect((await other.reserve('run-00001', 'body')).state).toBe('fresh')
    for (const outcome of [free, answered]) {
      await one.settle('run-00001', outcome)
      await one.reserve('run-00001', 'body')
      expect(await other.find('run-00001')).toEqual({ state: 'pending' })
    }
    await other.settle('run-00001', answered)
    expect(await one.find('run-00001')).toEqual({ state: 'answered', status: 200, body: answered.body })
  })

  it('tells another proxy what is under way, then its answer', async () => {
    const [one, other] = [await openStore(), await openStore()]
    await one.reserve('run-00001', 'body')
    expect(await other.find('run-00001')).toEqual({ state: 'pending' })
    await one.settle('run-00001', answered)
    expect(await other.find('run-00001')).toEqual({ state: 'answered', status: 200, body: answered.body })
    expect(await outcomeOf(await other.reserve('run-00001', 'body'))).toEqual(answered)
  })

  it('are remembered for a day', async () => {
    const store = await openStore()
    await store.reserve('run-00001', 'body')
    const name = String(await nameOf('submission'))
    const minutes = async () => Math.round(Number(await server.ask('PTTL', name)) / 60_000)
    expect(await minutes()).toBe(24 * 60)
    await store.settle('run-00001', answered)
    expect(await minutes()).toBe(24 * 60)
  })

  it('P11: refuses one key with another body, wherever it was sent', async () => {
    const [one, other] = [await openStore(), await openStore()]
    await one.reserve('run-00001', 'body')
    expect(await other.reserve('run-00001', 'other')).toEqual({ state: 'other-body' })
    await one.settle('run-00001', answered)
    expect(await other.reserve('run-00001', 'other')).toEqual({ state: 'other-body' })
  })

  it('frees submissions that were certainly not accepted, and informs waiting proxies', async () => {
    const [one, other] = [await openStore(), await openStore()]
    await one.reserve('run-00001', 'body')
    const waiting = outcomeOf(await other.reserve('run-00001', 'body'))
    await one.settle('run-00001', free)
    expect(await waiting).toEqual(free)
    expect(await other.find('run-00001')).toEqual({ state: 'none' })
    expect(await other.reserve('run-00001', 'body')).toMatchObject({ state: 'fresh' })
    await one.settle('run-00001', free)
    expect(await one.find('run-00001')).toEqual({ state: 'pending' })
  })

  it('lets the proxy that was certainly not accepted send it again', async () => {
    const one = await openStore()
    await one.reserve('run-00001', 'body')
    await one.settle('run-00001', free)
    expect(await one.reserve('run-00001', 'body')).toMatchObject({ state: 'fresh' })
    await one.settle('run-00001', answered)
    expect(await one.find('run-00001')).toMatchObject({ state: 'answered' })
  })

  it('P05: an unconfirmed submission stays so until its answer is learned in another way', async () => {
    const [one, other] = [await openStore(), await openStore()]
    await one.reserve('run-00001', 'body')
    await one.settle('run-00001', unknown)
    expect(await outcomeOf(await other.reserve('run-00001', 'body'))).toEqual(unknown)
    await one.settle('run-00001', free)
    expect(await other.find('run-00001')).toEqual({ state: 'unknown' })
    await other.learn('run-00001', answered)
    expect(await one.find('run-00001')).toMatchObject({ state: 'answered' })
  })

  it('P05: an uncertain answer is kept until a better one is learned', async () => {
    const [one, other] = [await openStore(), await openStore()]
    await one.reserve('run-00001', 'body')
    await one.settle('run-00001', { ...answered, state: 'unclear', body: '{}' })
    expect(await other.find('run-00001')).toEqual({ state: 'answered', status: 200, body: '{}' })
    await other.learn('run-00001', answered)
    await other.learn('run-00001', { ...answered, body: 'another' })
    expect(await one.find('run-00001')).toEqual({ state: 'answered', status: 200, body: '{"code":200}' })
  })

  it('tells the proxy that waits for an answer that another one has learned it', async () => {
    const [one, other] = [await openStore(), await openStore()]
    const reservation = await one.reserve('run-00001', 'body')
    await other.learn('run-00001', answered)
    expect(reservation.state === 'fresh' && (await reservation.learned)).toEqual(answered)
    await one.settle('run-00001', unknown)
    expect(await other.find('run-00001')).toMatchObject({ state: 'answered' })
  })

  it('accepts a learned answer for any submission, also for an unknown one', async () => {
    const store = await openStore()
    await store.learn('run-00001', answered)
    await store.learn('run-00001', { ...answered, body: 'another' })
    expect(await outcomeOf(await store.reserve('run-00001', 'body'))).toEqual(answered)
  })

  it('P06: submissions under way in a killed proxy are unconfirmed after its lease, never free', async () => {
    const redis = await openRedis(server.url, quiet)
    const killed = createRedisSubmissions(redis, { leaseMs: 150 })
    const other = await openStore({ leaseMs: 150 })
    await killed.reserve('run-00001', 'body')
    const waiting = outcomeOf(await other.reserve('run-00001', 'body'))
    await redis.close()
    const outcome = await waiting
    expect(outcome).toMatchObject({ state: 'unknown', status: 502 })
    // "no" would tell the page that nothing was sent.
    const { body } = outcome as Outcome
    expect(JSON.parse(body)).toMatchObject({ msg: expect.stringMatching(/not reported/), proxy: { sent: 'unknown' } })
    expect(await other.find('run-00001')).toEqual({ state: 'unknown' })
    expect(await outcomeOf(await other.reserve('run-00001', 'body'))).toMatchObject({ state: 'unknown' })
  })

  it('keeps submissions that take longer than a lease while their proxy runs', async () => {
    const [one, other] = [await openStore({ leaseMs: 200 }), await openStore({ leaseMs: 200 })]
    await one.reserve('run-00001', 'body')
    let leftMs = Number.POSITIVE_INFINITY
    await eventually(async () => {
      const before = leftMs
      leftMs = Number(await server.ask('PTTL', await nameOfSign()))
      expect(leftMs, 'it is renewed').toBeGreaterThan(before)
    })
    expect(await other.find('run-00001')).toEqual({ state: 'pending' })
  })

  it('renews its lease while something is under way or not yet written, and only then', async () => {
    const redis = await openQuietly()
    let isAway = false
    const run: Redis['run'] = (...args) => (isAway ? Promise.reject(new Error('away')) : redis.run(...args))
    const one = createRedisSubmissions({ ...redis, run })
    const isRenewed = async () => {
      const name = await nameOfSign()
      if (name !== '') await server.ask('DEL', name)
      await one.close()
      return (await nameOfSign()) !== ''
    }
    expect(await isRenewed()).toBe(false)
    await one.reserve('run-00001', 'body')
    expect(await isRenewed()).toBe(true)
    isAway = true
    await expect(one.settle('run-00001', answered)).rejects.toThrow('away')
    isAway = false
    expect(await isRenewed()).toBe(true)
    expect(await one.find('run-00001')).toMatchObject({ state: 'answered' })
    expect(await isRenewed()).toBe(false)
  })

  it('P25: a submission that Redis has lost is not sent again by its proxy, which writes its answer again', async () => {
    const store = await openStore()
    await store.reserve('run-00001', 'body')
    await server.ask('FLUSHALL')
    expect(await store.find('run-00001')).toEqual({ state: 'pending' })
    await store.settle('run-00001', answered)
    expect(await store.find('run-00001')).toMatchObject({ state: 'answered' })
    await server.ask('FLUSHALL')
    expect(await store.find('run-00001')).toEqual({ state: 'unknown' })
    expect(await outcomeOf(await store.reserve('run-00001', 'body'))).toMatchObject({ state: 'unknown' })
    expect(await (await openStore()).find('run-00001')).toEqual({ state: 'unknown' })
  })

  it('S04: writes answers to Redis that came while it was down', async () => {
    const lines: string[] = []
    const store = await openStore(
      {},
      createLog([], (line) => lines.push(line)),
    )
    await store.reserve('run-00001', 'body')
    await server.kill()
    await expect(store.settle('run-00001', answered)).rejects.toThrow()
    await expect(store.find('run-00001')).rejects.toThrow()
    await expect(store.reserve('run-00002', 'body')).rejects.toThrow()
    await server.start()
    await eventually(async () => expect(await store.find('run-00001')).toMatchObject({ state: 'answered' }))
    expect(await store.reserve('run-00002', 'body')).toMatchObject({ state: 'fresh' })
    // Once each, however many connections broke and however often they were tried.
    const told = () => lines.map((line) => JSON.parse(line))
    await eventually(() =>
      expect(told().map(({ msg }) => msg)).toEqual([
        'Redis cannot be reached: submissions are refused until it can',
        'Redis can be reached again',
      ]),
    )
    expect(told()[0]).toHaveProperty('err.message')
  })

  it('S04: writes the other answers when Redis goes on refusing one', async () => {
    const redis = await openQuietly()
    let isAway = false
    const refused = redisName('submission', 'run-00001')
    const run: Redis['run'] = (script, keys, ...rest) =>
      isAway || (script === settleScript && keys.includes(refused))
        ? Promise.reject(new Error('refused'))
        : redis.run(script, keys, ...rest)
    const store = createRedisSubmissions({ ...redis, run })
    const runs = ['run-00001', 'run-00002', 'run-00003']
    for (const key of runs) await store.reserve(key, 'body')
    isAway = true
    for (const key of runs) await expect(store.settle(key, answered)).rejects.toThrow('refused')
    isAway = false
    await store.close()
    const other = await openStore()
    expect(await other.find('run-00002')).toMatchObject({ state: 'answered' })
    expect(await other.find('run-00003')).toMatchObject({ state: 'answered' })
  })

  it.each([
    ['a list', ['RPUSH', 'KEY', 'x']],
    ['a text', ['SET', 'KEY', 'x'.repeat(1000)]],
    ['a record of another form', ['HSET', 'KEY', 'state', 'new']],
    ['an outcome that is none', ['HSET', 'KEY', 'state', 'answered', 'outcome', '{"state":"answered"}']],
    ['an outcome that is not JSON', ['HSET', 'KEY', 'state', 'answered', 'outcome', '{']],
    ['an outcome of another state', ['HSET', 'KEY', 'state', 'answered', 'outcome', JSON.stringify(free)]],
    ['a huge outcome', ['HSET', 'KEY', 'state', 'answered', 'outcome', 'x'.repeat(5 * 1024 * 1024)]],
  ])('SEC J03: takes %s where a record should be for one in doubt, and goes on', async (_, command) => {
    const store = await openStore()
    await store.reserve('run-00001', 'body')
    const name = String(await nameOf('submission'))
    await server.ask('DEL', name)
    await server.ask(...command.map((word) => (word === 'KEY' ? name : word)))
    expect(await store.find('run-00001')).toEqual({ state: 'unknown' })
    const again = await (await openStore()).reserve('run-00001', 'body')
    expect(await outcomeOf(again)).toMatchObject({ state: 'unknown' })
    await store.settle('run-00001', answered)
    expect(await store.reserve('run-00002', 'body')).toMatchObject({ state: 'fresh' })
  })

  it.each([
    ['no word', ''],
    ['half a word', '{'],
    ['a word of another version', '{"version":9}'],
    ['a long word', 'x'.repeat(100_000)],
  ])('SEC J05: pays no heed to %s', async (word) => {
    const [one, other] = [await openStore(), await openStore()]
    await one.reserve('run-00001', 'body')
    const waiting = outcomeOf(await other.reserve('run-00001', 'body'))
    await server.ask('PUBLISH', 'atelier:1:settled', word)
    expect(await other.find('run-00001')).toEqual({ state: 'pending' })
    await one.settle('run-00001', answered)
    expect(await waiting).toEqual(answered)
  })
})

describe('the clock of a proxy', () => {
  const leaseMs = 60_000
  const away = () => Promise.reject(new Error('away'))
  /** The keys of all calls, by script. */
  let asked: Map<string, string[]>
  let answers: Map<string, (key: string) => unknown>
  let tell: (message: string) => void
  let store: RedisSubmissions

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
    asked = new Map()
    answers = new Map()
    const redis: Redis = {
      async run(script, [key = '']) {
        asked.set(script, [...callsOf(script), key])
        return answers.get(script)?.(key)
      },
      listen: (_channel, listener) => {
        tell = listener
      },
      onConnected: () => undefined,
      close: async () => undefined,
    }
    store = createRedisSubmissions(redis, { leaseMs, lookMs: 2_000 })
  })
  afterEach(() => vi.useRealTimers())
  const callsOf = (script: string) => asked.get(script) ?? []

  /** What a request is told that came while another proxy sends the same run; `undefined` as long as it waits. */
  async function waitForAnother() {
    answers.set(reserveScript, () => 'same')
    let told: unknown
    const outcome = outcomeOf(await store.reserve('run-00001', 'body')).then((one) => {
      told = one
    })
    return { told: () => told, outcome }
  }
  const lost = { state: 'unknown', status: 502 }

  it('P06: counts an answer as lost when Redis has said nothing for as long as a lease', async () => {
    answers.set(lookScript, away)
    const { told, outcome } = await waitForAnother()
    await vi.advanceTimersByTimeAsync(leaseMs - 1)
    expect(told()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    await outcome
    expect(told()).toMatchObject(lost)
  })

  it('P06: waits for an answer as long as Redis says that it is under way', async () => {
    answers.set(lookScript, () => ['pending', ''])
    const { told, outcome } = await waitForAnother()
    await vi.advanceTimersByTimeAsync(3 * leaseMs)
    expect(told()).toBeUndefined()
    answers.set(lookScript, () => ['answered', JSON.stringify(answered)])
    await vi.advanceTimersByTimeAsync(2_000)
    await outcome
    expect(told()).toEqual(answered)
  })

  it.each([
    ['is gone', ['none', ''], lost],
    ['is answered', ['answered', JSON.stringify(answered)], answered],
  ])('looks no further once a record %s', async (_, reply, expected) => {
    answers.set(lookScript, () => reply)
    const { told, outcome } = await waitForAnother()
    const before = vi.getTimerCount()
    await outcome
    expect(told()).toMatchObject(expected)
    expect(vi.getTimerCount()).toBe(before - 1)
    expect(callsOf(lookScript)).toHaveLength(1)
  })

  it('P05: learns an answer while it waits for its own, and nothing else', async () => {
    answers.set(reserveScript, () => 'fresh')
    const reservation = await store.reserve('run-00001', 'body')
    const [name = ''] = callsOf(reserveScript)
    for (const reply of [
      ['pending', ''],
      ['unknown', JSON.stringify(unknown)],
      ['answered', JSON.stringify(answered)],
    ]) {
      answers.set(lookScript, () => reply)
      tell(name)
      await vi.advanceTimersByTimeAsync(0)
    }
    expect(reservation.state === 'fresh' && (await reservation.learned)).toEqual(answered)
  })

  it('renews a lease three times before it ends', async () => {
    answers.set(reserveScript, () => 'fresh')
    await store.reserve('run-00001', 'body')
    await vi.advanceTimersByTimeAsync(leaseMs - 1)
    expect(callsOf(renewScript)).toHaveLength(3)
  })

  it('S04: tries three answers that Redis refuses, and the others next time', async () => {
    answers.set(reserveScript, () => 'fresh')
    answers.set(settleScript, away)
    const runs = ['run-00001', 'run-00002', 'run-00003', 'run-00004', 'run-00005']
    for (const run of runs) {
      await store.reserve(run, 'body')
      await expect(store.settle(run, answered)).rejects.toThrow('away')
    }
    const names = callsOf(settleScript)
    asked.clear()
    answers.set(renewScript, away)
    await store.close()
    expect(callsOf(settleScript)).toEqual([])
    answers.delete(renewScript)
    await store.close()
    expect(callsOf(settleScript)).toEqual(names.slice(0, 3))
    asked.clear()
    answers.delete(settleScript)
    await store.close()
    expect(callsOf(settleScript)).toEqual([...names.slice(3), ...names.slice(0, 3)])
  })
})

async function nameOf(kind: string): Promise<string | undefined> {
  const names = (await server.ask('KEYS', `atelier:1:${kind}:*`)) as string[]
  return names[0]
}
const nameOfSign = async () => (await nameOf('proxy')) ?? ''
