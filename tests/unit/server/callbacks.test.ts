import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { digestOf } from '#providers/events.ts'
import { KeptSubmission } from '#providers/proxy.ts'
import { readConfig } from '#server/config.ts'
import { createRoutes, type Route } from '#server/edge/routes.ts'
import { createLog } from '#server/log.ts'
import { createMemoryEvents, type RunEvents } from '#server/shared/memory/events.ts'
import { createMemorySubmissions } from '#server/shared/memory/submissions.ts'
import { createCallbacks, createRecentRuns } from '#server/submit/callbacks.ts'
import { openGateway } from '#server/upstream/gateways.ts'
import { createMask } from '#server/upstream/relay.ts'
import { type Asked, askProxy, jsonRequest, openRequest } from '../../support/ask-proxy.ts'
import { type Reply, replyJson } from '../../support/fake-service.ts'
import { answerOf, incomingOf } from '../../support/incoming.ts'
import { canaryKey, openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

const kontext = '/api/v1/flux/kontext/generate'
const task = '3b1f0a77c2d94e18a6f5d0c4e9b28a61'
const otherTask = 'b7c0aa5e41f24c0b9d1c35f2a8e06d13'
const accepted = { code: 200, msg: 'success', data: { taskId: task } }
const record = { code: 200, msg: 'success', data: { taskId: task, successFlag: 0, response: null } }
const missing = { code: 422, msg: 'The record does not exist', data: null }
const finished = {
  code: 200,
  msg: 'BFL image generated successfully.',
  data: { taskId: task, info: { originImageUrl: '', resultImageUrl: 'https://tempfile.aiquickdraw.com/r/9a77.jpeg' } },
}
const publicUrl = 'https://localhost:8443'

let proxy: ProxyUnderTest
let answerSubmission: Reply
let answerQuestion: Reply
let published: string[]
let isPublishing = true
let runs = 0

const open = async (env: Record<string, string> = {}) => {
  const memory = createMemoryEvents()
  published = []
  const events: RunEvents = {
    ...memory,
    async publish(digest) {
      if (!isPublishing) throw new Error('away')
      published.push(digest)
      await memory.publish(digest)
    },
  }
  proxy = await openProxyBefore(
    (incoming, outgoing, seen) =>
      (seen.method === 'POST' ? answerSubmission : answerQuestion)(incoming, outgoing, seen),
    { PUBLIC_URL: publicUrl, ...env },
    { events },
  )
}
const reopen = async (env: Record<string, string>) => {
  await proxy.close()
  await open(env)
}

beforeEach(async () => {
  answerSubmission = (_, outgoing) => replyJson(outgoing, accepted)
  answerQuestion = (_, outgoing) => replyJson(outgoing, record)
  await open()
})
afterEach(() => proxy.close())

const newRun = () => `called-run-number-${runs++}`
const submit = (run: string) => {
  const asked = jsonRequest({ prompt: 'a fox', model: 'flux-kontext-pro' }, { 'idempotency-key': run })
  return askProxy(proxy.port, kontext, asked)
}
/** Submits, and gives the path that the service may call. */
const address = async (run: string) => {
  await submit(run)
  return addressSeen()
}
const addressSeen = () => {
  const { callBackUrl } = JSON.parse(
    proxy.service.seen.findLast(({ method }) => method === 'POST')?.body.toString() ?? '',
  )
  expect(callBackUrl).toMatch(/^https:\/\/localhost:8443\/api\/callbacks\/[\w-]+\/[\w-]+\/[\w-]{43}$/)
  return new URL(callBackUrl).pathname
}
/** As the service calls: from outside, without an origin. */
const call = (
  path: string,
  body: unknown = finished,
  headers: Record<string, string | string[]> = {},
  more: Asked = {},
) =>
  askProxy(proxy.port, path, {
    ...jsonRequest(body),
    ...more,
    headers: { 'content-type': 'application/json', host: 'localhost:8443', origin: '', ...headers },
  })
const sign = (key: string, id: string, seconds: number | string) => ({
  'x-webhook-timestamp': String(seconds),
  'x-webhook-signature': createHmac('sha256', key).update(`${id}.${seconds}`).digest('base64'),
})
const nowSeconds = () => Math.floor(Date.now() / 1000)
const questions = () => proxy.service.seen.filter(({ method }) => method === 'GET')
const kept = async (run: string) => KeptSubmission.parse((await askProxy(proxy.port, `/api/submissions/${run}`)).json())
const counted = (what: string) => proxy.logged.some((line) => line.includes(`"callbacks":"${what}"`))

describe('a callback', () => {
  it('is requested with the only spelling the service knows, and wakes pages that know the run', async () => {
    const run = newRun()
    const path = await address(run)
    const told = await call(path)
    expect(told.status).toBe(200)
    await expect.poll(() => published).toEqual([await digestOf(run)])
    // The answer to the submission is known: nothing need be asked.
    expect(questions()).toEqual([])
    expect(proxy.logged).toEqual([])
  })

  // Bodies as the service documents them. docs/services.md 2.4 and 3.4.
  const info = { originImageUrl: '', resultImageUrl: '' }
  const job = { model: 'flux-2/pro-text-to-image', state: 'fail', failCode: '500', failMsg: 'no', resultJson: null }
  it.each([
    ['2.4 a finished picture', { code: 200, msg: 'BFL image generated successfully.', data: { taskId: task, info } }],
    ['2.4 a picture that was blocked', { code: 400, msg: 'Your prompt was flagged.', data: { taskId: task, info } }],
    ['2.4 an error of the service', { code: 500, msg: 'Internal Error', data: { taskId: task, info } }],
    [
      '2.4 a picture that was not made',
      { code: 501, msg: 'Image generation task failed', data: { taskId: task, info } },
    ],
    ['2.4 a task and nothing else', { code: 200, data: { taskId: task } }],
    ['3.4 a finished job', { code: 200, msg: 'ok', data: { taskId: task, ...job, state: 'success', costTime: 18 } }],
    ['3.4 a failed job', { code: 501, msg: 'Playground task failed.', data: { taskId: task, ...job } }],
    ['3.4 a state that nobody knows', { code: 299, msg: '', data: { taskId: task, ...job, state: 'resting' } }],
  ])('%s, in a callback, wakes pages and is neither stored nor trusted', async (_title, body) => {
    const run = newRun()
    const path = await address(run)
    const before = await kept(run)
    expect((await call(path, body)).status).toBe(200)
    await expect.poll(() => published).toEqual([await digestOf(run)])
    expect(await kept(run)).toEqual(before)
  })

  it('is not requested, and not accepted, without PUBLIC_URL', async () => {
    await reopen({ PUBLIC_URL: '' })
    await submit(newRun())
    expect(JSON.parse(proxy.service.seen[0]?.body.toString() ?? '')).not.toHaveProperty('callBackUrl')
    expect((await askProxy(proxy.port, '/api/health')).json()).not.toHaveProperty('callbacks')
    expect((await askProxy(proxy.port, '/api/events')).status).toBe(404)
    const path = `/api/callbacks/kie-kontext/run-12345678/${'a'.repeat(43)}`
    expect((await askProxy(proxy.port, path, jsonRequest(finished))).status).toBe(404)
  })

  it('is accepted for a provider that calls back only', async () => {
    const told = await call(`/api/callbacks/nobody/run-12345678/${'a'.repeat(43)}`)
    expect([told.status, told.json()]).toEqual([200, { code: 200, msg: 'success' }])
    expect(counted('foreign token')).toBe(true)
    expect(published).toEqual([])
  })

  it('is still valid after a restart, and on another replica with the same key', async () => {
    const run = newRun()
    const path = await address(run)
    await reopen({})
    expect((await call(path)).status).toBe(200)
    await expect.poll(() => published).toEqual([await digestOf(run)])
  })

  it('comes to an address that an update of the proxy does not change', async () => {
    expect(await address('a-run-of-an-old-proxy')).toBe(
      '/api/callbacks/kie-kontext/a-run-of-an-old-proxy/7F-qu9TQyjwaIrJwrgUVX7uTt69JRSgOCILxCWTKqZg',
    )
  })

  it('that cannot be told to pages is logged, and handled when it comes again', async () => {
    const run = newRun()
    const path = await address(run)
    isPublishing = false
    await call(path)
    await expect
      .poll(() => proxy.logged.map((line) => JSON.parse(line)))
      .toMatchObject([{ run, err: { message: 'away' } }])
    isPublishing = true
    await call(path)
    await expect.poll(() => published).toEqual([await digestOf(run)])
  })

  it('is handled before the proxy stops', async () => {
    answerSubmission = (_, outgoing) => outgoing.destroy()
    const run = newRun()
    const path = await address(run)
    let release = () => undefined as unknown
    answerQuestion = (_, outgoing) => {
      release = () => replyJson(outgoing, record)
    }
    await call(path)
    await expect.poll(() => questions()).toHaveLength(1)
    const stopped = proxy.stop()
    release()
    await stopped
    expect(published).toEqual([await digestOf(run)])
  })

  it('G5: is refused while four others of its run are being read', async () => {
    const path = await address(newRun())
    const headers = { 'content-type': 'application/json', host: 'localhost:8443', 'content-length': '1000' }
    const open = Array.from({ length: 4 }, () => openRequest(proxy.port, path, { method: 'POST', headers }))
    for (const one of open) {
      one.on('error', () => undefined)
      one.write('{')
    }
    await expect.poll(async () => (await call(path)).status).toBe(429)
    const told = await call(path)
    expect(told.json()).toMatchObject({ msg: 'Too many calls at once.', proxy: { retryAfterMs: 5_000 } })
    for (const one of open) one.destroy()
    await expect.poll(async () => (await call(path)).status).toBe(200)
  })

  it('F04: may contain anything: only its task id is read, nothing is stored', async () => {
    const run = newRun()
    const path = await address(run)
    await call(path, {
      ...finished,
      data: { ...finished.data, info: { resultImageUrl: 'https://evil.example/x.png' } },
    })
    await expect.poll(() => published).toHaveLength(1)
    expect(await kept(run)).toEqual({ state: 'answered', status: 200, body: JSON.stringify(accepted) })
  })

  it('F05, W02: repeated a hundred times, wakes once', async () => {
    const run = newRun()
    const path = await address(run)
    const told = await Promise.all(Array.from({ length: 100 }, () => call(path)))
    expect(new Set(told.map(({ status }) => status))).toEqual(new Set([200]))
    await expect.poll(() => published).toHaveLength(1)
  })

  it('F07: for a run that the service refused, is counted; the task that it names is not learned', async () => {
    const run = newRun()
    answerSubmission = (_, outgoing) => replyJson(outgoing, { code: 402, msg: 'Credits insufficient', data: null })
    const path = await address(run)
    const before = await kept(run)
    expect((await call(path)).status).toBe(200)
    await expect.poll(() => counted('refused run')).toBe(true)
    expect(await kept(run)).toEqual(before)
    expect([published, questions()]).toEqual([[], []])
  })

  it('F07: for an unknown task, or with a foreign token, is answered, ignored and counted', async () => {
    const run = newRun()
    const path = await address(run)
    const foreign = path.replace(/[\w-]{43}$/, 'A'.repeat(43))
    for (const wrong of [foreign, path.replace(run, newRun()), path.replace('kie-kontext', 'kie-jobs')]) {
      expect((await call(wrong)).status).toBe(200)
    }
    expect(counted('foreign token')).toBe(true)
    expect((await call(foreign)).headers.connection).toBe('close')
    await call(path, { ...finished, data: { taskId: otherTask } })
    await expect.poll(() => counted('another task')).toBe(true)
    await call(await address(newRun()), { code: 200 })
    expect(counted('no task')).toBe(true)
    expect(published).toEqual([])
    expect(questions()).toEqual([])
  })

  it('is told in the log when its count doubles, not each time', async () => {
    const path = (await address(newRun())).replace(/[\w-]{43}$/, 'A'.repeat(43))
    for (let time = 0; time < 40; time += 1) await call(path)
    expect(proxy.logged.filter((line) => line.includes('foreign token'))).toHaveLength(6)
    expect(proxy.logged.join('')).not.toContain('AAAA')
  })

  it.each([
    ['2 MB', { ...finished, more: 'x'.repeat(2 * 1024 * 1024) }, 413],
    ['200 levels', JSON.parse(`${'{"data":'.repeat(200)}1${'}'.repeat(200)}`), 422],
  ])('F08: of %s is refused', async (_, body, status) => {
    const path = await address(newRun())
    expect((await call(path, body)).status).toBe(status)
    expect(published).toEqual([])
  })

  it.each([
    [`{"data":{"taskId":"${task}","__proto__":{"polluted":1}}}`, 422],
    ['{"data":', 400],
    ['taskId=1', 400],
    ['', 400],
  ])('F08: that is not plain JSON is refused: %s', async (body, status) => {
    const path = await address(newRun())
    expect((await call(path, undefined, {}, { body })).status).toBe(status)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(published).toEqual([])
  })

  it('F11: is answered before anything is asked of the service', async () => {
    answerSubmission = (_, outgoing) => outgoing.destroy()
    const run = newRun()
    const path = await address(run)
    let release = () => undefined as unknown
    answerQuestion = (_, outgoing) => {
      release = () => replyJson(outgoing, record)
    }
    expect((await call(path)).status).toBe(200)
    await expect.poll(() => questions()).toHaveLength(1)
    expect(published).toEqual([])
    release()
    await expect.poll(() => published).toEqual([await digestOf(run)])
  })

  it('F12: comes as POST, and neither cookie nor origin makes a difference', async () => {
    const path = await address(newRun())
    for (const method of ['GET', 'OPTIONS', 'PUT'])
      expect((await call(path, '', {}, { method, body: '' })).status).toBe(405)
    const told = await call(path, finished, { cookie: 'atelier-access=x', origin: 'https://evil.example' })
    expect(told.status).toBe(200)
    expect(told.headers).not.toHaveProperty('set-cookie')
    expect(told.headers).not.toHaveProperty('access-control-allow-origin')
    await expect.poll(() => published).toHaveLength(1)
  })

  it('needs no access token, which the service does not have', async () => {
    await reopen({ PROXY_ACCESS_TOKEN: 'studio-token-of-enough-length' })
    const run = newRun()
    const asked = jsonRequest(
      { prompt: 'a fox', model: 'flux-kontext-pro' },
      { 'idempotency-key': run, authorization: 'Bearer studio-token-of-enough-length' },
    )
    await askProxy(proxy.port, kontext, asked)
    expect((await call(addressSeen())).status).toBe(200)
    await expect.poll(() => published).toHaveLength(1)
    expect((await askProxy(proxy.port, '/api/events')).status).toBe(401)
  })
})

describe('a submission whose answer is lost', () => {
  const answered = { state: 'answered', status: 200, body: JSON.stringify(accepted) }

  it('P05: is answered by the callback, once the service has confirmed the task', async () => {
    answerSubmission = (_, outgoing) => outgoing.destroy()
    const run = newRun()
    const path = await address(run)
    expect(await kept(run)).toEqual({ state: 'unknown' })
    await call(path)
    await expect.poll(() => kept(run)).toEqual(answered)
    expect(questions()).toMatchObject([{ url: `/api/v1/flux/kontext/record-info?taskId=${task}` }])
    await expect.poll(() => published).toEqual([await digestOf(run)])
  })

  it('P06: also by a proxy that was killed since and remembers nothing', async () => {
    const run = newRun()
    const path = await address(run)
    await reopen({})
    expect(await kept(run)).toEqual({ state: 'none' })
    await call(path)
    await expect.poll(() => kept(run)).toEqual(answered)
    // Sent once more by mistake, it would not go out.
    expect((await submit(run)).json()).toEqual(accepted)
    expect(proxy.service.seen.filter(({ method }) => method === 'POST')).toEqual([])
  })

  it('W01: the callback before the answer brings the answer', async () => {
    let release = () => undefined as unknown
    answerSubmission = (_, outgoing) => {
      release = () => replyJson(outgoing, accepted)
    }
    const run = newRun()
    const told = submit(run)
    await expect.poll(() => proxy.service.seen).toHaveLength(1)
    await call(addressSeen())
    expect((await told).json()).toEqual(accepted)
    release()
    expect(await kept(run)).toEqual(answered)
  })

  it('stays uncertain if the service does not know the task', async () => {
    answerSubmission = (_, outgoing) => outgoing.destroy()
    answerQuestion = (_, outgoing) => replyJson(outgoing, missing)
    const run = newRun()
    await call(await address(run))
    await expect.poll(() => counted('unknown task')).toBe(true)
    expect(await kept(run)).toEqual({ state: 'unknown' })
    expect(published).toEqual([])
  })

  it.each([
    ['names no task', { code: 200, msg: 'success', data: null }],
    ['refuses nothing', { code: 500, msg: 'Internal Server Error', data: null }],
  ])('P05: an answer that %s gives way to that of the callback', async (_title, unclear) => {
    answerSubmission = (_, outgoing) => replyJson(outgoing, unclear)
    const run = newRun()
    const path = await address(run)
    expect(await kept(run)).toEqual({ state: 'answered', status: 200, body: JSON.stringify(unclear) })
    await call(path)
    await expect.poll(() => kept(run)).toEqual(answered)
    const digest = await digestOf(run)
    await expect.poll(() => published).toEqual([digest])
  })

  it('F05: is confirmed by one question, however often it is called', async () => {
    answerSubmission = (_, outgoing) => outgoing.destroy()
    const path = await address(newRun())
    await Promise.all(Array.from({ length: 100 }, () => call(path)))
    await expect.poll(() => published).toHaveLength(1)
    expect(questions()).toHaveLength(1)
  })
})

describe('a task that the service does not confirm', () => {
  it('is asked for again after 2, 10 and 60 s, and then given up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      let asked = 0
      const gateway = openGateway(readConfig({ KIE_API_KEY: canaryKey }))
      const callbacks = createCallbacks({
        gateway,
        outbound: {
          async ask() {
            asked += 1
            return { ok: false, sent: 'unknown', cause: 'late' }
          },
        },
        mask: createMask(canaryKey),
        submissions: createMemorySubmissions(),
        publicUrl,
        webhookKeys: [],
        events: createMemoryEvents(),
        log: createLog([], () => undefined),
      })
      const { callBackUrl } = callbacks.addTo({}, kontext, newRun()) as { callBackUrl: string }
      const isCallback = ({ kind }: Route) => kind === 'callback'
      const routes = createRoutes({ callbacks: true, fallback: false, spend: false, metrics: false })
      const handler = callbacks.handlerFor(routes.find(isCallback) as Route)
      const incoming = incomingOf({ url: new URL(callBackUrl).pathname, body: JSON.stringify(finished) })
      expect((await answerOf(incoming, handler)).status).toBe(200)
      for (const [pauseMs, count] of [
        [0, 1],
        [1_999, 1],
        [1, 2],
        [9_999, 2],
        [1, 3],
        [59_999, 3],
        [1, 4],
      ] as const) {
        await vi.advanceTimersByTimeAsync(pauseMs)
        expect(asked).toBe(count)
      }
      await callbacks.settled()
      expect(asked).toBe(4)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('with a key for callbacks', () => {
  const key = 'whk_demo_5f0c'
  let path: string
  let run: string
  beforeEach(async () => {
    await reopen({ KIE_WEBHOOK_HMAC_KEY: `whk_new,${key}` })
    run = newRun()
    path = await address(run)
  })

  it('5.3 is signed as docs/services.md says', () => {
    expect(sign(key, task, 1790000000)['x-webhook-signature']).toBe('DvqMBE5ArEIRWbBbMZjH57o4Gb7vwmaZeNZeaEnrBPc=')
  })

  it('F10: 5.3 takes what the old and the new key signed, within 300 s', async () => {
    for (const [index, keyUsed] of [key, 'whk_new'].entries()) {
      const told = await call(path, finished, sign(keyUsed, task, nowSeconds() + (index === 0 ? -298 : 298)))
      expect(told.status).toBe(200)
    }
    await expect.poll(() => published).toEqual([await digestOf(run)])
  })

  it('F03: 5.3 takes a time of 300 s ago, and none of a second more', async () => {
    const seconds = 1_790_000_000
    vi.useFakeTimers({ toFake: ['Date'], now: seconds * 1000 })
    try {
      for (const [ago, status] of [
        [300, 200],
        [301, 401],
        [-300, 200],
        [-301, 401],
      ] as const) {
        expect((await call(path, finished, sign(key, task, seconds - ago))).status).toBe(status)
      }
    } finally {
      vi.useRealTimers()
    }
  })

  it.each([
    ['F01: nothing', () => ({})],
    ['F01: empty values', () => ({ 'x-webhook-timestamp': ' ', 'x-webhook-signature': ' ' })],
    [
      'F01: values twice',
      () => ({ 'x-webhook-timestamp': [String(nowSeconds()), '1'], 'x-webhook-signature': ['a', 'b'] }),
    ],
    ['F02: another key', () => sign('whk_other', task, nowSeconds())],
    ['F02: a shorter signature', () => ({ ...sign(key, task, nowSeconds()), 'x-webhook-signature': 'AAAA' })],
    ['F02: no base64', () => ({ ...sign(key, task, nowSeconds()), 'x-webhook-signature': '%%%' })],
    ['F03: a time 302 s old', () => sign(key, task, nowSeconds() - 302)],
    ['F03: a time 302 s ahead', () => sign(key, task, nowSeconds() + 305)],
    ['F03: a time in words', () => sign(key, task, 'now')],
    ['F03: a time in ms', () => sign(key, task, Date.now())],
    ['F06: the signature of another task', () => sign(key, otherTask, nowSeconds())],
  ])('%s is refused', async (_, headers) => {
    const told = await call(path, finished, headers() as Record<string, string>)
    expect([told.status, told.json().msg]).toEqual([401, 'The signature does not match.'])
    expect(published).toEqual([])
    expect(counted('bad signature')).toBe(true)
  })

  it.each([
    ['names two tasks', `{"data":{"taskId":"${task}","task_id":"${otherTask}"}}`],
    ['names the signed task and then another', `{"data":{"taskId":"${task}","taskId":"${otherTask}"}}`],
    ['names none', '{"data":{}}'],
    ['names no string', '{"data":{"taskId":["x"]}}'],
  ])('F06, F08: a call that %s is refused', async (_, body) => {
    expect((await call(path, undefined, sign(key, task, nowSeconds()), { body })).status).toBe(401)
    expect(published).toEqual([])
  })

  it('5.3 takes either spelling of the task', async () => {
    await call(path, { code: 200, data: { task_id: task } }, sign(key, task, nowSeconds()))
    await expect.poll(() => published).toHaveLength(1)
  })
})

describe('the runs that were called about', () => {
  it('are new again after ten seconds, or when a call could not be handled', () => {
    let now = 5
    const recent = createRecentRuns(() => now)
    expect([recent.isNew('run-1'), recent.isNew('run-1'), recent.isNew('run-2')]).toEqual([true, false, true])
    now += 9_999
    expect(recent.isNew('run-1')).toBe(false)
    now += 1
    expect(recent.isNew('run-1')).toBe(true)
    recent.forget('run-1')
    expect(recent.isNew('run-1')).toBe(true)
  })

  it('are a thousand: the one that was called about first is forgotten first', () => {
    let now = 0
    const recent = createRecentRuns(() => now)
    for (let run = 0; run < 999; run += 1) recent.isNew(`run-${run}`)
    now = 10_000
    recent.isNew('run-0')
    recent.isNew('run-999')
    expect([recent.isNew('run-0'), recent.isNew('run-999')]).toEqual([false, false])
    for (let run = 1; run < 999; run += 1) recent.isNew(`later-${run}`)
    expect(recent.isNew('run-0')).toBe(false)
    recent.isNew('the last')
    expect([recent.isNew('run-999'), recent.isNew('run-0')]).toEqual([false, true])
  })
})
