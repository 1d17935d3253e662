import { afterEach, describe, expect, it } from 'vitest'
import { readRefusal } from '#providers/proxy.ts'
import { networkOf } from '#server/edge/client.ts'
import { type Asked, askProxy, jsonRequest } from '../../support/ask-proxy.ts'
import { type Reply, replyJson } from '../../support/fake-service.ts'
import { openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

const kontext = '/api/v1/flux/kontext/generate'
const jobs = '/api/v1/jobs/createTask'
const token = 'a-token-of-enough-length'
const accepted: Reply = (_, outgoing) => replyJson(outgoing, { code: 200, msg: 'success', data: { taskId: 'task-1' } })
const fox = { prompt: 'a fox', model: 'flux-kontext-pro' }
const foxInput = { prompt: 'a fox', aspect_ratio: '1:1', resolution: '1K' }

let proxy: ProxyUnderTest
let reply: Reply
let runs = 0
afterEach(() => proxy.close())

async function open(env: Record<string, string>) {
  reply = accepted
  proxy = await openProxyBefore((...args) => reply(...args), env)
}
const submission = (headers: Record<string, string> = {}, body: unknown = fox): Asked =>
  jsonRequest(body, { 'idempotency-key': `spending-run-number-${runs++}`, ...headers })
const submit = (headers: Record<string, string> = {}, body: unknown = fox, path = kontext) =>
  askProxy(proxy.port, path, submission(headers, body))

/** What a browser keeps after its user has typed in the token. */
async function enter(headers: Record<string, string> = {}): Promise<{ cookie: string }> {
  const told = await askProxy(proxy.port, '/api/access', jsonRequest({ token }, headers))
  expect(told.status).toBe(204)
  return { cookie: told.headers['set-cookie']?.[0]?.split(';')[0] ?? '' }
}

describe('the daily credits', () => {
  it('B14: once used up, are refused before anything is sent, with the time when there are new ones', async () => {
    await open({ USER_DAILY_CREDITS: '12' })
    expect((await submit()).status).toBe(200)
    expect((await submit()).status).toBe(200)
    const told = await submit()
    expect(told.status).toBe(429)
    expect(told.json().proxy).toMatchObject({ sent: 'no', limit: 'daily-credits' })
    const { retryAfterMs } = told.json().proxy
    expect(retryAfterMs).toBeGreaterThan(0)
    expect(retryAfterMs).toBeLessThanOrEqual(24 * 60 * 60 * 1000)
    expect(Number(told.headers['retry-after'])).toBe(Math.ceil(retryAfterMs / 1000))
    expect(readRefusal(told.json())).toEqual({
      sent: 'no',
      failure: {
        kind: 'over-budget',
        detail: 'This would go over the 12 credits that each user may spend in a day.',
        retryAfterMs,
        code: 429,
        said: 'This would go over the 12 credits that each user may spend in a day.',
      },
    })
    expect(proxy.service.seen).toHaveLength(2)
  })

  it('B14: go by what each model and size costs', async () => {
    await open({ USER_DAILY_CREDITS: '30' })
    const flex = (resolution: string) => ({
      model: 'flux-2/flex-text-to-image',
      input: { prompt: 'a fox', aspect_ratio: '1:1', resolution },
    })
    expect((await submit({}, flex('2K'), jobs)).status).toBe(200)
    expect((await submit({}, flex('1K'), jobs)).status).toBe(429)
    expect((await submit()).status).toBe(200)
    expect((await submit()).status).toBe(429)
  })

  it('refuse for good what costs more than a day', async () => {
    await open({ DAILY_CREDITS: '4' })
    const told = await submit()
    expect(told.json()).toEqual({
      code: 429,
      msg: 'This costs more than the 4 credits that may be spent in a day.',
      proxy: { sent: 'no', limit: 'daily-credits' },
    })
    expect(told.headers['retry-after']).toBeUndefined()
  })

  it.each<[string, Reply]>([
    ['was refused', (_, outgoing) => replyJson(outgoing, { code: 402, msg: 'Credits insufficient', data: null })],
    ['was over the limit of the service', (_, outgoing) => replyJson(outgoing, { code: 429, msg: 'slow down' })],
  ])('are given back where a submission %s', async (_, refusing) => {
    await open({ USER_DAILY_CREDITS: '5' })
    reply = refusing
    for (let count = 0; count < 3; count += 1) expect((await submit()).json().proxy).toBeUndefined()
    reply = accepted
    expect((await submit()).status).toBe(200)
    expect((await submit()).status).toBe(429)
  })

  it.each<[string, Reply]>([
    ['its answer was lost', (incoming) => incoming.socket.destroy()],
    ['it named no task', (_, outgoing) => replyJson(outgoing, { code: 200, msg: 'success', data: {} })],
  ])('stay spent where nobody knows whether the service took it: %s', async (_, doubtful) => {
    await open({ USER_DAILY_CREDITS: '5' })
    reply = doubtful
    await submit()
    reply = accepted
    expect((await submit()).json()).toMatchObject({ proxy: { sent: 'no', limit: 'daily-credits' } })
  })

  const failed = (data: object) => ({ code: 200, msg: 'success', data: { taskId: 'task-1', ...data } })
  it.each([
    [kontext, '/api/v1/flux/kontext/record-info', { successFlag: 3, errorCode: 500, errorMessage: 'Internal error' }],
    [kontext, '/api/v1/flux/kontext/record-info', { successFlag: 2, errorCode: 400, errorMessage: 'content policy' }],
    [jobs, '/api/v1/jobs/recordInfo', { state: 'fail', failCode: '422', failMsg: 'bad', creditsConsumed: 0 }],
  ])('are given back once where the service says of a task that it failed: %s', async (path, record, data) => {
    await open({ USER_DAILY_CREDITS: '5', PROXY_ADMIN_TOKEN: 'an-admin-token-of-enough-length' })
    const body = path === kontext ? fox : { model: 'flux-2/pro-text-to-image', input: foxInput }
    expect((await submit({}, body, path)).status).toBe(200)
    expect((await submit({}, body, path)).status).toBe(429)
    reply = (_, outgoing) => replyJson(outgoing, failed(data))
    for (const task of ['task-1', 'task-1', 'task-1']) {
      expect((await askProxy(proxy.port, `${record}?taskId=${task}`)).json()).toEqual(failed(data))
    }
    const admin = { headers: { authorization: 'Bearer an-admin-token-of-enough-length' } }
    expect((await askProxy(proxy.port, '/api/spend', admin)).json()).toEqual({ spend: [] })
    reply = accepted
    expect((await submit({}, body, path)).status).toBe(200)
    expect((await submit({}, body, path)).status).toBe(429)
  })

  it.each([
    ['still works', { successFlag: 0 }],
    ['is done', { successFlag: 1, response: { resultImageUrl: 'https://files.example/a.png' } }],
    ['ended in a time-out, which may have been charged', { successFlag: 3, errorCode: 408, errorMessage: 'timeout' }],
  ])('stay spent where the service says of a task that it %s', async (_, data) => {
    await open({ USER_DAILY_CREDITS: '5' })
    await submit()
    reply = (_, outgoing) => replyJson(outgoing, failed(data))
    await askProxy(proxy.port, '/api/v1/flux/kontext/record-info?taskId=task-1')
    reply = accepted
    expect((await submit()).status).toBe(429)
  })

  it('stay spent where it is another task that failed', async () => {
    await open({ USER_DAILY_CREDITS: '5' })
    await submit()
    reply = (_, outgoing) => replyJson(outgoing, failed({ successFlag: 3, errorCode: 500 }))
    await askProxy(proxy.port, '/api/v1/flux/kontext/record-info?taskId=task-2')
    reply = accepted
    expect((await submit()).status).toBe(429)
  })

  it('are not counted again for an answer that was lost on its way', async () => {
    await open({ USER_DAILY_CREDITS: '5' })
    const asked = submission()
    for (let count = 0; count < 3; count += 1) expect((await askProxy(proxy.port, kontext, asked)).status).toBe(200)
    expect(proxy.service.seen).toHaveLength(1)
  })
})

describe('the runs of one user in a minute', () => {
  it('B11: are bounded, with the time to wait for; others go on', async () => {
    await open({ USER_RUNS_PER_MINUTE: '3', PROXY_ACCESS_TOKEN: token })
    const [one, two] = [await enter(), await enter()]
    const told = await Promise.all(Array.from({ length: 10 }, () => submit(one)))
    expect(told.filter(({ status }) => status === 200)).toHaveLength(3)
    for (const { json } of told.filter(({ status }) => status !== 200)) {
      expect(readRefusal(json())).toMatchObject({ sent: 'no', failure: { kind: 'rate-limited' } })
      expect(json().proxy.retryAfterMs).toBeGreaterThan(50_000)
    }
    expect((await submit(two)).status).toBe(200)
    expect(proxy.service.seen).toHaveLength(4)
  })

  it('leave the slots at the service to others', async () => {
    await open({ USER_RUNS_PER_MINUTE: '1', PROXY_ACCESS_TOKEN: token })
    const one = await enter()
    for (let count = 0; count < 40; count += 1) await submit(one)
    const others = await Promise.all(Array.from({ length: 17 }, async () => submit(await enter())))
    expect(others.map(({ status }) => status)).toEqual(others.map(() => 200))
  })
})

describe('a user', () => {
  it('is the browser that entered the token, also when it enters again', async () => {
    await open({ USER_DAILY_CREDITS: '5', PROXY_ACCESS_TOKEN: token })
    const one = await enter()
    expect((await submit(one)).status).toBe(200)
    expect((await submit(one)).status).toBe(429)
    expect((await submit(await enter(one))).status).toBe(429)
    expect((await submit(await enter())).status).toBe(200)
  })

  it('B09: cannot be made up: an id without its signature opens nothing', async () => {
    await open({ USER_DAILY_CREDITS: '5', PROXY_ACCESS_TOKEN: token })
    const { cookie } = await enter()
    const [, browser = '', mark = ''] = /=([\w-]+)\.([\w-]+)$/.exec(cookie) ?? []
    const flipped = `${mark.startsWith('A') ? 'B' : 'A'}${mark.slice(1)}`
    const other = `${browser.startsWith('A') ? 'B' : 'A'}${browser.slice(1)}`
    for (const forged of [
      `atelier-access=${browser}.${flipped}`,
      `atelier-access=${other}.${mark}`,
      `atelier-access=${browser}.`,
      `atelier-access=${browser}`,
      `atelier-access=${mark}`,
      `atelier-access=${token}`,
    ]) {
      expect((await submit({ cookie: forged })).status).toBe(401)
    }
    expect(proxy.service.seen).toEqual([])
  })

  it('B12: without a cookie is the address that is really connected, whatever it claims', async () => {
    await open({ USER_DAILY_CREDITS: '5' })
    expect((await submit({ 'x-forwarded-for': '10.0.0.1' })).status).toBe(200)
    for (const headers of [
      { 'x-forwarded-for': '10.0.0.2' },
      { forwarded: 'for=10.0.0.3' },
      { 'x-real-ip': '10.0.0.4' },
    ])
      expect((await submit(headers)).status).toBe(429)
  })

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
    ['2001:db8:1:2::1', '2001:0db8:0001:0002:0::9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['10.0.0.1', '10.0.0.2', false],
    ['10.0.0.1', '::ffff:10.0.0.1', true],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.2', false],
  ])('B13: at %s and at %s is one: %s', (one, other, same) => {
    expect(networkOf(one) === networkOf(other)).toBe(same)
  })
})

