import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeptSubmission, readRefusal } from '#providers/proxy.ts'
import { readConfig } from '#server/config.ts'
import { createAccess } from '#server/edge/access.ts'
import { refusalIn } from '#server/edge/refusals.ts'
import { createRoutes, type Route } from '#server/edge/routes.ts'
import { createMemorySubmissions } from '#server/shared/memory/submissions.ts'
import { createSubmit, type SubmitParts } from '#server/submit/submit.ts'
import { openGateway } from '#server/upstream/gateways.ts'
import type { Outbound } from '#server/upstream/guard.ts'
import { askProxy, jsonRequest, openRequest } from '../../support/ask-proxy.ts'
import { eventually } from '../../support/eventually.ts'
import { type Reply, replyJson } from '../../support/fake-service.ts'
import { answerOf, incomingOf } from '../../support/incoming.ts'
import { canaryKey, openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

const kontext = '/api/v1/flux/kontext/generate'
const jobs = '/api/v1/jobs/createTask'
const accepted = { code: 200, msg: 'success', data: { taskId: '3b1f0a77c2d94e18a6f5d0c4e9b28a61' } }
const prompted = (prompt: string) => ({ prompt, model: 'flux-kontext-pro' })

let proxy: ProxyUnderTest
let reply: Reply
let runs = 0
const newRun = () => `submit-run-number-${runs++}`
const submit = (body: unknown, run = newRun(), path = kontext) =>
  askProxy(proxy.port, path, jsonRequest(body, { 'idempotency-key': run }))
const kept = async (run: string) => KeptSubmission.parse((await askProxy(proxy.port, `/api/submissions/${run}`)).json())

beforeEach(async () => {
  reply = (_, outgoing) => replyJson(outgoing, accepted)
  proxy = await openProxyBefore((...args) => reply(...args))
})
afterEach(() => proxy.close())

describe('a submission', () => {
  it('is sent once, with the key and its body unchanged, and its answer is returned unchanged', async () => {
    const body = { ...prompted('a fox'), outputFormat: 'png', safetyTolerance: 6, enableTranslation: true }
    const told = await submit(body)
    expect(told.status).toBe(200)
    expect(told.json()).toEqual(accepted)
    const [seen, ...more] = proxy.service.seen
    expect(more).toEqual([])
    expect(proxy.logged).toEqual([])
    expect(seen).toMatchObject({ method: 'POST', url: kontext })
    expect(seen?.body.toString()).toBe(JSON.stringify(body))
    expect(seen?.headers).toEqual({
      authorization: `Bearer ${canaryKey}`,
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'content-length': String(seen?.body.length),
      host: proxy.service.host,
      connection: 'close',
    })
  })

  it('P04: sent again with the same key, gets the answer that was lost on its way', async () => {
    const run = newRun()
    const first = await submit(prompted('a fox'), run)
    const second = await submit(prompted('a fox'), run)
    expect(second.text).toBe(first.text)
    expect(proxy.service.seen).toHaveLength(1)
    expect(await kept(run)).toEqual({ state: 'answered', status: 200, body: JSON.stringify(accepted) })
  })

  it('P11: sent again with other settings, is refused', async () => {
    const run = newRun()
    await submit(prompted('a fox'), run)
    const told = await submit(prompted('a wolf'), run)
    expect(told.status).toBe(409)
    const msg = 'This run was sent before with other settings.'
    expect(told.json()).toEqual({ code: 409, msg, proxy: { sent: 'no' } })
    expect(proxy.service.seen).toHaveLength(1)
  })

  it('P12: sent 20 times at once, reaches the service once; all get the same answer', async () => {
    let release = () => {}
    reply = (_, outgoing) => {
      release = () => replyJson(outgoing, accepted)
    }
    const run = newRun()
    const asked = Array.from({ length: 20 }, () => submit(prompted('a fox'), run))
    await eventually(() => expect(proxy.service.seen).toHaveLength(1))
    expect(await kept(run)).toEqual({ state: 'pending' })
    release()
    const told = await Promise.all(asked)
    expect(new Set(told.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set([`200 ${JSON.stringify(accepted)}`]),
    )
    expect(proxy.service.seen).toHaveLength(1)
  })

  it('P03: is finished and its answer kept when the browser leaves in the middle', async () => {
    let release = () => {}
    reply = (_, outgoing) => {
      release = () => replyJson(outgoing, accepted)
    }
    const run = newRun()
    const asked = jsonRequest(prompted('a fox'), { 'idempotency-key': run })
    const leaving = openRequest(proxy.port, kontext, asked)
    leaving.on('error', () => undefined)
    leaving.end(asked.body)
    await eventually(() => expect(proxy.service.seen).toHaveLength(1))
    const left = new Promise((resolve) => leaving.once('close', resolve))
    leaving.destroy()
    await left
    release()
    await eventually(async () => expect(await kept(run)).toMatchObject({ state: 'answered', status: 200 }))
    expect((await submit(prompted('a fox'), run)).json()).toEqual(accepted)
    expect(proxy.service.seen).toHaveLength(1)
  })

  it('P05: is uncertain for good when its answer was lost at the service', async () => {
    reply = (incoming) => incoming.socket.destroy()
    const run = newRun()
    const told = await submit(prompted('a fox'), run)
    expect(readRefusal(told.json())).toMatchObject({ sent: 'unknown', failure: { kind: 'unconfirmed' } })
    expect([told.status, told.json().msg]).toEqual([502, 'The answer was lost.'])
    expect(told.headers['retry-after']).toBeUndefined()
    expect(told.headers['content-type']).toBe('application/json; charset=utf-8')
    reply = (_, outgoing) => replyJson(outgoing, accepted)
    expect((await submit(prompted('a fox'), run)).text).toBe(told.text)
    expect(await kept(run)).toEqual({ state: 'unknown' })
    expect(proxy.service.seen).toHaveLength(1)
    expect(proxy.logged.join()).toContain(run)
    expect(proxy.logged.join()).toContain('a submission has no certain answer')
  })

  it.each([
    [
      'a redirect',
      (outgoing: Parameters<Reply>[1]) => outgoing.writeHead(307, { location: 'https://evil.test' }).end(),
    ],
    [
      'half an answer',
      (outgoing: Parameters<Reply>[1]) =>
        outgoing.writeHead(200, { 'content-length': 99 }).write('{') && outgoing.destroy(),
    ],
    [
      'packed bytes',
      (outgoing: Parameters<Reply>[1]) => outgoing.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    ],
  ])('P05: is uncertain after %s', async (_, answer) => {
    reply = (_incoming, outgoing) => void answer(outgoing)
    const told = await submit(prompted('a fox'))
    expect(told.json()).toMatchObject({ proxy: { sent: 'unknown' } })
  })

  it('U19: is free to be sent again when the service could not be reached', async () => {
    const { port } = proxy
    await proxy.service.close()
    const run = newRun()
    const told = await submit(prompted('a fox'), run)
    expect([told.status, told.json().msg]).toEqual([503, 'The service cannot be reached.'])
    expect(readRefusal(told.json())).toMatchObject({ sent: 'no', failure: { kind: 'unavailable' } })
    expect((await askProxy(port, `/api/submissions/${run}`)).json()).toEqual({ state: 'none' })
    proxy.service.close = async () => undefined
  })

  it.each([
    ['as HTTP status', 429, { code: 429, msg: 'too many requests', data: null }],
    ['as code', 200, { code: 429, msg: 'too many requests', data: null }],
    ['as text', 200, { code: '429', msg: 'too many requests', data: null }],
  ])('is free to be sent again when the service is over its limit, told %s', async (_, status, body) => {
    reply = (_incoming, outgoing) => replyJson(outgoing, body, status)
    const run = newRun()
    const told = await submit(prompted('a fox'), run)
    expect([told.status, told.json()]).toEqual([status, body])
    reply = (_incoming, outgoing) => replyJson(outgoing, accepted)
    expect((await submit(prompted('a fox'), run)).json()).toEqual(accepted)
  })

  it.each([402, 422, 455, 500, 501])('keeps the answer of a service that says %i', async (code) => {
    const body = { code, msg: 'no', data: null }
    reply = (_, outgoing) => replyJson(outgoing, body)
    const run = newRun()
    await submit(prompted('a fox'), run)
    expect((await submit(prompted('a fox'), run)).json()).toEqual(body)
    expect(proxy.service.seen).toHaveLength(1)
  })

  it('keeps the answer of a service that says nothing readable', async () => {
    reply = (_, outgoing) => outgoing.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
    const run = newRun()
    const told = await submit(prompted('a fox'), run)
    expect([told.status, told.text]).toEqual([502, '<h1>Bad gateway</h1>'])
    expect(told.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect((await submit(prompted('a fox'), run)).text).toBe('<h1>Bad gateway</h1>')
    expect(proxy.service.seen).toHaveLength(1)
  })

  it('goes to the path of the service below its address', async () => {
    const { origin } = proxy.service
    const below = await openProxyBefore(() => undefined, { KIE_API_BASE_URL: `${origin}/base/` })
    const asked = jsonRequest(prompted('a fox'), { 'idempotency-key': newRun() })
    expect((await askProxy(below.port, kontext, asked)).status).toBe(200)
    await below.close()
    expect(proxy.service.seen).toMatchObject([{ method: 'POST', url: `/base${kontext}` }])
  })

  it('B11: of 101 in a second, 18 reach the service; the others are told when to come again', async () => {
    const sent = Array.from({ length: 101 }, () => newRun())
    const told = await Promise.all(sent.map((run) => submit(prompted('a fox'), run)))
    const states = await Promise.all(sent.map(async (run) => (await kept(run)).state))
    expect(states.filter((state) => state === 'none')).toHaveLength(83)
    expect(proxy.service.seen).toHaveLength(18)
    const refused = told.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(83)
    for (const { headers, json } of refused) {
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
      expect(json().proxy.sent).toBe('no')
      expect(json().proxy.retryAfterMs).toBeGreaterThan(0)
      expect(json().proxy.retryAfterMs).toBeLessThanOrEqual(5 * 11_000)
    }
  })

  it('is not sent, and can be sent again, while it is not known whether the service would accept one more', async () => {
    const limiter = () => Promise.reject(new Error('the count is lost'))
    const uncounted = await openProxyBefore((_, outgoing) => replyJson(outgoing, accepted), {}, { limiter })
    const run = newRun()
    const headers = { 'idempotency-key': run }
    const told = await askProxy(uncounted.port, kontext, jsonRequest(prompted('a fox'), headers))
    const keptThere = await askProxy(uncounted.port, `/api/submissions/${run}`)
    await uncounted.close()
    expect(told.status).toBe(503)
    expect(told.json()).toMatchObject({ proxy: { sent: 'no' } })
    expect(keptThere.json()).toEqual({ state: 'none' })
    expect(uncounted.service.seen).toEqual([])
  })

  it('S05: is not sent while no more submissions can be remembered', async () => {
    const submissions = createMemorySubmissions({ capacity: 0 })
    const full = await openProxyBefore((_, outgoing) => replyJson(outgoing, accepted), {}, { submissions })
    const told = await askProxy(full.port, kontext, jsonRequest(prompted('a fox'), { 'idempotency-key': newRun() }))
    await full.close()
    const msg = 'The proxy remembers too many submissions at the moment.'
    expect([told.status, told.json()]).toEqual([503, { code: 503, msg, proxy: { sent: 'no' } }])
    expect(full.service.seen).toEqual([])
  })

  it('is answered though its answer could not be remembered, and the log says so', async () => {
    const settle = () => Promise.reject(new Error('no room'))
    const submissions = { ...createMemorySubmissions(), settle }
    const forgetful = await openProxyBefore((_, outgoing) => replyJson(outgoing, accepted), {}, { submissions })
    const run = newRun()
    const told = await askProxy(forgetful.port, kontext, jsonRequest(prompted('a fox'), { 'idempotency-key': run }))
    await forgetful.close()
    expect(told.json()).toEqual(accepted)
    expect(forgetful.logged.join()).toContain('the answer to a submission could not be stored')
    expect(forgetful.logged.join()).toContain(run)
  })

  it('B12: is counted together with all others, whatever address it claims to come from', async () => {
    const told = await Promise.all(
      Array.from({ length: 30 }, (_, index) => {
        const headers = { 'idempotency-key': newRun(), 'x-forwarded-for': `10.0.0.${index}` }
        return askProxy(proxy.port, kontext, jsonRequest(prompted('a fox'), headers))
      }),
    )
    expect(told.filter(({ status }) => status === 429)).toHaveLength(12)
  })
})

describe('a submission is not sent', () => {
  afterEach(() => expect(proxy.service.seen).toEqual([]))

  async function expectRefused(body: unknown, field: string, path = kontext) {
    const run = newRun()
    const told = await submit(body, run, path)
    expect(told.status).toBe(422)
    const { proxy: refusal } = told.json()
    expect(refusal.sent).toBe('no')
    expect(refusal.issues.map((issue: { field: string }) => issue.field)).toContain(field)
    expect(await kept(run)).toEqual({ state: 'none' })
  }

  it.each(['', 'short-of-sixtee', 'a'.repeat(65), 'with spaces', '../../../x'])('with the key "%s"', async (run) => {
    const told = await askProxy(proxy.port, kontext, jsonRequest(prompted('a fox'), { 'idempotency-key': run }))
    expect(told.status).toBe(422)
    const message = 'Idempotency-Key must be 16 to 64 letters, digits, _ or -'
    const issues = [{ field: 'Idempotency-Key', message }]
    expect(told.json()).toEqual({ code: 422, msg: message, proxy: { sent: 'no', issues } })
  })

  it.each(['flux-kontext-ultra', 'FLUX-KONTEXT-PRO', 'flux-2/pro-text-to-image', ''])(
    'B04: with the model "%s"',
    (model) => expectRefused({ prompt: 'a fox', model }, 'model'),
  )

  it('B04: with a model of the other endpoint', () => expectRefused(prompted('a fox'), 'model', jobs))

  it.each([
    ['callBackUrl', { ...prompted('a fox'), callBackUrl: 'https://evil.test' }],
    ['an unknown member', { ...prompted('a fox'), steps: 50 }],
    ['input of the other family', { ...prompted('a fox'), input_urls: [] }],
  ])('B06: with %s', (_, body) => expectRefused(body, 'body'))

  it('B06: with a watermark for Flux 2', () => {
    const input = { prompt: 'a fox', aspect_ratio: '1:1', resolution: '1K', watermark: 'x' }
    return expectRefused({ model: 'flux-2/pro-text-to-image', input }, 'input', jobs)
  })

  it.each([
    'https://evil.test/a.png',
    'http://tempfile.redpandaai.co/a.png',
    'https://tempfile.redpandaai.co.evil.test/a.png',
    'https://user@tempfile.redpandaai.co/a.png',
    'https://tempfile.redpandaai.co:8443/a.png',
    'https://tempfile.aiquickdraw.com/r/a.png',
    'http://127.0.0.1:1/a.png',
    'http://169.254.169.254/latest/meta-data',
  ])('B07: with a source at %s', async (inputImage) => {
    await expectRefused({ ...prompted('a fox'), inputImage }, 'sources')
    const input = { prompt: 'a fox', aspect_ratio: 'auto', resolution: '1K' }
    const good = 'https://tempfile.redpandaai.co/kieai/1/a.png'
    const body = { model: 'flux-2/pro-image-to-image', input: { ...input, input_urls: [good, inputImage] } }
    await expectRefused(body, 'sources', jobs)
  })

  it('for the reason that it names', async () => {
    const msgOf = async (body: unknown) => (await submit(body)).json().msg
    expect(await msgOf({ ...prompted('a fox'), steps: 50 })).toBe('The service does not accept these settings.')
    const inputImage = 'https://evil.test/a.png'
    const where = 'Source images must be addresses of uploaded images.'
    expect(await msgOf({ ...prompted('a fox'), inputImage })).toBe(where)
  })

  it.each([
    ['no characters', ''],
    ['5001 characters', 'x'.repeat(5001)],
    ['5001 astral characters', '🦊'.repeat(5001)],
    ['half a character', 'a \ud83e fox'],
    ['a NUL', 'a\0fox'],
  ])('B15: with a prompt of %s', (_, prompt) => expectRefused(prompted(prompt), 'prompt'))

  it('B15: with a prompt of 2 characters, for Flux 2', () => {
    const input = { prompt: 'ox', aspect_ratio: '1:1', resolution: '1K' }
    return expectRefused({ model: 'flux-2/pro-text-to-image', input }, 'input.prompt', jobs)
  })

  it('B16: with nine sources', () => {
    const input_urls = Array.from({ length: 9 }, (_, index) => `https://tempfile.redpandaai.co/${index}.png`)
    const input = { prompt: 'a fox', aspect_ratio: 'auto', resolution: '1K', input_urls }
    return expectRefused({ model: 'flux-2/pro-image-to-image', input }, 'input.input_urls', jobs)
  })

  it.each([
    ['3 while editing', 3, true],
    ['7', 7, false],
    ['-1', -1, false],
    ['"2"', '2', false],
    ['2.5', 2.5, false],
  ])('B19: with a safety tolerance of %s', (_, safetyTolerance, editing) => {
    const source = editing ? { inputImage: 'https://tempfile.redpandaai.co/a.png' } : {}
    return expectRefused({ ...prompted('a fox'), ...source, safetyTolerance }, 'safetyTolerance')
  })

  it.each([
    '',
    'null',
    '[]',
    '"text"',
    '{',
    '{"__proto__":{"x":1},"prompt":"a fox","model":"flux-kontext-pro"}',
    '[['.repeat(9000),
  ])('with the body %.40s', async (body) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': newRun() }
    const told = await askProxy(proxy.port, kontext, { method: 'POST', headers, body })
    expect([400, 422]).toContain(told.status)
  })
})

describe('what is at the limits', () => {
  it.each([
    ['one character', 'x'],
    ['5000 characters', 'x'.repeat(5000)],
    ['5000 astral characters', '🦊'.repeat(5000)],
  ])('B15: sends a prompt of %s', async (_, prompt) => {
    expect((await submit(prompted(prompt))).status).toBe(200)
    expect(JSON.parse(proxy.service.seen[0]?.body.toString() ?? '').prompt).toBe(prompt)
  })

  it('sends sources that our uploads gave, in their order', async () => {
    const input_urls = ['c', 'a', 'b'].map((name) => `https://tempfile.redpandaai.co/kieai/1/${name}.png`)
    const input = { prompt: 'a fox', aspect_ratio: 'auto', resolution: '2K', input_urls }
    expect((await submit({ model: 'flux-2/flex-image-to-image', input }, newRun(), jobs)).status).toBe(200)
    expect(JSON.parse(proxy.service.seen[0]?.body.toString() ?? '').input.input_urls).toEqual(input_urls)
  })

  it('B06: sends the last of two equal members, the one that was checked', async () => {
    const body =
      '{"inputImage":"https://evil.test/a.png","prompt":"a fox","model":"flux-kontext-pro","inputImage":"https://tempfile.redpandaai.co/a.png"}'
    const headers = { 'content-type': 'application/json', 'idempotency-key': newRun() }
    expect((await askProxy(proxy.port, kontext, { method: 'POST', headers, body })).status).toBe(200)
    expect(proxy.service.seen[0]?.body.toString()).not.toContain('evil.test')
  })
})

describe('the last step before the service', () => {
  const log = { warn: () => undefined, error: (...said: unknown[]) => said.length } as unknown as SubmitParts['log']
  const route = createRoutes({ callbacks: false, fallback: false, spend: false, metrics: false }).find(
    ({ path }) => path === kontext,
  ) as Route
  const accepting: Outbound['request'] = async () => ({
    ok: true,
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Readable.from([Buffer.from(JSON.stringify(accepted))]) as IncomingMessage,
  })

  /** One submission through the module itself, before a way out and a memory of the test's. */
  function createWith(request: Outbound['request'], more: Partial<SubmitParts> = {}) {
    const submit = createSubmit({
      gateway: openGateway(readConfig({ KIE_API_KEY: canaryKey })),
      outbound: { request },
      submissions: createMemorySubmissions(),
      admit: async () => ({ admitted: true, giveBack: async () => undefined, tieTo: async () => undefined }),
      access: createAccess({ tokens: [], isSecure: false }),
      mask: (text) => text,
      log,
      ...more,
    })
    const send = async (run = newRun()) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': run }
      const asked = incomingOf({ headers, body: JSON.stringify(prompted('a fox')) })
      return answerOf(asked, submit.handlerFor(route)).then(({ text }) => JSON.parse(text), refusalIn)
    }
    return { submit, send }
  }

  const inDoubt = (code: number, msg: string) => ({ code, msg, proxy: { sent: 'unknown' } })
  const notSent = (code: number, msg: string, more = {}) => ({ code, msg, proxy: { sent: 'no', ...more } })

  it('P05: leaves uncertain what was answered too late, and what failed in an unexpected way', async () => {
    const late = createWith(async () => ({ ok: false, sent: 'unknown', cause: 'late' }))
    expect(await late.send()).toEqual(inDoubt(504, 'No answer came in time.'))
    const submissions = createMemorySubmissions()
    const odd = createWith(() => Promise.reject(new Error('odd')), { submissions })
    expect(await odd.send('the-odd-run-of-them')).toEqual(inDoubt(502, 'The answer was lost.'))
    expect(await submissions.find('the-odd-run-of-them')).toEqual({ state: 'unknown' })
  })

  it('P05: is told in the log with the name of its user, if users have names', async () => {
    const lines: object[] = []
    const heard = { ...log, warn: (line: object) => lines.push(line) } as unknown as SubmitParts['log']
    const access = createAccess({ tokens: [], isSecure: false })
    const lost: Outbound['request'] = async () => ({ ok: false, sent: 'unknown', cause: 'broken' })
    for (const user of ['name anna', 'from 10.0.0.1']) {
      await createWith(lost, { log: heard, access: { ...access, userOf: () => user } }).send('the-lost-run-of-them')
    }
    expect(lines).toEqual([
      { run: 'the-lost-run-of-them', user: 'anna', path: kontext },
      { run: 'the-lost-run-of-them', path: kontext },
    ])
  })

  it('U19: frees a submission that was not sent in time', async () => {
    const submissions = createMemorySubmissions()
    const { send } = createWith(async () => ({ ok: false, sent: 'no', cause: 'late' }), { submissions })
    expect(await send('the-late-run-of-them')).toEqual(notSent(503, 'The service did not answer in time.'))
    expect(await submissions.find('the-late-run-of-them')).toEqual({ state: 'none' })
  })

  it('B14: gives back credits that were not spent, and ties spent ones to their task', async () => {
    const account: string[] = []
    const admit = async () => ({
      admitted: true as const,
      giveBack: async () => void account.push('back'),
      tieTo: async (task: string) => void account.push(task),
    })
    const saying =
      (body: object): Outbound['request'] =>
      async (call) => ({
        ...(await accepting(call)),
        body: Readable.from([Buffer.from(JSON.stringify(body))]) as IncomingMessage,
      })
    const outcomes: [Outbound['request'], string[]][] = [
      [accepting, [accepted.data.taskId]],
      [saying({ code: 402, msg: 'Credits insufficient', data: null }), ['back']],
      [saying({ code: 429, msg: 'slow down', data: null }), ['back']],
      [async () => ({ ok: false, sent: 'no', cause: 'unreachable' }), ['back']],
      [async () => ({ ok: false, sent: 'unknown', cause: 'broken' }), []],
      [saying({ code: 200, msg: 'success', data: {} }), []],
      [saying({ code: 500, msg: 'Internal Error', data: null }), []],
    ]
    for (const [request, expected] of outcomes) {
      await createWith(request, { admit }).send()
      expect(account.splice(0)).toEqual(expected)
    }
  })

  it('S04: does not send a submission that cannot be remembered', async () => {
    let asked = 0
    const said: unknown[][] = []
    const { send } = createWith(
      (call) => {
        asked += 1
        return accepting(call)
      },
      {
        submissions: { ...createMemorySubmissions(), reserve: () => Promise.reject(new Error('no memory')) },
        log: { ...log, error: (...words: unknown[]) => said.push(words) } as unknown as SubmitParts['log'],
      },
    )
    const words = 'The proxy cannot remember submissions at the moment.'
    expect(await send('the-forgotten-of-sixteen')).toEqual(notSent(503, words, { retryAfterMs: 5000 }))
    expect(asked).toBe(0)
    const about = { run: 'the-forgotten-of-sixteen', err: new Error('no memory') }
    expect(said).toEqual([[about, 'a submission could not be remembered, and was not sent']])
  })

  it('S02: stopped, waits for the answers under way and accepts nothing new', async () => {
    let release: (() => void) | undefined
    const { submit, send } = createWith(async (call) => {
      await new Promise<void>((resolve) => {
        release = resolve
      })
      return accepting(call)
    })
    const first = send()
    await eventually(() => expect(release).toBeDefined())
    let isDrained = false
    const drained = submit.drain().then(() => {
      isDrained = true
    })
    expect(await send()).toEqual(notSent(503, 'The proxy is being stopped.', { retryAfterMs: 5000 }))
    expect(isDrained).toBe(false)
    release?.()
    expect(await first).toEqual(accepted)
    await drained
  })
})
