import { once } from 'node:events'
import { ServerResponse } from 'node:http'
import { connect, Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { cutUnreadBody } from '#server/edge/linger.ts'
import { statusesIn } from '../../support/ask-proxy.ts'
import { replyJson } from '../../support/fake-service.ts'
import { incomingOf } from '../../support/incoming.ts'
import { openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

const token = 'a-token-of-enough-length'
const kontext = '/api/v1/flux/kontext/generate'
let proxy: ProxyUnderTest
let socket: Socket

beforeAll(async () => {
  proxy = await openProxyBefore((_, outgoing) => replyJson(outgoing, { code: 200 }), { PROXY_ACCESS_TOKEN: token })
})
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
  afterEach(() => socket.destroy())

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

describe('the time for a body that goes on', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** A request with these headers, of which only the head has arrived when it is answered. */
  function answered(headers: Record<string, string>) {
    const of = new Socket()
    const destroySoon = vi.spyOn(of, 'destroySoon')
    const incoming = Object.assign(incomingOf({ headers }), { socket: of })
    const outgoing = new ServerResponse(incoming)
    cutUnreadBody(incoming, outgoing)
    return { incoming, outgoing, destroySoon }
  }

  it('is half a second', () => {
    const { incoming, outgoing, destroySoon } = answered({ 'content-length': '5' })
    vi.advanceTimersByTime(1_000)
    expect(destroySoon).not.toHaveBeenCalled()
    outgoing.emit('finish')
    expect(incoming.isPaused()).toBe(false)
    vi.advanceTimersByTime(499)
    expect(destroySoon).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(destroySoon).toHaveBeenCalledOnce()
  })

  it('is over when the request has closed', () => {
    const { incoming, outgoing, destroySoon } = answered({ 'transfer-encoding': 'chunked' })
    outgoing.emit('finish')
    incoming.emit('close')
    vi.advanceTimersByTime(1_000)
    expect(destroySoon).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not begin for a body that was read, or that there is none of', () => {
    const read = answered({ 'content-length': '5' })
    read.incoming.complete = true
    read.outgoing.emit('finish')
    const none = [answered({}), answered({ 'content-length': '0' })]
    for (const { outgoing } of none) {
      expect(outgoing.listenerCount('finish')).toBe(0)
      outgoing.emit('finish')
    }
    expect(vi.getTimerCount()).toBe(0)
  })
})