describe('the token', () => {
  it('G3: is answered with growing pauses where it is wrong, and always taken where it is right', async () => {
    await open({ PROXY_ACCESS_TOKEN: token })
    const tries = await Promise.all(
      Array.from({ length: 30 }, () => askProxy(proxy.port, '/api/access', jsonRequest({ token: 'not-this-one' }))),
    )
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(20)
    const pauses = tries.filter(({ status }) => status === 429).map(({ headers }) => Number(headers['retry-after']))
    expect(pauses.sort((a, b) => a - b)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
    expect((await askProxy(proxy.port, '/api/access', jsonRequest({ token }))).status).toBe(204)
  })

  it('gives a cookie for a page on another site that a browser will send from there', async () => {
    const origin = 'https://studio.example'
    await open({ PROXY_ACCESS_TOKEN: token, ALLOWED_ORIGINS: origin })
    const flags = async (site: string) => {
      const headers = { origin, 'sec-fetch-site': site }
      const told = await askProxy(proxy.port, '/api/access', jsonRequest({ token }, headers))
      expect(told.headers['access-control-allow-credentials']).toBe('true')
      return told.headers['set-cookie']?.[0]?.replace(/^[^;]+; /, '')
    }
    expect(await flags('cross-site')).toBe('Path=/api; HttpOnly; Max-Age=2592000; SameSite=None; Secure; Partitioned')
    expect(await flags('same-site')).toBe('Path=/api; HttpOnly; Max-Age=2592000; SameSite=Strict')
  })

  it('is requested by the health answer until it was given', async () => {
    await open({ PROXY_ACCESS_TOKEN: token })
    const health = async (headers: Record<string, string> = {}) =>
      (await askProxy(proxy.port, '/api/health', { headers })).json()
    expect(await health()).toEqual({ mode: 'live', gateway: 'kie', locked: true })
    expect(await health(await enter())).toEqual({ mode: 'live', gateway: 'kie' })
    expect(await health({ authorization: `Bearer ${token}` })).toEqual({ mode: 'live', gateway: 'kie' })
  })
})
