import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRoutes, type Route } from '#server/edge/routes.ts'
import { createMemoryPictures } from '#server/shared/memory/kept-pictures.ts'
import { createMemorySubmissions } from '#server/shared/memory/submissions.ts'
import { type Asked, askProxy, openAnswer } from '../../support/ask-proxy.ts'
import { eventually } from '../../support/eventually.ts'
import { type FakeService, openFakeService, replyJson, type Seen } from '../../support/fake-service.ts'
import { canaryKey, openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

const token = 'a-token-of-enough-length'
const adminToken = 'an-admin-token-of-enough-length'
const metricsToken = 'a-metrics-token-of-enough-length'
const geminiKey = 'canary-of-gemini-41d7'
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const routes = createRoutes({ callbacks: true, fallback: true, spend: true, metrics: true })
const closed = routes.filter(({ who }) => who !== 'anybody' && who !== 'service')
const name = ({ method, path }: Route) => [`${method} ${path}`] as const
const table = (some: readonly Route[]) => some.map((route) => [...name(route), route] as const)

let google: FakeService
let proxy: ProxyUnderTest
let echoed = ''
let answer: ((outgoing: ServerResponse, seen: Seen) => void) | undefined
let runs = 0

/** What the service says where all is well, with `echoed` wherever it may say something of its own. */
function wellAnswered(outgoing: ServerResponse, { url }: Seen): void {
  if (url.endsWith('.png')) outgoing.writeHead(200, { 'content-type': 'image/png' }).end(png)
  else if (url.includes('generateContent')) replyJson(outgoing, { error: { code: 400, message: `no ${echoed}` } }, 400)
  else if (url.includes('/models')) replyJson(outgoing, { models: [] })
  else replyText(outgoing, `{"code":200,"msg":"${echoed}","data":{"taskId":"task-1"}}`)
}

function replyText(outgoing: ServerResponse, text: string): void {
  outgoing.writeHead(200, { 'content-type': 'application/json' }).end(text)
}

/** A request that the route takes. */
function requestFor(route: Route): Asked & { path: string } {
  const run = `route-run-number-${runs++}`
  const post = (body: unknown, headers = {}) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': run, ...headers },
    body: JSON.stringify(body),
  })
  const { path } = route
  switch (route.kind) {
    case 'health':
    case 'credits':
    case 'events':
      return { path }
    case 'spend':
      return { path, headers: { authorization: `Bearer ${adminToken}` } }
    case 'metrics':
      return { path, headers: { authorization: `Bearer ${metricsToken}` } }
    case 'access':
      return { path, ...post({ token }) }
    case 'image':
      return { path: `${path}?url=${proxy.service.origin}/a.png` }
    case 'submission':
    case 'picture':
      return { path: path.replace(':run', 'kept-run-number-1') }
    case 'status':
      return { path: `${path}?taskId=task-1` }
    case 'link':
      return { path, ...post({ url: `${proxy.service.origin}/a.png` }) }
    case 'submit':
      return {
        path,
        ...post(
          path.includes('kontext')
            ? { model: 'flux-kontext-pro', prompt: 'a fox' }
            : {
                model: 'flux-2/pro-text-to-image',
                input: { prompt: 'a fox', aspect_ratio: '1:1', resolution: '1K' },
              },
        ),
      }
    case 'upload': {
      const body = Buffer.concat([
        Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'),
        png,
        Buffer.from('\r\n--b--\r\n'),
      ])
      return { path, method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=b' }, body }
    }
    case 'generate':
      return {
        path,
        ...post({
          contents: [{ role: 'user', parts: [{ text: 'a fox' }] }],
          generationConfig: { responseModalities: ['TEXT', 'IMAGE'], imageConfig: { imageSize: '1K' } },
        }),
      }
    case 'callback':
      return { path: path.replace(':provider', 'kontext').replace(':run', run).replace(':token', 'x'), ...post({}) }
  }
}

/** Asks as a user does, unless the headers say otherwise. Of a stream only the head is read. */
async function ask(route: Route, headers: Record<string, string> = {}, more: Partial<Asked> = {}) {
  const { path, ...asked } = requestFor(route)
  const given = { authorization: `Bearer ${token}`, ...asked.headers, ...headers }
  if (route.kind !== 'events') return askProxy(proxy.port, path, { ...asked, ...more, headers: given })
  const incoming = await openAnswer(proxy.port, path, { ...asked, headers: given })
  if (incoming.statusCode !== 200) return { ...(await textOf(incoming)), status: incoming.statusCode ?? 0 }
  incoming.destroy()
  return { status: 200, headers: incoming.headers, text: '' }
}

