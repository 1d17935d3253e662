import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable, Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Route } from '#server/edge/routes.ts'
import { createOutbound, type Outbound } from '#server/upstream/guard.ts'
import { createHostRules } from '#server/upstream/hosts.ts'
import { createImageHandler } from '#server/upstream/image.ts'
import { createTransfers } from '#server/upstream/transfers.ts'
import { askProxy, openAnswer } from '../../support/ask-proxy.ts'
import { eventually } from '../../support/eventually.ts'
import { openFakeService, type Reply } from '../../support/fake-service.ts'
import { incomingOf } from '../../support/incoming.ts'
import { canaryKey, openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const jpeg = Buffer.from('ffd8ffe000104a464946000101000001', 'hex')

let proxy: ProxyUnderTest
let reply: Reply
const pathTo = (address: string) => `/api/image?url=${encodeURIComponent(address)}`
const result = () => pathTo(`${proxy.service.origin}/r/a.png?signature=1%2F2`)
const get = () => askProxy(proxy.port, result())

beforeEach(async () => {
  reply = (_, outgoing) => outgoing.end(png)
  proxy = await openProxyBefore((...args) => reply(...args))
})
afterEach(() => proxy.close())

describe('a picture of the service', () => {
  it('is passed on byte for byte, with the type of its bytes', async () => {
    const bytes = Buffer.concat([jpeg, randomBytes(3_000_000)])
    reply = (_, outgoing) =>
      outgoing.writeHead(200, { 'content-type': 'text/html', 'content-length': bytes.length }).end(bytes)
    const told = await get()
    expect(told.status).toBe(200)
    expect(createHash('sha256').update(told.bytes).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(told.headers).toMatchObject({ 'content-type': 'image/jpeg', 'content-length': String(bytes.length) })
  })

  it('comes through without a length as well, in pieces smaller than its signature', async () => {
    reply = (_, outgoing) => {
      for (const byte of png) outgoing.write(Buffer.from([byte]))
      outgoing.end()
    }
    expect((await get()).bytes).toEqual(png)
  })

  it('E06, D03: is never run, framed, embedded elsewhere or kept', async () => {
    reply = (_, outgoing) => {
      const headers = { 'set-cookie': 'a=1', 'content-disposition': 'inline; filename="x\u00e9.html"', location: '/x' }
      outgoing.writeHead(200, headers).end(Buffer.concat([png, Buffer.from('<script>alert(1)</script>')]))
    }
    const { headers } = await get()
    expect(headers).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': 'attachment',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, no-store',
    })
    expect(headers['set-cookie']).toBeUndefined()
    expect(headers.location).toBeUndefined()
  })

  it.each([
    ['line ends', 'attachment; filename="a.png%0d%0aSet-Cookie: a=1"'],
    ['quotes', 'inline; filename="a\\".html"; filename="b.png"'],
    ['other letters', 'attachment; filename="\xff\xfe.html"; filename*=UTF-8\'\'%E2%80%AEgnp.html'],
  ])('E07: has no name that its host gives it, with %s or without', async (_, disposition) => {
    const raw = `HTTP/1.1 200 OK\r\nContent-Disposition: ${disposition}\r\nContent-Length: ${png.length}\r\n\r\n`
    reply = (incoming) => void incoming.socket.end(Buffer.concat([Buffer.from(raw, 'latin1'), png]))
    const name = encodeURIComponent('x"\r\nSet-Cookie: a=1')
    const { status, headers } = await askProxy(proxy.port, `${result()}&filename=${name}&download=${name}`)
    expect(status).toBe(200)
    expect(headers['set-cookie']).toBeUndefined()
    expect(headers['content-disposition']).toBe('attachment')
  })

  it('A12: is requested without the key, also if its host asks for one', async () => {
    reply = (_, outgoing) => outgoing.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
    const told = await get()
    expect([told.status, told.json().msg]).toEqual([502, 'The image cannot be fetched: its host answered 401.'])
    const { url, headers } = proxy.service.seen[0] ?? {}
    expect(url).toBe('/r/a.png?signature=1%2F2')
    expect(headers?.authorization).toBeUndefined()
    expect(JSON.stringify(headers)).not.toContain(canaryKey)
    expect(headers).toMatchObject({
      accept: 'image/png,image/jpeg,image/webp',
      'accept-encoding': 'identity',
      'user-agent': expect.stringMatching(/^Mozilla/),
    })
  })

  it.each([403, 404, 410])('U14: that its host answers with %i is told as %i', async (status) => {
    reply = (_, outgoing) => outgoing.writeHead(status).end('<Error/>')
    const told = await get()
    expect(told.status).toBe(status)
    expect(told.json()).toMatchObject({ code: status, proxy: { sent: 'no' } })
  })

  it.each([
    ['HTML', Buffer.from('<!doctype html><html></html>')],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"></svg>')],
    ['zeros', Buffer.alloc(1000)],
    ['nothing', Buffer.alloc(0)],
    ['packed bytes', Buffer.from('1f8b08000000000000030300000000', 'hex')],
  ])('U08: that is %s is refused', async (_, bytes) => {
    reply = (_incoming, outgoing) => outgoing.writeHead(200, { 'content-type': 'image/png' }).end(bytes)
    const told = await get()
    expect(told.status).toBe(502)
    expect(told.json().msg).toContain('not a PNG, JPEG or WebP image')
  })

  it('U09: is refused when its length is over 50 MB', async () => {
    reply = (_, outgoing) => outgoing.writeHead(200, { 'content-length': 50 * 1024 * 1024 + 1 }).write(png)
    const told = await get()
    expect([told.status, told.json().msg]).toEqual([502, 'The image is larger than 50 MB.'])
    await eventually(() => expect(proxy.service.underWay()).toBe(0))
  })

  it('U09: is passed on where its length is 50 MB', async () => {
    reply = (_, outgoing) => outgoing.writeHead(200, { 'content-length': 50 * 1024 * 1024 }).write(png)
    const answer = await openAnswer(proxy.port, result())
    expect([answer.statusCode, answer.headers['content-length']]).toEqual([200, String(50 * 1024 * 1024)])
    answer.destroy()
    await eventually(() => expect(proxy.service.underWay()).toBe(0))
  })

  it('U09: is aborted when it exceeds 50 MB', async () => {
    const piece = Buffer.alloc(1024 * 1024)
    reply = (_, outgoing) => {
      const pour = () => {
        while (outgoing.write(piece));
        outgoing.once('drain', pour)
      }
      outgoing.write(png)
      pour()
    }
    const answer = await openAnswer(proxy.port, result())
    let size = 0
    await expect(async () => {
      for await (const chunk of answer) size += (chunk as Buffer).length
    }).rejects.toThrow('aborted')
    expect(size).toBeLessThanOrEqual(51 * 1024 * 1024)
    await eventually(() => expect(proxy.service.underWay()).toBe(0))
  })

  it('U08: is aborted if the service’s connection breaks, and never ends as if it were complete', async () => {
    reply = (_, outgoing) => {
      outgoing.write(png)
      setImmediate(() => outgoing.destroy())
    }
    const answer = await openAnswer(proxy.port, result())
    await expect(async () => {
      for await (const _ of answer);
    }).rejects.toThrow('aborted')
  })

  it('U08: that is cut off before its type is known, or is compressed, is refused', async () => {
    reply = (_, outgoing) => {
      outgoing.writeHead(200, { 'content-length': 100 }).write(png.subarray(0, 4))
      setImmediate(() => outgoing.destroy())
    }
    const broken = await get()
    expect([broken.status, broken.json().msg]).toEqual([502, 'The image was cut off.'])
    reply = (_, outgoing) => outgoing.writeHead(200, { 'content-encoding': 'gzip' }).end(png)
    expect((await get()).status).toBe(502)
  })

  it('C45: is not fetched from a private address, whatever the source of the address', async () => {
    const inside = await openFakeService((_, outgoing) => outgoing.end(png))
    for (const address of [
      inside.origin,
      inside.origin.replace('127.0.0.1', 'localhost'),
      'http://169.254.169.254/latest',
      'https://10.0.0.1/a.png',
      'file:///etc/passwd',
      'data:image/png;base64,iVBORw0KGgo=',
      `${proxy.service.origin.replace('http://', 'http://user@')}/a.png`,
      'not an address',
      '',
    ]) {
      const told = await askProxy(proxy.port, pathTo(address))
      expect([told.status, told.json().msg]).toEqual([422, 'Images are fetched from the hosts of the service only.'])
    }
    for (const path of ['/api/image', '/api/image?', '/api/image?link=x']) {
      expect((await askProxy(proxy.port, path)).status).toBe(422)
    }
    reply = (_, outgoing) => outgoing.writeHead(302, { location: inside.origin }).end()
    const led = await get()
    expect([led.status, led.json().msg]).toEqual([502, 'The service led to an address that is not allowed.'])
    expect(inside.connections()).toBe(0)
    await inside.close()
  })

  it('C44: is not fetched from a listed host whose name now resolves to a private address', async () => {
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
    const rebound = await openProxyBefore(reply, {}, { resolve })
    expect((await askProxy(rebound.port, pathTo('https://tempfile.aiquickdraw.com/r/a.png'))).status).toBe(502)
    expect(rebound.service.connections()).toBe(0)
    await rebound.close()
  })

  it('leaves nothing running when 200 browsers go away in the middle of it', async () => {
    const head = Buffer.concat([png, Buffer.alloc(200_000)])
    reply = (_, outgoing) => outgoing.writeHead(200, { 'content-length': 4_000_000 }).write(head)
    await Promise.all(
      Array.from({ length: 200 }, async () => {
        const answer = await openAnswer(proxy.port, result())
        await new Promise((done) => answer.once('data', done))
        answer.on('error', () => undefined)
        answer.destroy()
      }),
    )
    expect(proxy.service.seen).toHaveLength(200)
    await eventually(() => expect(proxy.service.underWay()).toBe(0))
    reply = (_, outgoing) => outgoing.end(png)
    expect((await get()).bytes).toEqual(png)
    expect(proxy.logged).toEqual([])
  })
})

