import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '#server/config.ts'
import { createRoutes } from '#server/edge/routes.ts'
import { type Asked, askProxy, jsonRequest } from '../../support/ask-proxy.ts'
import { replyJson } from '../../support/fake-service.ts'
import { openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

// What is refused at the start, and at the request, with nothing sent to the service.
const kontext = '/api/v1/flux/kontext/generate'
const anna = 'the-token-of-anna-123456'
const admin = 'an-admin-token-of-enough-length'
let proxy: ProxyUnderTest
let runs = 0

const submission = (headers: Record<string, string> = {}): Asked =>
  jsonRequest(
    { prompt: 'a fox', model: 'flux-kontext-pro' },
    { 'idempotency-key': `bad-input-run-number-${runs++}`, authorization: `Bearer ${anna}`, ...headers },
  )

beforeEach(async () => {
  proxy = await openProxyBefore((_, outgoing) => replyJson(outgoing, { code: 200, data: { taskId: 'task-1' } }), {
    PROXY_ACCESS_TOKENS: `anna:${anna}`,
    PROXY_ADMIN_TOKEN: admin,
    TRUSTED_PROXY: '127.0.0.1',
    PUBLIC_URL: 'https://localhost:8443',
  })
})
afterEach(() => proxy.close())

describe('a start', () => {
  const named = `anna:${anna}`
  it.each([
    ['PROXY_ACCESS_TOKENS', 'anna:1', {}],
    ['PROXY_ACCESS_TOKENS', `anna:${'x'.repeat(10_000)}`, {}],
    ['PROXY_ACCESS_TOKENS', `${named},${named}`, {}],
    ['PROXY_ACCESS_TOKENS', `${named},ANNA:another-token-of-enough-length`, {}],
    ['PROXY_ADMIN_TOKEN', '1', {}],
    ['PROXY_ADMIN_TOKEN', 'x'.repeat(10_000), {}],
    ['PROXY_ADMIN_TOKEN', anna, { PROXY_ACCESS_TOKENS: named }],
    ['PROXY_ADMIN_TOKEN', anna, { PROXY_ACCESS_TOKEN: anna }],
    ['METRICS_TOKEN', admin, { PROXY_ADMIN_TOKEN: admin }],
    ['METRICS_TOKEN', 'x'.repeat(10_000), {}],
    ['TRUSTED_PROXY', '*', {}],
    ['TRUSTED_PROXY', 'all', {}],
    ['TRUSTED_PROXY', '0.0.0.0/0', {}],
    ['TRUSTED_PROXY', '::/0', {}],
    ['TRUSTED_PROXY', '::ffff:0.0.0.0/96', {}],
  ])('with %s as %.30s says which setting is wrong, and never its value', (name, value, more) => {
    const start = () => readConfig({ [name]: value, ...more })
    expect(start).toThrow(name)
    if (value.length > 3) expect(start).not.toThrow(value)
  })
})

describe('a request', () => {
  it.each(['', '1', 'x'.repeat(201), 'x'.repeat(10_000)])('with the token "%.10s" is refused', async (token) => {
    const told = await askProxy(proxy.port, kontext, submission({ authorization: `Bearer ${token}` }))
    expect(told.status).toBe(401)
    const entered = await askProxy(proxy.port, '/api/access', jsonRequest({ token }))
    expect(entered.status).toBe(token.length > 4000 ? 413 : 401)
    expect(entered.headers['set-cookie']).toBeUndefined()
    expect(proxy.service.seen).toEqual([])
  })

  it.each([
    ['forty addresses', Array(40).fill('203.0.113.7').join(', '), 400],
    ['twenty-one', Array(21).fill('203.0.113.7').join(', '), 400],
    ['no address', 'somebody', 400],
    ['twenty', Array(20).fill('203.0.113.7').join(', '), 200],
  ])(
    'that was forwarded by %s is answered with its status, and sent only where it is fine',
    async (_, header, status) => {
      const headers = { 'x-forwarded-for': header, authorization: '', cookie: await cookieOfNobody() }
      const told = await askProxy(
        proxy.port,
        kontext,
        submission(status === 200 ? { 'x-forwarded-for': header } : headers),
      )
      expect(told.status).toBe(status)
      expect(proxy.service.seen).toHaveLength(status === 200 ? 1 : 0)
    },
  )

  it('of the service reads up to its limit, and nothing of a body that is larger by a byte', async () => {
    await askProxy(proxy.port, kontext, submission())
    const { callBackUrl } = JSON.parse(proxy.service.seen[0]?.body.toString() ?? '')
    const { body } = createRoutes({ callbacks: true, fallback: false, spend: false, metrics: false }).find(
      ({ kind }) => kind === 'callback',
    ) ?? { body: { type: 'none' } }
    const bytes = body.type === 'json' ? body.bytes : 0
    const whole = `{"x":"${'y'.repeat(bytes - 8)}"}`
    const call = (text: string, headers = {}) =>
      askProxy(proxy.port, new URL(callBackUrl).pathname, {
        method: 'POST',
        headers: { 'content-type': 'application/json', host: 'localhost:8443', origin: '', ...headers },
        body: text,
      })
    expect(bytes).toBe(256 * 1024)
    expect((await call(whole)).status).toBe(200)
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      expect((await call(`${whole} `, headers)).status).toBe(413)
    }
    expect(proxy.service.seen).toHaveLength(1)
  })
})

/** What makes the proxy ask for the client's address: a wrong token is counted by it. */
async function cookieOfNobody(): Promise<string> {
  return `atelier-access=${'a'.repeat(22)}.${'b'.repeat(43)}.anna`
}
