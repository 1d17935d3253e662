import { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAccess } from '#server/edge/access.ts'
import { pathOf } from '#server/edge/address.ts'
import { createEdge } from '#server/edge/edge.ts'
import { createRouteFinder, createRoutes } from '#server/edge/routes.ts'
import { askProxy, jsonRequest, sendRaw, statusesIn } from '../../support/ask-proxy.ts'
import { replyJson } from '../../support/fake-service.ts'
import { answerOf, incomingOf } from '../../support/incoming.ts'
import { openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

const generate = '/api/v1/flux/kontext/generate'
const credits = '/api/v1/chat/credit'
const body = { prompt: 'a fox', model: 'flux-kontext-pro' }
const named = 'https://studio.example'
const token = 'a-token-of-enough-length'
let runs = 0

const submission = (headers: Record<string, string> = {}) =>
  jsonRequest(body, { 'idempotency-key': `edge-run-number-${runs++}`, ...headers })

describe('requests from other pages', () => {
  let proxy: ProxyUnderTest
  const ask = (path: string, asked: Parameters<typeof askProxy>[2] = {}) =>
    askProxy(proxy.port, path, { ...asked, headers: { authorization: `Bearer ${token}`, ...asked.headers } })
  const own = () => `http://localhost:${proxy.port}`

  beforeEach(async () => {
    const env = { ALLOWED_ORIGINS: named, PROXY_ACCESS_TOKEN: token }
    proxy = await openProxyBefore((_, outgoing) => replyJson(outgoing, { code: 200, data: { taskId: 'task-1' } }), env)
  })
  afterEach(() => proxy.close())

  async function expectRefused(headers: Record<string, string>, status: number) {
    const before = proxy.service.seen.length
    const told = await ask(generate, submission(headers))
    expect(told.status).toBe(status)
    expect(told.json()).toMatchObject({ code: status, proxy: { sent: 'no' } })
    expect(proxy.service.seen.length).toBe(before)
    return told
  }

  it('lets our own page submit', async () => {
    expect((await ask(generate, submission())).status).toBe(200)
    expect((await ask(generate, submission({ 'sec-fetch-site': 'same-origin' }))).status).toBe(200)
  })

  it('G01: a foreign origin may not submit', async () => {
    const told = await expectRefused({ origin: 'https://evil.test' }, 403)
    expect(told.headers['access-control-allow-origin']).toBeUndefined()
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    '',
  ])('G02: content type "%s" is not JSON', async (type) => {
    await expectRefused({ 'content-type': type }, 415)
  })

  it.each([
    ['null', () => 'null'],
    ['none', () => ''],
    ['another scheme', () => own().replace('http:', 'https:')],
    ['another port', () => `${own()}0`],
    ['another loopback name', () => own().replace('localhost', '127.0.0.1')],
    ['ours as a prefix', () => `${own()}.evil.test`],
    ['ours as a suffix', () => `http://evil-localhost:${proxy.port}`],
    ['ours with a slash', () => `${own()}/`],
    ['a named one as a prefix', () => `${named}.evil.test`],
    ['a named one over http', () => named.replace('https', 'http')],
  ])('G03: origin "%s" may not submit', async (_, origin) => void (await expectRefused({ origin: origin() }, 403)))

  it('G04: a cross-site request may not submit, whatever its origin says', async () => {
    await expectRefused({ 'sec-fetch-site': 'cross-site' }, 403)
    await expectRefused({ 'sec-fetch-site': 'same-site' }, 403)
  })

  it('G05: a preflight is answered for named origins only', async () => {
    const preflight = (origin: string) =>
      ask(generate, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } })
    const foreign = await preflight('https://evil.test')
    expect(foreign.status).toBe(403)
    expect(Object.keys(foreign.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    const { status, headers } = await preflight(named)
    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': named,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'retry-after',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'content-type, idempotency-key, authorization, last-event-id',
      'access-control-max-age': '600',
      vary: 'origin',
    })
  })

  it('says why it refuses', async () => {
    const foreign = { origin: 'https://evil.test' }
    const crossSite = { 'sec-fetch-site': 'cross-site' }
    const refusals: [path: string, asked: Parameters<typeof askProxy>[2], code: number, msg: string][] = [
      ['/api/health', { headers: { host: 'evil.test' } }, 421, 'This host is not served here. See ALLOWED_ORIGINS.'],
      ['/api//health', {}, 404, 'There is nothing at this address.'],
      ['/', { method: 'POST' }, 405, 'Pages accept only GET and HEAD.'],
      [credits, { method: 'PUT' }, 405, 'This method is not allowed here.'],
      [generate, submission(foreign), 403, 'Requests from this page are not allowed.'],
      [credits, { headers: crossSite }, 403, 'Requests from this page are not allowed.'],
      [credits, { method: 'OPTIONS', headers: foreign }, 403, 'Requests from this page are not allowed.'],
    ]
    for (const [path, asked, code, msg] of refusals) {
      const told = await ask(path, asked)
      expect([told.status, told.json()]).toEqual([code, { code, msg, proxy: { sent: 'no' } }])
    }
  })

  it('H09: takes no address of another place for a path', async () => {
    const told = await sendRaw(
      proxy.port,
      `GET http://localhost:${proxy.port}/api/health HTTP/1.1\r\nHost: localhost:${proxy.port}\r\nConnection: close\r\n\r\n`,
    )
    expect(statusesIn(told)).toEqual([400])
    expect(told).toContain('The request line or the Host header is not valid.')
  })

  it('H08: takes 100 headers and refuses one more', async () => {
    const { port } = proxy
    const asked = (more: number) =>
      `GET /api/health HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n${'a: b\r\n'.repeat(more)}\r\n`
    expect(statusesIn(await sendRaw(port, asked(98)))).toEqual([200])
    const told = await sendRaw(port, asked(99))
    expect(statusesIn(told)).toEqual([431])
    expect(told).toContain('The request has too many headers.')
  })

  it('reads pages by GET and HEAD, and asks the API with a query', async () => {
    for (const method of ['GET', 'HEAD']) expect((await ask('/', { method })).status).not.toBe(405)
    expect((await ask('/api/health?x=/../')).status).toBe(200)
    expect((await ask(credits, { headers: { 'sec-fetch-site': 'none' } })).status).toBe(200)
    expect((await ask('/apis')).status).not.toBe(200)
    expect((await ask('/apis', { method: 'POST' })).json().msg).toBe('Pages accept only GET and HEAD.')
    expect((await ask('/api', { method: 'POST' })).json().msg).not.toBe('Pages accept only GET and HEAD.')
  })

  it('reads a header that is as long as "host" for what it is', async () => {
    expect((await ask('/api/health', { headers: { from: 'host', date: 'b' } })).status).toBe(200)
  })

  it('lets a named origin submit and read', async () => {
    const told = await ask(generate, submission({ origin: named, 'sec-fetch-site': 'cross-site' }))
    expect(told.status).toBe(200)
    expect(told.headers['access-control-allow-origin']).toBe(named)
  })

  it('G06: reading has no effect at the service but a free question', async () => {
    const before = proxy.service.seen.length
    for (const path of [
      generate,
      '/api/v1/jobs/createTask',
      '/api/v1/common/download-url',
      '/api/file-stream-upload',
    ]) {
      expect((await ask(path)).status).toBe(404)
    }
    expect(proxy.service.seen.length).toBe(before)
  })

  it('G07: another site may not embed what is read here', async () => {
    const told = await ask(credits, { headers: { origin: 'https://evil.test' } })
    expect(told.headers['access-control-allow-origin']).toBeUndefined()
    expect(told.headers['cross-origin-resource-policy']).toBe('same-origin')
    const before = proxy.service.seen.length
    expect((await ask(credits, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
    expect(proxy.service.seen.length).toBe(before)
  })

  it('lets a page of another site tell "refused" from "not there", and nothing else', async () => {
    const told = await ask('/api/health', { headers: { 'sec-fetch-site': 'cross-site' } })
    expect(told.status).toBe(403)
    expect(told.headers['cross-origin-resource-policy']).toBe('cross-origin')
    expect(told.text).not.toContain('live')
  })

  it.each(['evil.test', 'localhost:1', 'localhost', 'LOCALHOST.evil.test', '127.0.0.2:3000'])(
    'G08: host "%s" is not served',
    async (host) => {
      expect((await ask('/api/health', { headers: { host } })).status).toBe(421)
      expect((await ask('/', { headers: { host } })).status).toBe(421)
    },
  )

  it('G08: serves the names of this machine, and those of named origins', async () => {
    for (const host of [
      `127.0.0.1:${proxy.port}`,
      `[::1]:${proxy.port}`,
      `LocalHost:${proxy.port}`,
      'studio.example',
    ]) {
      expect((await ask('/api/health', { headers: { host } })).status).toBe(200)
    }
  })

  it('G08: two Host headers are refused', async () => {
    const host = `localhost:${proxy.port}`
    const answer = await sendRaw(
      proxy.port,
      `GET /api/health HTTP/1.1\r\nHost: ${host}\r\nHost: evil.test\r\nConnection: close\r\n\r\n`,
    )
    expect(statusesIn(answer)).toEqual([400])
    expect(answer).toContain('The request line or the Host header is not valid.')
  })

  it.each(['PUT', 'DELETE', 'PATCH', 'TRACE', 'HEAD'])('B05: %s is no method of the API', async (method) => {
    const before = proxy.service.seen.length
    expect((await ask(generate, { method })).status).toBe(405)
    const headers = { origin: own(), 'x-http-method-override': method, 'content-type': 'application/json' }
    expect((await ask(credits, { method: 'POST', headers, body: '{}' })).status).toBe(404)
    expect(proxy.service.seen.length).toBe(before)
  })
})

describe('a proxy with an access token', () => {
  let proxy: ProxyUnderTest
  const ask = (path: string, asked = {}) => askProxy(proxy.port, path, asked)

  beforeEach(async () => {
    const env = { PROXY_ACCESS_TOKEN: token }
    proxy = await openProxyBefore((_, outgoing) => replyJson(outgoing, { code: 200, data: { taskId: 'task-1' } }), env)
  })
  afterEach(() => proxy.close())

  it('B01: refuses paid and free requests without it; the service sees nothing', async () => {
    for (const authorization of [
      '',
      'Bearer wrong',
      `Basic ${token}`,
      `Bearer ${token}x`,
      `Bearer ${token} x`,
      `x Bearer ${token}`,
    ]) {
      expect((await ask(generate, submission({ authorization }))).status).toBe(401)
      expect((await ask(credits, { headers: { authorization } })).status).toBe(401)
    }
    expect(proxy.service.seen).toEqual([])
    expect((await ask(credits)).json().msg).toBe('This proxy requires its access token.')
    expect((await ask('/api/access', jsonRequest({ token: 'x' }))).json().msg).toBe(
      'This is not the access token of the proxy.',
    )
  })

  it('keeps who entered for 30 days', async () => {
    const { headers } = await ask('/api/access', jsonRequest({ token }))
    expect(headers['set-cookie']?.[0]).toContain(`Max-Age=${30 * 24 * 60 * 60};`)
    expect(headers['cache-control']).toBe('no-store')
  })

  it('still tells its health, and serves the page that asks for the token', async () => {
    expect((await ask('/api/health')).status).toBe(200)
    expect((await ask('/')).status).not.toBe(401)
  })

  it('takes it as a bearer, and does not pass it on', async () => {
    expect((await ask(generate, submission({ authorization: `Bearer ${token}` }))).status).toBe(200)
    expect(JSON.stringify(proxy.service.seen.at(-1)?.headers)).not.toContain(token)
  })

  it('gives a cookie for it that scripts cannot read and that is not the token', async () => {
    const entered = await ask('/api/access', jsonRequest({ token }))
    expect(entered.status).toBe(204)
    const cookie = entered.headers['set-cookie']?.[0] ?? ''
    expect(cookie).toMatch(/^atelier-access=[\w-]{22}\.[\w-]{43}; Path=\/api; HttpOnly; Max-Age=\d+; SameSite=Strict$/)
    expect(cookie).not.toContain(token)
    const headers = { cookie: `theme=dark; ${cookie.split(';')[0]}` }
    expect((await ask(credits, { headers })).status).toBe(200)
    expect((await ask(credits, { headers: { cookie: 'atelier-access=wrong' } })).status).toBe(401)
  })

  it('gives no cookie for anything else', async () => {
    for (const asked of [{ token: 'wrong' }, { token: '' }, {}, { token, more: 1 }]) {
      const told = await ask('/api/access', jsonRequest(asked))
      expect(told.status).toBe(401)
      expect(told.headers['set-cookie']).toBeUndefined()
    }
  })
})

describe('a proxy that is known by a public address', () => {
  const publicUrl = 'https://atelier.example'
  let proxy: ProxyUnderTest
  const ask = (path: string, asked = {}) => askProxy(proxy.port, path, asked)

  beforeEach(async () => {
    const env = { PUBLIC_URL: publicUrl, PROXY_ACCESS_TOKEN: token }
    proxy = await openProxyBefore((_, outgoing) => replyJson(outgoing, { code: 200, data: { taskId: 'task-1' } }), env)
  })
  afterEach(() => proxy.close())

  it('is served under it, and its page may submit', async () => {
    const headers = { host: 'atelier.example', origin: publicUrl, authorization: `Bearer ${token}` }
    expect((await ask('/api/health', { headers })).status).toBe(200)
    expect((await ask(generate, submission(headers))).status).toBe(200)
  })

  it('the door for the service is open to it alone: no origin, no cookie, and nothing but a call', async () => {
    const door = '/api/callbacks/some-run'
    const headers = { origin: '', host: 'atelier.example' }
    const called = await ask(door, { ...jsonRequest({ code: 200 }), headers })
    expect(called.json().msg).not.toMatch(/access token|Requests from this page/)
    for (const method of ['GET', 'HEAD', 'PUT', 'OPTIONS']) {
      const told = await ask(door, { method, headers })
      expect(told.status).toBe(405)
      if (method !== 'HEAD') expect(told.json().msg).toBe('This method is not allowed here.')
    }
    expect((await ask('/api/callbacks', { method: 'POST', headers })).status).toBe(403)
  })
})

/** What the edge says of a request: whether it lets it on, or with which status it answered. */
async function decide(host: string, given: { port?: number; url?: string; method?: string; headers?: object } = {}) {
  const { port = 3000, headers = {}, method = 'GET', ...asked } = given
  const incoming = incomingOf({ ...asked, method, headers: { host, ...headers }, localPort: port })
  const edge = createEdge(settings, createAccess({ tokens: [], isSecure: false }))
  const findRoute = createRouteFinder(createRoutes({ callbacks: true, fallback: true, spend: true, metrics: true }))
  let isLetOn = false
  const { status } = await answerOf(incoming, (...both) => {
    isLetOn = edge(...both, findRoute(pathOf(incoming)))
  })
  return isLetOn || status
}
let settings: Parameters<typeof createEdge>[0]

describe('the names of this machine', () => {
  beforeEach(() => {
    settings = { host: 'Studio.Lan', publicUrl: undefined, allowedOrigins: [named] }
  })

  it('G08: are those of the loopback, and the one it listens at', async () => {
    for (const name of ['localhost', '127.0.0.1', '[::1]', 'studio.lan', 'STUDIO.lan']) {
      expect(await decide(`${name}:3000`)).toBe(true)
      expect(await decide(`${name}:3001`)).toBe(421)
      expect(await decide(name)).toBe(421)
    }
    settings = { ...settings, host: '2001:DB8::7' }
    expect(await decide('[2001:DB8::7]:3000')).toBe(421)
    settings = { ...settings, host: '2001:db8::7' }
    expect(await decide('[2001:db8::7]:3000')).toBe(true)
    expect(await decide('[]:3000')).toBe(421)
    expect(await decide(':3000')).toBe(421)
  })

  it.each([
    ['https://studio.example', 'max-age=31536000'],
    ['http://studio.example', undefined],
    [undefined, undefined],
  ])('tell browsers to stay on https where %s is the public address', (publicUrl, told) => {
    const edge = createEdge(
      { host: '127.0.0.1', publicUrl, allowedOrigins: [] },
      createAccess({ tokens: [], isSecure: false }),
    )
    const incoming = incomingOf({ method: 'GET', headers: { host: 'localhost:3000' }, localPort: 3000 })
    const outgoing = new ServerResponse(incoming)
    expect(edge(incoming, outgoing, undefined)).toBe(true)
    expect(outgoing.getHeader('strict-transport-security')).toBe(told)
  })

  it('G08: have no port where it is the usual one', async () => {
    expect(await decide('localhost', { port: 80 })).toBe(true)
    expect(await decide('localhost:80', { port: 80 })).toBe(421)
  })

  it('leaves a fault of the check itself to be told as one', () => {
    const fault = new Error('the check failed')
    const access = createAccess({ tokens: [], isSecure: false })
    const check = () => {
      throw fault
    }
    const edge = createEdge(settings, { ...access, check })
    const incoming = incomingOf({ method: 'GET', url: credits, headers: { host: 'localhost:3000' }, localPort: 3000 })
    expect(() => edge(incoming, new ServerResponse(incoming), undefined)).toThrow(fault)
  })

  it('G05: what a preflight asks for is not let on', async () => {
    const asked = { method: 'OPTIONS', url: credits, headers: { origin: named } }
    expect(await decide('localhost:3000', asked)).toBe(204)
  })
})
