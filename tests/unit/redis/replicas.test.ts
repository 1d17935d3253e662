import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { KeptSubmission } from '#providers/proxy.ts'
import { askProxy, jsonRequest, openAnswer } from '../../support/ask-proxy.ts'
import { eventually } from '../../support/eventually.ts'
import { type Reply, replyJson } from '../../support/fake-service.ts'
import { canaryKey, openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'
import { openRedisServer, type RedisServer } from '../../support/redis-server.ts'
import { openReplica } from '../../support/replica.ts'
import { openTcpRelay, type TcpRelay } from '../../support/tcp-relay.ts'

const kontext = '/api/v1/flux/kontext/generate'
const recordOf = (task: string) => `/api/v1/flux/kontext/record-info?taskId=${task}`
const task = '3b1f0a77c2d94e18a6f5d0c4e9b28a61'
const accepted = { code: 200, msg: 'success', data: { taskId: task } }
const record = { code: 200, msg: 'success', data: { taskId: task, successFlag: 0, response: null } }
const prompt = 'a fox that nobody may read of'
const dayMs = 24 * 60 * 60 * 1000
/** Keys with the spending of a day, by number of the day: they identify nobody and expire after a month. */
const spendOfDay = /^atelier:1:spent:\d{5}$/

let redis: RedisServer
let relay: TcpRelay
let one: ProxyUnderTest
let other: ProxyUnderTest
let reply: Reply
let runs = 0
const newRun = () => `replica-run-number-${runs++}`

beforeAll(async () => {
  redis = await openRedisServer()
})
afterAll(() => redis.close())
beforeEach(async () => {
  await redis.ask('FLUSHALL')
  relay = await openTcpRelay(redis.port)
  reply = (_, outgoing, { method }) => replyJson(outgoing, method === 'POST' ? accepted : record)
  const env = { REDIS_URL: `redis://127.0.0.1:${relay.port}`, PUBLIC_URL: 'https://localhost:8443' }
  one = await openProxyBefore((...args) => reply(...args), env)
  const { origin, host } = one.service
  const same = { KIE_API_BASE_URL: origin, KIE_UPLOAD_BASE_URL: origin, KIE_RESULT_HOSTS: host }
  other = await openProxyBefore(() => undefined, { ...env, ...same })
})
afterEach(async () => {
  relay.mend()
  await Promise.all([one.close(), other.close()])
  await relay.close()
})

const submit = (port: number, run = newRun(), headers: Record<string, string> = {}) =>
  askProxy(port, kontext, jsonRequest({ prompt, model: 'flux-kontext-pro' }, { 'idempotency-key': run, ...headers }))
const kept = async (port: number, run: string) =>
  KeptSubmission.parse((await askProxy(port, `/api/submissions/${run}`)).json())
const created = () => one.service.seen.filter(({ method }) => method === 'POST').length
/** Ends the leases of all proxies, as if they had been silent for a while. */
const endLeases = async () => {
  const signs = (await redis.ask('KEYS', 'atelier:1:proxy:*')) as string[]
  if (signs.length > 0) await redis.ask('DEL', ...signs)
}
const notSent = {
  status: 503,
  json: expect.objectContaining({ code: 503, proxy: expect.objectContaining({ sent: 'no' }) }),
}
const readTold = async (asked: ReturnType<typeof submit>) => {
  const told = await asked
  return { status: told.status, json: told.json() }
}

describe('two proxies with one Redis', () => {
  it('SEC J01, P12: send one key that comes to both at once to the service once; all hear its answer', async () => {
    let release = () => {}
    reply = (_, outgoing) => {
      release = () => replyJson(outgoing, accepted)
    }
    const run = newRun()
    const asked = Array.from({ length: 20 }, (_, index) => submit(index % 2 ? one.port : other.port, run))
    await eventually(() => expect(created()).toBe(1))
    expect(await kept(one.port, run)).toEqual({ state: 'pending' })
    expect(await kept(other.port, run)).toEqual({ state: 'pending' })
    release()
    const texts = (await Promise.all(asked)).map(({ status, text }) => `${status} ${text}`)
    expect(new Set(texts)).toEqual(new Set([`200 ${JSON.stringify(accepted)}`]))
    expect(created()).toBe(1)
  })

  it('B11: let 18 through together in 10 seconds', async () => {
    const told = await Promise.all(Array.from({ length: 40 }, (_, index) => submit(index % 2 ? one.port : other.port)))
    expect(created()).toBe(18)
    const refused = told.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(22)
    for (const { json } of refused) expect(json().proxy).toMatchObject({ sent: 'no', retryAfterMs: expect.any(Number) })
  })

  it('B14: spend one budget of a day', async () => {
    const env = { REDIS_URL: redis.url, DAILY_CREDITS: '12', KIE_API_BASE_URL: one.service.origin }
    const both = await Promise.all([openProxyBefore(() => undefined, env), openProxyBefore(() => undefined, env)])
    const statuses: number[] = []
    for (const { port } of [...both, ...both]) statuses.push((await submit(port)).status)
    await Promise.all(both.map((proxy) => proxy.close()))
    expect(statuses).toEqual([200, 200, 429, 429])
    expect(created()).toBe(2)
  })

  it('W06: wake the page that listens to one with a callback to the other', async () => {
    const answer = await openAnswer(other.port, '/api/events')
    let heard = ''
    answer.on('data', (chunk) => {
      heard += chunk
    })
    await eventually(() => expect(heard).toContain('data: all'))
    await submit(one.port)
    const sent = JSON.parse(one.service.seen.find(({ method }) => method === 'POST')?.body.toString() ?? '')
    const { pathname } = new URL(sent.callBackUrl)
    const called = await askProxy(
      one.port,
      pathname,
      jsonRequest({ code: 200, data: { taskId: task } }, { origin: '' }),
    )
    expect(called.status).toBe(200)
    await eventually(() => expect(heard).toMatch(/event: .*\nid: [\da-f]{8}-\d+\ndata: (?!all)\S+/))
    answer.destroy()
  })

  it('SEC J04, SEC J06: name keys by digests alone, and each has an end', async () => {
    const run = newRun()
    await submit(one.port, run)
    reply = (incoming) => incoming.socket.destroy()
    await submit(other.port)
    const names = (await redis.ask('KEYS', '*')) as string[]
    expect(names.length).toBeGreaterThanOrEqual(4)
    expect(names.filter((name) => spendOfDay.test(name))).toHaveLength(1)
    for (const name of names) {
      if (!spendOfDay.test(name)) expect(name).toMatch(/^atelier:1:[a-z]+(:[\w-]{36,43})?$/)
      expect(name).not.toMatch(new RegExp(`${run}|${canaryKey}|fox`))
      const leftMs = Number(await redis.ask('PTTL', name))
      expect(leftMs, name).toBeGreaterThan(0)
      expect(leftMs, name).toBeLessThanOrEqual((spendOfDay.test(name) ? 31 : 1) * dayMs)
      const isHash = name.includes(':submission:') || spendOfDay.test(name)
      const values = JSON.stringify(await redis.ask(...(isHash ? ['HGETALL', name] : ['TYPE', name])))
      expect(values).not.toMatch(new RegExp(`${canaryKey}|fox`))
    }
  })
})

describe('a proxy whose Redis', () => {
  it('SEC J02, S04: is down takes no submission and says that nothing was sent; polls go on', async () => {
    const run = newRun()
    await submit(one.port, run)
    relay.cut()
    expect(await readTold(submit(one.port))).toEqual(notSent)
    expect((await askProxy(one.port, recordOf(task))).json()).toEqual(record)
    expect((await askProxy(one.port, '/api/health')).status).toBe(200)
    expect((await askProxy(one.port, `/api/submissions/${run}`)).status).toBe(503)
    expect(created()).toBe(1)
    expect(one.logged.join()).toContain('Redis cannot be reached')
    relay.mend()
    await eventually(async () => expect((await submit(one.port)).status).toBe(200))
    // The other proxy lost its connection, too, and reconnects later.
    await eventually(async () => expect(await kept(other.port, run)).toMatchObject({ state: 'answered' }))
  })

  it('S04: was down when it started takes submissions as soon as it can', async () => {
    relay.cut()
    const env = { REDIS_URL: `redis://127.0.0.1:${relay.port}`, KIE_API_BASE_URL: one.service.origin }
    const late = await openProxyBefore(() => undefined, env)
    expect(await readTold(submit(late.port))).toEqual(notSent)
    expect((await askProxy(late.port, recordOf(task))).json()).toEqual(record)
    relay.mend()
    await eventually(async () => expect((await submit(late.port)).status).toBe(200))
    await late.close()
  })

  it('S04: takes two seconds for an answer is slow, and no more than that', async () => {
    relay.delay(2000)
    expect((await submit(one.port)).status).toBe(200)
    expect(created()).toBe(1)
  })

  it('S04: does not answer takes no submission, and its polls do not wait', async () => {
    const thaw = redis.freeze()
    const asked = readTold(submit(one.port))
    expect((await askProxy(one.port, recordOf(task))).json()).toEqual(record)
    expect(await asked).toEqual(notSent)
    thaw()
    expect(created()).toBe(0)
  })

  it('S04: is read-only takes no submission, and tells what is remembered', async () => {
    const run = newRun()
    await submit(one.port, run)
    await redis.ask('REPLICAOF', '127.0.0.1', '1')
    expect(await readTold(submit(one.port))).toEqual(notSent)
    expect(await kept(one.port, run)).toMatchObject({ state: 'answered' })
    await redis.ask('REPLICAOF', 'NO', 'ONE')
    expect((await submit(one.port)).status).toBe(200)
    expect(created()).toBe(2)
  })

  it('S04: is full takes no submission, and tells what is remembered', async () => {
    const run = newRun()
    await submit(one.port, run)
    await redis.ask('CONFIG', 'SET', 'maxmemory', '1')
    expect(await readTold(submit(one.port))).toEqual(notSent)
    expect(await kept(one.port, run)).toMatchObject({ state: 'answered' })
    await redis.ask('CONFIG', 'SET', 'maxmemory', '0')
    expect((await submit(one.port)).status).toBe(200)
    expect(created()).toBe(2)
  })

  it('P24: is lost between the reservation and the request sends nothing, and says so', async () => {
    void relay.keepFrom('atelier:1:limit').then(() => relay.cut())
    expect(await readTold(submit(one.port))).toEqual(notSent)
    expect(created()).toBe(0)
  })

  it('P25: has forgotten all sends nothing again that it sent, and the other proxy learns that it is in doubt', async () => {
    const run = newRun()
    await submit(one.port, run)
    await redis.ask('FLUSHALL')
    expect(await kept(one.port, run)).toEqual({ state: 'unknown' })
    expect((await submit(one.port, run)).json()).toMatchObject({ proxy: { sent: 'unknown' } })
    expect(await kept(other.port, run)).toEqual({ state: 'unknown' })
    expect((await submit(other.port, run)).json()).toMatchObject({ proxy: { sent: 'unknown' } })
    expect(created()).toBe(1)
  })
})

describe('a proxy that is killed', () => {
  const openOneToKill = async () => {
    const own = await openTcpRelay(redis.port)
    const { origin } = one.service
    const replica = await openReplica({
      REDIS_URL: `redis://127.0.0.1:${own.port}`,
      KIE_API_KEY: canaryKey,
      KIE_API_BASE_URL: origin,
    })
    return { own, replica }
  }

  interface Case {
    /** Resolves when the proxy answers. */
    reach(relay: TcpRelay): Promise<unknown>
    sent: number
    told: string
    later: string
    /** The other proxy's answer to the same run after that. */
    again: 'sent' | 'in doubt' | 'answered'
  }
  const never: Reply = () => undefined
  const cases: [string, Case][] = [
    [
      'before it reserves',
      { reach: (own) => own.keepFrom('atelier:1:submission'), sent: 0, told: 'none', later: 'none', again: 'sent' },
    ],
    [
      'after it has reserved',
      {
        reach: (own) => own.keepFrom('atelier:1:limit'),
        sent: 0,
        told: 'pending',
        later: 'unknown',
        again: 'in doubt',
      },
    ],
    [
      'after it has sent',
      {
        reach: async () => {
          reply = never
          await eventually(() => expect(created()).toBe(1))
        },
        sent: 1,
        told: 'pending',
        later: 'unknown',
        again: 'in doubt',
      },
    ],
    [
      'after it has the answer',
      { reach: (own) => own.keepFrom('"status":200'), sent: 1, told: 'pending', later: 'unknown', again: 'in doubt' },
    ],
    [
      'after it has stored the answer',
      {
        reach: () => eventually(async () => expect((await kept(other.port, lastRun)).state).toBe('answered')),
        sent: 1,
        told: 'answered',
        later: 'answered',
        again: 'answered',
      },
    ],
  ]
  let lastRun = ''

  it.each(cases)(
    'S03: %s leaves what the other one tells, and no run is sent twice',
    async (_, { reach, ...expected }) => {
      const { own, replica } = await openOneToKill()
      lastRun = newRun()
      const reached = reach(own)
      submit(replica.port, lastRun).catch(() => undefined)
      await reached
      await replica.kill()
      await own.close()
      expect(created()).toBe(expected.sent)
      expect(await kept(other.port, lastRun)).toMatchObject({ state: expected.told })
      await endLeases()
      expect(await kept(other.port, lastRun)).toMatchObject({ state: expected.later })
      reply = (__, outgoing) => replyJson(outgoing, accepted)
      const again = await submit(other.port, lastRun)
      if (expected.again === 'in doubt') expect(again.json()).toMatchObject({ proxy: { sent: 'unknown' } })
      else expect(again.json()).toEqual(accepted)
      expect(created()).toBe(expected.again === 'sent' ? 1 : expected.sent)
    },
  )
})
