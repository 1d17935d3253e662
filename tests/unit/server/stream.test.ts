import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { heartbeatMs, silenceMs } from '#providers/events.ts'
import { createMemoryEvents, type RunEvents } from '#server/shared/memory/events.ts'
import { askProxy, openAnswer } from '../../support/ask-proxy.ts'
import { replyJson } from '../../support/fake-service.ts'
import { openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

let proxy: ProxyUnderTest
let events: RunEvents

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  events = createMemoryEvents()
  const env = { PUBLIC_URL: 'https://localhost:8443' }
  proxy = await openProxyBefore((_, outgoing) => replyJson(outgoing, { code: 200, data: 1 }), env, { events })
})
afterEach(async () => {
  vi.useRealTimers()
  await proxy.close()
})

/** A stream, and all that was heard of it so far. */
async function listen(headers: Record<string, string> = {}) {
  const answer = await openAnswer(proxy.port, '/api/events', { headers })
  return heardOf(answer)
}

function heardOf(answer: IncomingMessage) {
  let text = ''
  answer.on('data', (chunk: Buffer) => {
    text += chunk
  })
  answer.on('error', () => undefined)
  return { answer, text: () => text, digests: () => [...text.matchAll(/^data: (.+)$/gm)].map(([, data]) => data) }
}

/** From another address of this machine. */
async function listenFrom(localAddress: string) {
  const headers = { host: `localhost:${proxy.port}` }
  const request = httpRequest({
    host: '127.0.0.1',
    port: proxy.port,
    path: '/api/events',
    localAddress,
    headers,
    agent: false,
  })
  request.end()
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  return heardOf(answer)
}

describe('the stream', () => {
  it('sends each event with its id, after a gap', async () => {
    const { answer, text, digests } = await listen()
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    await events.publish('5f0c')
    await expect.poll(digests).toEqual(['all', '5f0c'])
    expect(text()).toMatch(/^event: gap\nid: [\w-]+\ndata: all\n\nevent: run\nid: [\w-]+\ndata: 5f0c\n\n$/)
  })

  it('W07: is resumed by its last id', async () => {
    const first = await listen()
    await events.publish('one')
    await expect.poll(first.digests).toEqual(['all', 'one'])
    first.answer.destroy()
    await events.publish('two')
    const id = [...first.text().matchAll(/^id: (.+)$/gm)].at(-1)?.[1] ?? ''
    const second = await listen({ 'last-event-id': id })
    await expect.poll(second.digests).toEqual(['two'])
  })

  it('is never silent long enough to count as dead', async () => {
    expect(heartbeatMs * 2).toBeLessThan(silenceMs)
    const { text } = await listen()
    vi.advanceTimersByTime(heartbeatMs)
    await expect.poll(text).toMatch(/\n:\n\n$/)
  })

  it('costs nothing once its page is gone', async () => {
    const { answer, digests } = await listen()
    await expect.poll(digests).toEqual(['all'])
    expect(vi.getTimerCount()).toBeGreaterThan(0)
    const before = vi.getTimerCount()
    answer.destroy()
    await expect.poll(() => vi.getTimerCount()).toBe(before - 1)
  })

  it('ends when the proxy is stopped, which does not wait for it', async () => {
    const { answer } = await listen()
    const ended = once(answer, 'end')
    await proxy.stop()
    await ended
  })

  it('B17: 200 of one client are capped; the others are served, and so is everything else', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => listen()))
    const counts = [200, 429].map((status) => answers.filter(({ answer }) => answer.statusCode === status).length)
    expect(counts).toEqual([30, 170])
    expect(answers.find(({ answer }) => answer.statusCode === 429)?.answer.headers['retry-after']).toBe('30')
    const other = await listenFrom('127.0.0.2')
    expect(other.answer.statusCode).toBe(200)
    expect((await askProxy(proxy.port, '/api/v1/chat/credit')).status).toBe(200)
    await events.publish('5f0c')
    await expect.poll(other.digests).toEqual(['all', '5f0c'])
    for (const { answer } of answers) answer.destroy()
    await expect.poll(async () => (await listen()).answer.statusCode).toBe(200)
  })

  it('G07: is not for pages of other sites', async () => {
    const { answer } = await listen()
    expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin')
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    const foreign = await askProxy(proxy.port, '/api/events', { headers: { 'sec-fetch-site': 'cross-site' } })
    expect(foreign.status).toBe(403)
    const named = await listen({ origin: 'https://localhost:8443', 'sec-fetch-site': 'same-site' })
    expect(named.answer.headers['access-control-allow-origin']).toBe('https://localhost:8443')
  })

  it('is closed if nobody reads it', async () => {
    const { answer, text } = await listen()
    answer.pause()
    const closed = new Promise((resolve) => answer.once('close', resolve))
    const sentBytes = 2000 * 8192
    for (let number = 0; number < 2000; number += 1) {
      await events.publish('x'.repeat(8192))
      if (number % 50 === 0) await new Promise(setImmediate)
    }
    answer.resume()
    await closed
    expect(answer.complete).toBe(false)
    expect(text().length).toBeLessThan(sentBytes)
  })
})
