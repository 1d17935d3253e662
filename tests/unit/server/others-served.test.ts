import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { createMemoryEvents, type RunEvents } from '#server/shared/memory/events.ts'
import type { TransferLimits } from '#server/upstream/transfers.ts'
import { askProxy, sendRaw, statusesIn } from '../../support/ask-proxy.ts'
import { eventually } from '../../support/eventually.ts'
import { replyJson } from '../../support/fake-service.ts'
import { openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

const imageHead = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
/** More than what sockets hold for a reader that does not read. */
const imageBytes = 12 * 1024 * 1024
const imageRest = Buffer.alloc(imageBytes - imageHead.length)

let proxy: ProxyUnderTest
let events: RunEvents
const answers: IncomingMessage[] = []

/** Whoever reads nothing for four seconds is cut off. */
const open = async (transferLimits?: TransferLimits) => {
  events = createMemoryEvents()
  proxy = await openProxyBefore(
    (_, outgoing, { url }) => {
      if (!url.endsWith('.png')) return replyJson(outgoing, { code: 200, data: 1 })
      outgoing.writeHead(200, { 'content-type': 'image/png', 'content-length': String(imageBytes) })
      outgoing.write(imageHead)
      outgoing.end(imageRest)
    },
    { PUBLIC_URL: 'https://localhost:8443' },
    { events, timeoutDivisor: 5, ...(transferLimits ? { transferLimits } : {}) },
  )
}
afterEach(async () => {
  for (const answer of answers.splice(0)) answer.destroy()
  await proxy.close()
})

/** An answer whose body is not read, asked for from an address of this machine. */
async function ask(path: string, localAddress: string): Promise<IncomingMessage> {
  const headers = { host: `localhost:${proxy.port}` }
  const request = httpRequest({ host: '127.0.0.1', port: proxy.port, path, localAddress, headers, agent: false })
  request.on('error', () => undefined)
  request.end()
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  answer.on('error', () => undefined)
  answers.push(answer)
  return answer
}

/** How many bytes came. Rejects where the transfer broke off. */
async function read(answer: IncomingMessage): Promise<number> {
  let size = 0
  for await (const chunk of answer) size += (chunk as Buffer).length
  return size
}

const imagePath = () => `/api/image?url=${proxy.service.origin}/a.png`
/** `number` requests, spread over as many addresses as there are users. */
const unread = (path: string, number: number, users: number) =>
  Promise.all(Array.from({ length: number }, (_, index) => ask(path, `127.0.1.${1 + (index % users)}`)))

describe('clients that do not read', { timeout: 60_000 }, () => {
  it('G4: 300 downloads of one user are capped, and those of another are served at once', async () => {
    await open()
    const hoarded = await unread(imagePath(), 300, 1)
    const served = hoarded.filter(({ statusCode }) => statusCode === 200)
    expect(served.length).toBeLessThanOrEqual(24)
    expect(new Set(hoarded.map(({ statusCode }) => statusCode))).toEqual(new Set([200, 429]))
    const other = await ask(imagePath(), '127.0.0.2')
    expect([other.statusCode, await read(other)]).toEqual([200, imageBytes])
  })

  it('G4: downloads of 15 users that fill all places are cut off, and everybody else is served', async () => {
    await open({ perUser: 3, inAll: 24 })
    const hoarded = await unread(imagePath(), 45, 15)
    expect(hoarded.filter(({ statusCode }) => statusCode === 429).length).toBeGreaterThan(0)
    expect((await askProxy(proxy.port, '/api/v1/chat/credit')).status).toBe(200)
    await eventually(async () => {
      const other = await ask(imagePath(), '127.0.0.2')
      expect([other.statusCode, await read(other)]).toEqual([200, imageBytes])
    })
    await eventually(() => expect(proxy.service.underWay()).toBe(0))
  })

  it('G4: 300 streams of ten users do not keep others from opening streams and fetching', async () => {
    await open()
    const streams = await unread('/api/events', 300, 10)
    expect(new Set(streams.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
    const listener = await ask('/api/events', '127.0.0.2')
    let heard = ''
    listener.on('data', (chunk) => {
      heard += chunk
    })
    await events.publish('5f0c')
    await eventually(() => expect(heard).toContain('data: 5f0c'))
    const image = await ask(imagePath(), '127.0.0.2')
    expect([image.statusCode, await read(image)]).toEqual([200, imageBytes])
  })
})

describe('a callback with a foreign token', () => {
  it('G5: is answered and closed before its body has arrived', async () => {
    await open()
    const head = [
      `POST /api/callbacks/kie-kontext/run-number-12345/${'a'.repeat(43)} HTTP/1.1`,
      'Host: localhost:8443',
      'Content-Type: application/json',
      'Content-Length: 250000',
    ]
    const told = await Promise.all(
      Array.from({ length: 200 }, () => sendRaw(proxy.port, `${head.join('\r\n')}\r\n\r\n`, 20_000)),
    )
    for (const text of told) {
      expect(statusesIn(text)).toEqual([200])
      expect(text.toLowerCase()).toContain('connection: close')
    }
  })
})