describe('a picture without a length, between a real service and a real client', () => {
  const mostBytes = 1000
  let outbound: Outbound
  let server: Server
  let finish: (() => void) | undefined
  let failures: unknown[]

  beforeEach(async () => {
    outbound = createOutbound()
    failures = []
    const parts = {
      gateway: { results: createHostRules([proxy.service.host]) },
      outbound,
      access: { userOf: () => 'anna' },
      transfers: createTransfers(),
    }
    const handler = createImageHandler(parts, { deadlineMs: 20_000, answerBytes: mostBytes } as Route)
    server = createServer(async (incoming, outgoing) => {
      outgoing.on('error', (error) => failures.push(error))
      await Promise.resolve(handler(incoming, outgoing)).catch((error) => failures.push(error))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(async () => {
    outbound.close()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })

  /** The size of what the client receives when the last piece, of that many bytes, comes together with the end. */
  async function receive(lastBytes: number): Promise<number> {
    reply = (_, outgoing) => {
      outgoing.write(png)
      // One write: its bytes and the end arrive at the proxy together.
      finish = () => outgoing.end(Buffer.alloc(lastBytes))
    }
    const answer = await openAnswer((server.address() as AddressInfo).port, result())
    finish?.()
    let size = 0
    for await (const chunk of answer) size += (chunk as Buffer).length
    return size
  }

  it('U09: arrives whole where it is as large as is allowed', async () => {
    expect(await receive(mostBytes - png.length)).toBe(mostBytes)
    expect(failures).toEqual([])
  })

  it('U09: is cut off where its very last piece is too much, and nothing fails because of that', async () => {
    await expect(receive(mostBytes - png.length + 1)).rejects.toThrow('aborted')
    await eventually(() => expect(proxy.service.underWay()).toBe(0))
    expect(await receive(0)).toBe(png.length)
    expect(failures).toEqual([])
  })
})

describe('a picture that comes in pieces', () => {
  const mostBytes = 100
  let outgoing: ServerResponse

  /** Passes this body on, as far as it has come. */
  async function pass(body: Readable): Promise<void> {
    const parts = {
      gateway: { results: createHostRules(['images.test']) },
      outbound: { request: async () => ({ ok: true, status: 200, headers: {}, body }) as never },
      access: { userOf: () => 'anna' },
      transfers: { downloads: { take: () => () => undefined } } as never,
    }
    const handler = createImageHandler(parts, { deadlineMs: 1_000, answerBytes: mostBytes } as Route)
    outgoing = new ServerResponse(incomingOf())
    const socket = new Writable({ write: (_chunk, _encoding, done) => done() })
    outgoing.assignSocket(Object.assign(socket, { setTimeout: () => undefined }) as never)
    await handler(incomingOf({ method: 'GET', url: pathTo('https://images.test/a.png') }), outgoing)
  }
  const over = () => new Promise((resolve) => outgoing.once('close', resolve).once('finish', resolve))

  it.each([
    [mostBytes, true],
    [mostBytes + 1, false],
  ])('U09: has at most as many bytes as are allowed: %i', async (bytes, isWhole) => {
    const body = new Readable({ read: () => undefined })
    body.push(png)
    await pass(body)
    body.push(Buffer.alloc(bytes - png.length))
    if (isWhole) body.push(null)
    await over()
    expect(outgoing.writableFinished).toBe(isWhole)
  })

  it('is begun with the twelve bytes that tell its type, which are looked at once', async () => {
    const body = new Readable({ read: () => undefined })
    body.push(png.subarray(0, 12))
    await pass(body)
    expect(outgoing.headersSent).toBe(true)
    // Who counts the bytes, and who passes them on.
    expect(body.listenerCount('data')).toBe(2)
    body.destroy()
    await over()
  })

  it('U08: is refused where it has broken off already', async () => {
    const body = new Readable({ read: () => undefined }).destroy()
    await once(body, 'close')
    await expect(pass(body)).rejects.toThrow('The image was cut off.')
  })
})
