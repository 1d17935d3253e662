import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { statusesIn } from '../../support/ask-proxy.ts'
import { replyJson } from '../../support/fake-service.ts'
import { openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

const token = 'a-token-of-enough-length'
const kontext = '/api/v1/flux/kontext/generate'
let proxy: ProxyUnderTest
let socket: Socket

beforeAll(async () => {
  proxy = await openProxyBefore((_, outgoing) => replyJson(outgoing, { code: 200 }), { PROXY_ACCESS_TOKEN: token })
})
afterEach(() => socket.destroy())
afterAll(() => proxy.close())

const head = (line: string, headers: Record<string, string>) => {
  const host = `localhost:${proxy.port}`
  const all = { host, origin: `http://${host}`, authorization: `Bearer ${token}`, ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n`
}
const long = { 'content-length': '60000' }
const json = { 'content-type': 'application/json' }

describe('G11: a body that goes on after its answer', () => {
  // The time for a whole request is 120 s: what ends these connections is the answer.
  it.each([
    ['of an address that leads nowhere', 'POST /api/nothing', { ...long }, 404],
    ['of a foreign page', `POST ${kontext}`, { ...long, origin: 'https://evil.test' }, 403],
    ['without a token', `POST ${kontext}`, { ...long, authorization: '' }, 401],
    ['of another type', `POST ${kontext}`, { ...long, 'idempotency-key': 'a-run-that-lingers' }, 415],
    [
      'that is too long',
      `POST ${kontext}`,
      { ...json, 'content-length': '9000000', 'idempotency-key': 'a-run-that-is-too-long' },
      413,
    ],
    ['in chunks', 'POST /api/nothing', { 'transfer-encoding': 'chunked' }, 404],
    ['of a question', 'GET /api/health', { ...long }, 200],
  ])('%s: the connection is ended', async (_, line, headers, status) => {
    socket = connect(proxy.port, '127.0.0.1')
    let said = ''
    socket.on('data', (chunk) => {
      said += chunk
    })
    socket.on('error', () => undefined)
    socket.write(head(line, headers))
    const pulse = setInterval(() => socket.writable && socket.write('1\r\nx\r\n'), 20)
    await once(socket, 'close').finally(() => clearInterval(pulse))
    expect(statusesIn(said)).toEqual([status])
    expect(proxy.service.seen).toEqual([])
  })

  it('that ends soon leaves the connection open', async () => {
    socket = connect(proxy.port, '127.0.0.1')
    let said = ''
    socket.on('data', (chunk) => {
      said += chunk
    })
    socket.write(head('POST /api/nothing', { 'content-length': '2' }))
    await expect.poll(() => statusesIn(said)).toEqual([404])
    socket.write(`{}${head('GET /api/health', {})}`)
    await expect.poll(() => statusesIn(said)).toEqual([404, 200])
  })
})