async function textOf(incoming: Awaited<ReturnType<typeof openAnswer>>) {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return { headers: incoming.headers, text: Buffer.concat(chunks).toString() }
}

/** In the order of their arrival at either service. */
let arrived: Seen[] = []
const seenAtServices = () => arrived.filter(({ url }) => !url.includes('/models?'))

async function open(timeoutDivisor?: number) {
  arrived = []
  const reply = (_: unknown, outgoing: ServerResponse, seen: Seen) => {
    arrived.push(seen)
    ;(answer ?? wellAnswered)(outgoing, seen)
  }
  google = await openFakeService(reply)
  const submissions = createMemorySubmissions()
  const pictures = createMemoryPictures()
  await pictures.keep('kept-run-number-1', png)
  proxy = await openProxyBefore(
    reply,
    {
      PROXY_ACCESS_TOKEN: token,
      PROXY_ADMIN_TOKEN: adminToken,
      METRICS_TOKEN: metricsToken,
      PUBLIC_URL: 'https://localhost:8443',
      GEMINI_API_KEY: geminiKey,
      GEMINI_API_BASE_URL: google.origin,
    },
    { submissions, pictures, ...(timeoutDivisor === undefined ? {} : { serviceTimeoutDivisor: timeoutDivisor }) },
  )
}

async function close() {
  await proxy.close()
  await google.close()
}

