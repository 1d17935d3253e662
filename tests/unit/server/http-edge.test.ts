import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { askProxy, openRequest, sendRaw, statusesIn } from '../../support/ask-proxy.ts'
import { openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

let proxy: ProxyUnderTest

beforeAll(async () => {
  proxy = await openProxyBefore((_, outgoing) => {
    outgoing.writeHead(200, {
      'content-type': 'application/json',
      'set-cookie': 'tracking=1',
      location: 'https://evil.test',
      'x-powered-by': 'service',
      'content-encoding': 'identity',
      'access-control-allow-origin': '*',
    })
    outgoing.end('{"code":200,"data":1}')
  })
})
afterAll(() => proxy.close())

const host = () => `Host: localhost:${proxy.port}\r\nConnection: close`
const openHost = () => `Host: localhost:${proxy.port}`
const post = (head: string, body = '') =>
  `POST /api/v1/jobs/createTask HTTP/1.1\r\n${host()}\r\nOrigin: http://localhost:${proxy.port}\r\n${head}\r\n\r\n${body}`

describe('the HTTP edge', () => {
  afterEach(async () => {
    expect((await askProxy(proxy.port, '/api/health')).status).toBe(200)
    expect(proxy.service.seen.filter(({ method }) => method === 'POST')).toEqual([])
  })

  it.each([
    ['H01: two content lengths', () => post('Content-Length: 2\r\nContent-Length: 3', '{}')],
    ['H02: a length and chunks', () => post('Content-Length: 2\r\nTransfer-Encoding: chunked', '0\r\n\r\n')],
    ['H03: an obfuscated transfer encoding', () => post('Transfer-Encoding: xchunked', '0\r\n\r\n')],
    ['H04: a bare line feed in a header', () => `GET /api/health HTTP/1.1\n${host()}\nA: b\n\n`],
    ['H05: a folded header', () => `GET /api/health HTTP/1.1\r\n${host()}\r\nA: b\r\n c\r\n\r\n`],
    ['H06: a space before the colon', () => `GET /api/health HTTP/1.1\r\n${host()}\r\nA : b\r\n\r\n`],
    ['H07: a header of 20 kB', () => `GET /api/health HTTP/1.1\r\n${host()}\r\nA: ${'b'.repeat(20_000)}\r\n\r\n`],
    ['H08: 5000 headers', () => `GET /api/health HTTP/1.1\r\n${host()}\r\n${'a: b\r\n'.repeat(5000)}\r\n`],
    ['H09: an absolute target', () => `GET http://localhost:${proxy.port}/api/health HTTP/1.1\r\n${host()}\r\n\r\n`],
    ['H09: a foreign absolute target', () => `GET http://evil.test/ HTTP/1.1\r\n${host()}\r\n\r\n`],
    ['H10: CONNECT', () => `CONNECT api.kie.ai:443 HTTP/1.1\r\n${host()}\r\n\r\n`],
    ['H10: OPTIONS *', () => `OPTIONS * HTTP/1.1\r\n${host()}\r\n\r\n`],
  ])('%s is refused', async (_, bytes) => {
    const statuses = statusesIn(await sendRaw(proxy.port, bytes()))
    expect(statuses.length).toBeGreaterThan(0)
    for (const status of statuses) expect(status).toSatisfy((code: number) => code >= 400 && code < 500)
  })

  it('H08: a header called __proto__ is only a header', async () => {
    const answer = await sendRaw(proxy.port, `GET /api/health HTTP/1.1\r\n${host()}\r\n__proto__: x\r\n\r\n`)
    expect(statusesIn(answer)).toEqual([200])
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  it('H11: pipelined requests are answered one by one, each by its own right', async () => {
    const good = `GET /api/health HTTP/1.1\r\n${openHost()}\r\n\r\n`
    const bad = `GET /api/nothing HTTP/1.1\r\n${openHost()}\r\n\r\n`
    expect(
      statusesIn(await sendRaw(proxy.port, good + bad + good.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))),
    ).toEqual([200, 404, 200])
  })

  it.each([
    ['H12', '/../package.json'],
    ['H13', '/..%2fpackage.json'],
    ['H14', '/%2e%2e/package.json'],
    ['H15', '//etc/passwd'],
    ['H16', '/..\\package.json'],
    ['H17', '/..%5cpackage.json'],
    ['H18', '/%00'],
    ['H19', '/x%00.png'],
    ['H20', '/%c0%ae%c0%ae/package.json'],
    ['H21', '/%'],
    ['H22', '/....//package.json'],
    ['H23', '/.env'],
    ['H23', '/.env.local'],
    ['H24', '/assets/../server/server.js'],
    ['H25', '/%252e%252e/package.json'],
    ['B03', '/api/v1/chat%2fcredit'],
    ['B03', '/api/%76%31/chat/credit'],
    ['B03', '/api/../api/v1/chat/credit'],
    ['B03', '/api//v1/chat/credit'],
    ['B03', '/api/v1/chat/credit/'],
    ['B03', '/api/V1/chat/credit'],
    ['B03', '/api/v1/user/keys'],
    ['B03', '/API/v1/chat/credit'],
    ['B03', '/api'],
    ['B03', '/api/__sim/state'],
  ])('%s: %s leads nowhere', async (_, path) => {
    const before = proxy.service.seen.length
    const statuses = statusesIn(await sendRaw(proxy.port, `GET ${path} HTTP/1.1\r\n${host()}\r\n\r\n`))
    // 503 stands for a page that is not built.
    expect(statuses).toHaveLength(1)
    expect([400, 404, 503]).toContain(statuses[0])
    expect(proxy.service.seen.length).toBe(before)
  })

  it('H26: nothing of the headers of a service is passed on but the kind of its answer', async () => {
    const { headers } = await askProxy(proxy.port, '/api/v1/chat/credit')
    expect(Object.keys(headers).sort()).toEqual([
      'cache-control',
      'connection',
      'content-length',
      'content-security-policy',
      'content-type',
      'cross-origin-resource-policy',
      'date',
      'x-content-type-options',
    ])
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
  })

  // Whatever a service writes there: line ends of all kinds, folded, escaped, and beyond ASCII.
  const strange = [
    ['a folded header', 'Retry-After: 1\r\n X-Injected: 1'],
    ['a bare line feed', 'Retry-After: 1\nX-Injected: 1'],
    ['a bare carriage return', 'Retry-After: 1\rX-Injected: 1'],
    ['a NUL', 'Retry-After: 1\0X-Injected: 1'],
    ['escaped line ends', 'Retry-After: 1%0d%0aX-Injected: 1\r\nContent-Type: application/json%0d%0aX-Injected: 1'],
    ['a kind with more after it', 'Content-Type: application/json; x="\\r\\nX-Injected: 1"'],
    ['letters of other scripts', 'Content-Type: application/json; \xe2\x80\xa8X-Injected=1'],
    ['a header of ours', 'X-Injected: 1\r\nRetry-After: 1\r\nAccess-Control-Allow-Origin: *'],
  ] as const

  it.each(strange)('H27: %s of a service writes nothing into ours', async (_, lines) => {
    const words = 'line\r\nX-Injected: 1\r\n\r\n<script>'
    const body = JSON.stringify({ code: 429, msg: words, data: null })
    const raw = `HTTP/1.1 429 no\r\n${lines}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
    const strangeProxy = await openProxyBefore((incoming) => void incoming.socket.end(Buffer.from(raw, 'latin1')))
    const ours = (port: number) =>
      `Host: localhost:${port}\r\nOrigin: http://localhost:${port}\r\nConnection: close\r\n`
    const submission = JSON.stringify({ prompt: 'a fox', model: 'flux-kontext-pro' })
    const requests = [
      `GET /api/v1/chat/credit HTTP/1.1\r\n${ours(strangeProxy.port)}\r\n`,
      `POST /api/v1/flux/kontext/generate HTTP/1.1\r\n${ours(strangeProxy.port)}Idempotency-Key: strange-run-number-1\r\nContent-Type: application/json\r\nContent-Length: ${submission.length}\r\n\r\n${submission}`,
      `GET /api/image?url=${encodeURIComponent(`${strangeProxy.service.origin}/a.png`)} HTTP/1.1\r\n${ours(strangeProxy.port)}\r\n`,
    ]
    for (const request of requests) {
      const [head = ''] = (await sendRaw(strangeProxy.port, request)).split('\r\n\r\n')
      expect(head).toMatch(/^HTTP\/1\.1 (429 Too Many Requests|502 Bad Gateway|504 Gateway Timeout)\r\n/)
      const names = head
        .split(/[\r\n]+/)
        .slice(1)
        .map((line) => line.slice(0, line.indexOf(':')).toLowerCase())
      const known = ['cache-control', 'connection', 'content-length', 'content-security-policy', 'content-type']
      const more = ['cross-origin-resource-policy', 'date', 'x-content-type-options']
      expect(names.filter((name) => ![...known, ...more].includes(name))).toEqual([])
      expect(head).toMatch(/content-type: (application\/json|text\/plain); charset=utf-8\r\n/)
    }
    await strangeProxy.close()
  })

  it.each([
    ['/api/v1/jobs/createTask', 'application/json', 64 * 1024 + 1],
    ['/api/v1/flux/kontext/generate', 'application/json', 64 * 1024 + 1],
    ['/api/v1/common/download-url', 'application/json', 8 * 1024 + 1],
    ['/api/access', 'application/json', 4 * 1024 + 1],
  ])('H28: chunks just over the limit of %s are refused, as is a length that says so', async (path, type, size) => {
    const headers = {
      'content-type': type,
      'idempotency-key': 'edge-run-number-1',
      origin: `http://localhost:${proxy.port}`,
    }
    const chunked = new Promise<number>((resolve) => {
      const request = openRequest(proxy.port, path, { method: 'POST', headers })
      request.on('response', (incoming) => {
        incoming.resume()
        resolve(incoming.statusCode ?? 0)
      })
      request.write('x'.repeat(size - 1))
      request.end('x')
    })
    expect(await chunked).toBe(413)
    const told = await askProxy(proxy.port, path, { method: 'POST', headers, body: 'x'.repeat(size) })
    expect(told.status).toBe(413)
  })
})