describe('every route', () => {
  beforeAll(() => open())
  afterAll(close)
  beforeEach(() => {
    echoed = 'fine'
    answer = undefined
  })

  it('is in the table, and there are no others', () => {
    expect(routes.map(({ method, path }) => `${method} ${path}`).sort()).toMatchSnapshot()
  })

  it.each(table(routes))('%s answers a valid request', async (_, route) => {
    const told = await ask(route)
    expect(told.status).toBe(route.kind === 'access' ? 204 : route.kind === 'generate' ? 202 : 200)
  })

  it.each(table(closed))('%s is closed without the token, and with a wrong one', async (_, route) => {
    const before = seenAtServices().length
    for (const headers of [
      { authorization: '' },
      { authorization: 'Bearer a-token-of-enough-lengtH' },
      // A token that opens something else.
      { authorization: `Bearer ${route.who === 'admin' ? token : adminToken}` },
      { authorization: `Bearer ${route.who === 'monitor' ? token : metricsToken}` },
      { authorization: '', cookie: `atelier-access=${'a'.repeat(22)}.${'b'.repeat(43)}` },
    ]) {
      const told = await ask(route, headers)
      expect([401, 429]).toContain(told.status)
      expect(JSON.parse(told.text).proxy.sent).toBe('no')
    }
    expect(seenAtServices().length).toBe(before)
  })

  it('allows only health and access without a token', () => {
    const kinds = routes.filter(({ who }) => who === 'anybody').map(({ kind }) => kind)
    expect(kinds).toEqual(['health', 'access'])
    expect(routes.filter(({ who }) => who === 'service').map(({ kind }) => kind)).toEqual(['callback'])
  })

  it.each(table(routes.filter(({ who }) => who !== 'service')))('%s is closed to other pages', async (_, route) => {
    const before = seenAtServices().length
    const foreign = [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site', origin: 'https://evil.test' }]
    const ofPosts = [{ origin: 'https://evil.test' }, { origin: 'null' }, { origin: '' }]
    for (const headers of route.method === 'POST' ? [...foreign, ...ofPosts] : foreign) {
      expect((await ask(route, headers)).status).toBe(403)
    }
    expect(seenAtServices().length).toBe(before)
  })

  it.each(table(routes.filter(({ body, who }) => body.type !== 'none' && who !== 'service')))(
    '%s takes its own content type alone',
    async (_, route) => {
      const before = seenAtServices().length
      const others = ['', 'text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1']
      const wrong = route.body.type === 'form' ? ['application/json'] : ['multipart/form-data; boundary=b']
      for (const type of [...others, ...wrong]) expect((await ask(route, { 'content-type': type })).status).toBe(415)
      expect(seenAtServices().length).toBe(before)
    },
  )

  it.each(table(routes))('%s passes on no header and no cookie of the browser', async (_, route) => {
    const canary = 'canary-of-the-browser'
    const before = seenAtServices().length
    await ask(route, {
      cookie: `session=${canary}`,
      'x-api-key': canary,
      'x-goog-api-key': canary,
      'proxy-authorization': `Basic ${canary}`,
      'user-agent': canary,
      referer: `http://${canary}/`,
      'x-canary': canary,
      forwarded: `for=${canary}`,
    })
    if (route.forwards !== 'nothing') await eventually(() => expect(seenAtServices().length).toBeGreaterThan(before))
    const sent = seenAtServices().slice(before)
    for (const { headers, url } of sent) {
      expect(JSON.stringify(headers) + url).not.toContain(canary)
      expect(JSON.stringify(headers) + url).not.toContain(token)
    }
    // The key goes to the service, never to a host of images.
    const hasKey = sent.some(({ headers }) => JSON.stringify(headers).includes(canaryKey))
    expect(hasKey).toBe(!['nothing', 'address'].includes(route.forwards) && route.kind !== 'generate')
  })

  it.each(table(routes))('%s tells neither key, whatever spelling the service echoes it in', async (_, route) => {
    const shown = async () => {
      const told = await ask(route)
      if (route.kind !== 'generate') return told.text
      const run = JSON.parse(told.text).taskId
      return eventually(async () => {
        const kept = await askProxy(proxy.port, `/api/submissions/${run}`, {
          headers: { authorization: `Bearer ${token}` },
        })
        expect(kept.json().state).toBe('answered')
        return kept.text
      })
    }
    for (const key of [canaryKey, geminiKey]) {
      const base64 = Buffer.from(`Bearer ${key}`).toString('base64')
      for (const spelling of [key, base64, escapesOf(key), encodeURIComponent(key), percentOf(key)]) {
        echoed = spelling
        const isOwn = (key === geminiKey) === (route.kind === 'generate')
        if (!isOwn) continue
        const text = await shown()
        // The last letters of base64 depend on what follows.
        expect(text).not.toContain(spelling.slice(12, -4))
        expect(decodeURIComponent(unescaped(text))).not.toContain(key)
      }
    }
  })

  it.each(table(routes))('%s is never kept by a cache, also where it refuses', async (_, route) => {
    for (const headers of [{}, { authorization: '' }, { 'sec-fetch-site': 'cross-site' }]) {
      const told = await ask(route, headers)
      expect(told.headers['cache-control']).toMatch(/no-store/)
      if (told.status === 204) continue
      expect(told.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
      })
    }
  })

  it.each(table(routes.filter(({ body, who }) => body.type === 'json' && who !== 'service')))(
    '%s reads up to its limit, and nothing of a body that is larger by a byte',
    async (_, route) => {
      if (route.body.type !== 'json') return
      const before = seenAtServices().length
      const { bytes } = route.body
      const whole = `{"x":"${'y'.repeat(bytes - 8)}"}`
      // What is wrong with it is its members, not its size.
      expect([401, 422, 429]).toContain((await ask(route, {}, { body: whole })).status)
      for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
        expect((await ask(route, headers, { body: `${whole} ` })).status).toBe(413)
      }
      expect(seenAtServices().length).toBe(before)
    },
  )
})

/** Every character as an escape of JSON. */
function escapesOf(text: string): string {
  return [...text].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
}

function percentOf(text: string): string {
  return [...text].map((character) => `%${character.charCodeAt(0).toString(16)}`).join('')
}

function unescaped(text: string): string {
  return text.replace(/\\+u([0-9a-f]{4})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
}

describe('a service that does not answer', () => {
  const timeoutDivisor = 200
  beforeAll(() => open(timeoutDivisor))
  afterAll(close)
  beforeEach(async () => {
    answer = undefined
    // It has answered last: nothing paid is sent to one that did not.
    const credits = routes.find(({ kind }) => kind === 'credits') as Route
    // Its time is a tenth of a second here, which a busy machine may miss.
    await eventually(async () => expect((await ask(credits)).status).toBe(200))
  })

  it.each(table(routes.filter(({ deadlineMs, kind }) => deadlineMs > 0 && kind !== 'generate')))(
    '%s gives it its time, and then an answer of its own',
    async (_, route) => {
      answer = () => undefined
      const startedAt = performance.now()
      const told = await ask(route)
      const share = route.kind === 'image' ? 1 / 4 : 1
      expect(told.status).toBe(504)
      expect(JSON.parse(told.text).proxy.sent).toBe(route.isPaid ? 'unknown' : 'no')
      expect(performance.now() - startedAt).toBeGreaterThan(((route.deadlineMs * share) / timeoutDivisor) * 0.9)
    },
  )

  it('is waited for as long as the table says', () => {
    const deadlines = new Map(routes.map(({ kind, deadlineMs }) => [kind, deadlineMs]))
    expect(Object.fromEntries(deadlines)).toEqual({
      ...{ health: 0, access: 0, submission: 0, events: 0, callback: 0, picture: 0, spend: 0, metrics: 0 },
      ...{ status: 20_000, credits: 20_000, link: 20_000 },
      ...{ submit: 60_000, generate: 120_000, upload: 120_000, image: 120_000 },
    })
  })
})

describe('what was spent', () => {
  const names = 'anna:the-token-of-anna-1234,ben:the-token-of-ben-12345'
  const bearer = (given: string) => ({ authorization: `Bearer ${given}` })
  let studio: ProxyUnderTest
  const submit = (given: string, run: string) =>
    askProxy(studio.port, '/api/v1/flux/kontext/generate', {
      method: 'POST',
      headers: { ...bearer(given), 'content-type': 'application/json', 'idempotency-key': run },
      body: JSON.stringify({ model: 'flux-kontext-pro', prompt: 'a fox' }),
    })

  beforeAll(async () => {
    const env = { PROXY_ACCESS_TOKENS: names, PROXY_ADMIN_TOKEN: adminToken, METRICS_TOKEN: metricsToken }
    studio = await openProxyBefore((_, outgoing) => replyJson(outgoing, { code: 200, data: { taskId: 'task-1' } }), env)
    await submit('the-token-of-anna-1234', 'a-run-of-anna-number-1')
    await submit('the-token-of-anna-1234', 'a-run-of-anna-number-2')
    await submit('the-token-of-ben-12345', 'a-run-of-ben-number-1')
  })
  afterAll(() => studio.close())

  it('is listed by name and day for the holder of the admin token, also as a table', async () => {
    const told = await askProxy(studio.port, '/api/spend', { headers: bearer(adminToken) })
    const [day] = new Date().toISOString().split('T')
    expect(told.json()).toEqual({
      spend: [
        { day, name: 'anna', credits: 10, runs: 2 },
        { day, name: 'ben', credits: 5, runs: 1 },
      ],
    })
    const table = await askProxy(studio.port, '/api/spend?as=csv', { headers: bearer(adminToken) })
    expect(table.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(table.text).toBe(`day,name,credits,runs\r\n${day},anna,10,2\r\n${day},ben,5,1\r\n`)
    expect((await askProxy(studio.port, '/api/spend', { headers: bearer('the-token-of-anna-1234') })).status).toBe(401)
  })

  it('and other counts are given to a monitor, at any host name', async () => {
    const headers = { ...bearer(metricsToken), host: '10.0.0.1:3000' }
    const { text, headers: told } = await askProxy(studio.port, '/metrics', { headers })
    expect(told['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(text).toContain('atelier_submissions_total{outcome="answered"} 3')
    expect(text).toMatch(/^atelier_answers_total\{route="submit"\} 3$/m)
    expect(text).toMatch(/^atelier_refusals_total\{reason="token"\} \d+$/m)
    expect(text).toMatch(/^atelier_limiter_wait_seconds_count 3$/m)
    for (const name of ['atelier_streams', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds']) {
      expect(text).toContain(name)
    }
    expect(text).not.toMatch(/anna|ben-/)
  })

  it('has no address if nobody may read it', async () => {
    const other = await openProxyBefore((_, outgoing) => replyJson(outgoing, {}))
    for (const path of ['/api/spend', '/metrics']) expect((await askProxy(other.port, path)).status).toBe(404)
    await other.close()
  })
})
