import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Fault } from '#server/upstream/fault.ts'
import { createOutbound, type Outbound, type Resolve, readAnswer } from '#server/upstream/guard.ts'
import { toDestination } from '#server/upstream/hosts.ts'
import type { Question, Whole } from '#server/upstream/questions-client.ts'
import { eventually } from '../../support/eventually.ts'
import type { FakeService, Reply } from '../../support/fake-service.ts'
import { later } from '../../support/later.ts'
import { makeCertificate, openServicesForTests, trustingAll } from '../../support/test-services.ts'

let outbound: Outbound
let resolve: Resolve
const open = openServicesForTests()
const deadlineMs = 20_000
const mostSockets = 256

beforeEach(() => {
  resolve = async () => [{ address: '127.0.0.1', family: 4 }]
  outbound = createOutbound((name) => resolve(name))
})
afterEach(() => {
  vi.useRealTimers()
  outbound.close()
})

/** A service that writes these bytes for an answer, and then ends the connection or leaves it open. */
const openRaw = (bytes: string, end: 'ends' | 'stays' = 'ends') =>
  open(({ socket }) => (end === 'ends' ? socket.end(bytes) : socket.write(bytes)))

type Way = (question: Question) => Promise<Whole | Fault>

const ask: Way = (question) => outbound.ask(question)

/** The other way to send a free request. Whatever holds for it has to hold for `ask`. */
const requestAndRead: Way = async (question) => {
  const answer = await outbound.request({ ...question, method: 'GET' })
  if (!answer.ok) return answer
  const read = await readAnswer(answer, question.maxBytes)
  return read.ok ? { ...read, status: answer.status, type: answer.headers['content-type'] } : read
}

const questionTo = (origin: string, path = '/'): Question => ({
  to: toDestination(new URL(origin), 'any'),
  path,
  headers: [],
  deadlineMs,
  maxBytes: 1000,
})

const fault = (sent: Fault['sent'], cause: Fault['cause']): Fault => ({ ok: false, sent, cause })
const broken = fault('unknown', 'broken')
const textOf = (outcome: Whole | Fault) => (outcome.ok ? outcome.bytes.toString() : outcome.cause)

/** From here on time stands still, until the test moves it on. */
const stopTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })

describe.each([
  ['ask', ask],
  ['request', requestAndRead],
])('a free request by "%s"', (_, way) => {
  it('gives the status, the type and the bytes of an answer, and sends only what it was given', async () => {
    const service = await open((_, outgoing) =>
      outgoing.writeHead(422, { 'content-type': 'application/json', 'x-more': '1' }).end('{"ü":1}'),
    )
    const question = { ...questionTo(service.origin, '/a?b=c'), headers: ['authorization', 'Bearer key'] }
    const bytes = Buffer.from('{"ü":1}')
    expect(await way(question)).toEqual({ ok: true, status: 422, type: 'application/json', bytes })
    const headers = { host: service.host, connection: 'keep-alive', authorization: 'Bearer key' }
    expect(service.seen).toEqual([{ method: 'GET', url: '/a?b=c', headers, body: Buffer.alloc(0) }])
  })

  it('gives no type where an answer has none', async () => {
    const service = await open((_, outgoing) => outgoing.end('fine'))
    expect(await way(questionTo(service.origin))).toMatchObject({ ok: true, status: 200, type: undefined })
  })

  it('was certainly not sent if the name, the connection or TLS failed', async () => {
    const notSent = fault('no', 'unreachable')
    expect(await way(questionTo('http://127.0.0.1:1'))).toEqual(notSent)
    const plain = await open((_, outgoing) => outgoing.end())
    expect(await way(questionTo(`https://${plain.host}`))).toEqual(notSent)
    resolve = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
    expect(await way(questionTo('https://unknown.example'))).toEqual(notSent)
    expect(plain.seen).toEqual([])
  })

  it('is not sent to a service whose certificate is not trusted', async () => {
    const service = await open((_, outgoing) => outgoing.end('here'), await makeCertificate())
    for (const origin of [service.origin, service.origin.replace('127.0.0.1', 'localhost')]) {
      expect(await way(questionTo(origin))).toEqual(fault('no', 'unreachable'))
    }
    expect(service.seen).toEqual([])
  })

  it('names its host in the TLS handshake, unless that is an address, and keeps the connection', async () => {
    const names: unknown[] = []
    const reply: Reply = ({ socket }, outgoing) => {
      names.push((socket as TLSSocket).servername)
      outgoing.end('here')
    }
    const service = await open(reply, await makeCertificate())
    const named = service.origin.replace('127.0.0.1', 'api.example')
    await trustingAll(async () => {
      for (const origin of [service.origin, named, named]) expect(textOf(await way(questionTo(origin)))).toBe('here')
    })
    expect(names).toEqual([false, 'api.example', 'api.example'])
    expect(service.connections()).toBe(2)
  })

  it('continues the TLS session of an earlier connection', async () => {
    const continued: boolean[] = []
    const reply: Reply = ({ socket }, outgoing) => {
      continued.push((socket as TLSSocket).isSessionReused())
      outgoing.writeHead(200, { connection: 'close' }).end('here')
    }
    const service = await open(reply, await makeCertificate())
    await trustingAll(async () => {
      for (let n = 0; n < 2; n += 1) expect(textOf(await way(questionTo(service.origin)))).toBe('here')
    })
    expect(continued).toEqual([false, true])
  })

  it('may have been sent if a new connection breaks, and is not sent twice', async () => {
    const certificate = await makeCertificate()
    for (const service of [
      await open(({ socket }) => void socket.resetAndDestroy()),
      await open(({ socket }) => void socket.end()),
      await open(({ socket }) => void socket.destroy(), certificate),
    ]) {
      expect(await trustingAll(() => way(questionTo(service.origin)))).toEqual(broken)
      expect(service.seen).toHaveLength(1)
    }
  })

  it('is given up at its deadline, whatever was received so far', async () => {
    for (const part of ['', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx']) {
      const arrived = later()
      const service = await open(({ socket }) => {
        socket.write(part)
        arrived.resolve()
      })
      stopTime()
      const asked = way(questionTo(service.origin))
      await arrived.promise
      vi.advanceTimersByTime(deadlineMs)
      vi.useRealTimers()
      expect(await asked).toEqual(fault('unknown', 'late'))
      await eventually(() => expect(service.connected()).toBe(0))
    }
  })

  it('is given up at its deadline on a kept connection too', async () => {
    const arrived = later()
    const service = await open((_, outgoing, { url }) => (url === '/' ? outgoing.end() : arrived.resolve()))
    await way(questionTo(service.origin))
    stopTime()
    const asked = way(questionTo(service.origin, '/silent'))
    await arrived.promise
    vi.advanceTimersByTime(deadlineMs)
    vi.useRealTimers()
    expect(await asked).toEqual(fault('unknown', 'late'))
    expect(service.connections()).toBe(1)
    await eventually(() => expect(service.connected()).toBe(0))
    await way(questionTo(service.origin))
    // It was not sent again when its connection was closed.
    expect(service.seen.map(({ url }) => url)).toEqual(['/', '/silent', '/'])
  })

  it('is not sent after its deadline, when a name is found late', async () => {
    const service = await open((_, outgoing) => outgoing.end())
    const asked = later()
    const found = later<Awaited<ReturnType<Resolve>>>()
    resolve = () => {
      asked.resolve()
      return found.promise
    }
    stopTime()
    const outcome = way(questionTo(service.origin.replace('127.0.0.1', 'slow.example')))
    await asked.promise
    vi.advanceTimersByTime(deadlineMs)
    vi.useRealTimers()
    expect(await outcome).toEqual(fault('no', 'late'))
    found.resolve([{ address: '127.0.0.1', family: 4 }])
    // A later request is answered, so an earlier one would have arrived.
    expect(await way(questionTo(service.origin))).toMatchObject({ ok: true })
    expect(service.seen).toHaveLength(1)
  })

  it('takes answers up to its limit, in one piece or in many', async () => {
    const service = await open((_, outgoing, { url }) => {
      if (url === '/many') outgoing.write('x')
      setImmediate(() => outgoing.end('y'.repeat(999)))
    })
    expect(textOf(await way(questionTo(service.origin)))).toBe('y'.repeat(999))
    expect(textOf(await way(questionTo(service.origin, '/many')))).toBe(`x${'y'.repeat(999)}`)
    const limited = { ...questionTo(service.origin, '/many'), maxBytes: 999 }
    expect(await way(limited)).toEqual(fault('unknown', 'too-large'))
    expect(await way({ ...questionTo(service.origin), maxBytes: 998 })).toEqual(fault('unknown', 'too-large'))
    await eventually(() => expect(service.underWay()).toBe(0))
  })

  it.each([
    ['a length', 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine', 'fine'],
    ['chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n', 'fine'],
    ['neither, up to its end', 'HTTP/1.1 200 OK\r\n\r\nfine', 'fine'],
    ['nothing in it', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
    ['another version', 'HTTP/1.0 200 OK\r\n\r\nfine', 'fine'],
    ['bytes as they are', 'HTTP/1.1 200 OK\r\nContent-Encoding: identity \r\n\r\nfine', 'fine'],
    ['hints before it', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\nfine', 'fine'],
    ['trailers', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\nx: y\r\n\r\n', 'fine'],
    ['less than its length', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfine', 'broken'],
    ['no last chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfine\r\n', 'broken'],
    ['half a head', 'HTTP/1.1 200 OK\r\ncontent-le', 'broken'],
    ['no head', '', 'broken'],
    ['another protocol', 'what?\r\n\r\n', 'broken'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n', 'broken'],
    ['hints and nothing after them', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', 'broken'],
    ['compressed bytes', 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nfine', 'broken'],
    ['two encodings', 'HTTP/1.1 200 OK\r\ncontent-encoding: identity\r\nCONTENT-ENCODING: br\r\n\r\nfine', 'broken'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nfine', 'broken'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      'broken',
    ],
    ['a large head', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(17_000)}\r\n\r\nfine`, 'broken'],
    ['many headers', `HTTP/1.1 200 OK\r\n${'x: yyyy\r\n'.repeat(4_000)}\r\nfine`, 'broken'],
  ])('takes an answer with %s for what it is', async (_, bytes, expected) => {
    const service = await openRaw(bytes)
    expect(textOf(await way(questionTo(service.origin)))).toBe(expected)
    expect(service.seen).toHaveLength(1)
  })

  it.each([
    ['a length', 'content-length: 99'],
    ['chunks', 'transfer-encoding: chunked'],
  ])('takes no answer with %s for whole if the connection was reset', async (_, header) => {
    const service = await open(({ socket }) => {
      const bytes = `HTTP/1.1 200 OK\r\n${header}\r\n\r\n4\r\nfine\r\n`
      socket.write(bytes, () => socket.resetAndDestroy())
    })
    expect(await way(questionTo(service.origin))).toEqual(broken)
  })

  it.each([301, 302, 303, 307, 308])('does not follow a %i', async (status) => {
    const elsewhere = await open((_, outgoing) => outgoing.end())
    const service = await open((_, outgoing) => outgoing.writeHead(status, { location: elsewhere.origin }).end())
    expect(await way(questionTo(service.origin))).toMatchObject({ ok: true, status, type: undefined })
    expect([service.connections(), elsewhere.connections()]).toEqual([1, 0])
  })
})

describe.each([
  ['ask', ask],
  ['request', requestAndRead],
])('a connection for free requests by "%s"', (_, way) => {
  /** Opens two kept connections, so that a second one could be used instead of a new one. */
  async function keepTwo(service: FakeService) {
    const together = () => way(questionTo(service.origin, '/together'))
    await Promise.all([together(), together()])
    expect(service.connections()).toBe(2)
  }

  /** Answers two questions together; others get the next of `endings`, or an answer. */
  function openEnding(...endings: ((incoming: IncomingMessage) => void)[]) {
    const held: (() => void)[] = []
    return open((incoming, outgoing, { url }) => {
      if (url !== '/together') {
        const end = endings.shift()
        return end ? end(incoming) : void outgoing.end('fine')
      }
      held.push(() => outgoing.end())
      if (held.length === 2) for (const answer of held) answer()
    })
  }

  it('is kept for several, one after another', async () => {
    const service = await open((_, outgoing) => outgoing.end('fine'))
    for (let n = 0; n < 3; n += 1) expect(textOf(await way(questionTo(service.origin)))).toBe('fine')
    expect(service.connections()).toBe(1)
  })

  it('is not kept for another destination, nor for the same one by another name or with another reach', async () => {
    const service = await open((_, outgoing) => outgoing.end('fine'))
    const named = service.origin.replace('127.0.0.1', 'inside.example')
    await way(questionTo(service.origin))
    await way(questionTo(named))
    await way({ ...questionTo(named), to: toDestination(new URL(named), 'loopback') })
    expect(service.connections()).toBe(3)
    const outside = { ...questionTo(named), to: toDestination(new URL(named), 'public') }
    expect(await way(outside)).toEqual(fault('no', 'forbidden'))
    expect(service.connections()).toBe(3)
  })

  it('is not kept if the service closes it with its answer', async () => {
    const service = await open((_, outgoing) => outgoing.writeHead(200, { connection: 'close' }).end('fine'))
    for (let n = 0; n < 3; n += 1) expect(textOf(await way(questionTo(service.origin)))).toBe('fine')
    expect(service.connections()).toBe(3)
  })

  it.each([
    ['reset', ({ socket }: IncomingMessage) => void socket.resetAndDestroy()],
    ['ended', ({ socket }: IncomingMessage) => void socket.end()],
  ])('that was kept and is %s in the meantime does not fail a request, which is sent on a new one', async (_, end) => {
    const service = await openEnding(end)
    await keepTwo(service)
    expect(textOf(await way(questionTo(service.origin)))).toBe('fine')
    expect([service.seen.length, service.connections()]).toEqual([4, 3])
  })

  it('that breaks twice fails the request', async () => {
    const reset = ({ socket }: IncomingMessage) => void socket.resetAndDestroy()
    const service = await openEnding(reset, reset)
    await keepTwo(service)
    expect(await way(questionTo(service.origin))).toEqual(broken)
    expect([service.seen.length, service.connections()]).toEqual([4, 3])
  })

  it.each([
    ['begins to answer and breaks off', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx'],
    ['answers with something else', 'what?\r\n\r\n'],
    ['answers in another protocol', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
  ])('that was kept and %s is not asked again', async (_, bytes) => {
    const service = await openEnding(({ socket }) => void socket.end(bytes))
    await keepTwo(service)
    expect(await way(questionTo(service.origin))).toEqual(broken)
    expect([service.seen.length, service.connections()]).toEqual([3, 2])
  })

  it('whose service sends two answers to one request does not give the second to the next request', async () => {
    const answer = (text: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`
    const service = await open(({ socket }, _, { url }) => {
      socket.write(url === '/' ? answer('first') + answer('forged') : answer('second'))
    })
    expect(textOf(await way(questionTo(service.origin)))).toBe('first')
    expect(textOf(await way(questionTo(service.origin, '/next')))).toBe('second')
  })

  it('is one of 256 at most; further requests wait for one', async () => {
    const held: (() => void)[] = []
    let most = 0
    const service = await open((_, outgoing) => {
      most = Math.max(most, service.connected())
      held.push(() => outgoing.end('fine'))
      // The others cannot arrive before.
      if (held.length >= mostSockets) for (const answer of held) answer()
    })
    const asked = Array.from({ length: 300 }, () => way(questionTo(service.origin)))
    expect(new Set((await Promise.all(asked)).map(textOf))).toEqual(new Set(['fine']))
    expect([most, service.connections()]).toEqual([mostSockets, mostSockets])
  })
})

describe('a question', () => {
  it('has no method and no body: nothing paid can be asked', () => {
    const paid = { ...questionTo('http://127.0.0.1:1'), method: 'POST', body: '{}' } as const
    // @ts-expect-error: that is the test
    const question: Question = paid
    expect(question).toBe(paid)
  })

  it('is sent as a GET without a body, whatever it was made from', async () => {
    const service = await open((_, outgoing) => outgoing.end())
    const paid = { ...questionTo(service.origin), method: 'POST', body: '{}' }
    await outbound.ask(paid as unknown as Question)
    expect(service.seen).toMatchObject([{ method: 'GET', body: Buffer.alloc(0) }])
  })

  it.each([
    ['a status below 100', 'HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n'],
    ['a request to go on that was not asked for', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ])('that gets %s is not answered', async (_, bytes) => {
    const service = await openRaw(bytes, 'stays')
    expect(await ask(questionTo(service.origin))).toEqual(broken)
  })

  it('whose answer has no length is not answered if the connection is reset', async () => {
    const service = await open(({ socket }) => {
      const reset = () => {
        unsubscribe('undici:request:headers', reset)
        socket.resetAndDestroy()
      }
      // The service cannot know when its bytes are received, so the client tells.
      subscribe('undici:request:headers', reset)
      socket.write('HTTP/1.1 200 OK\r\n\r\nfine')
    })
    expect(await ask(questionTo(service.origin))).toEqual(broken)
  })

  it('that waits for a socket until its deadline was not sent, and is not sent later', async () => {
    const held: (() => void)[] = []
    const all = later()
    const service = await open((_, outgoing) => {
      held.push(() => outgoing.end('fine'))
      if (held.length === mostSockets) all.resolve()
    })
    const first = Array.from({ length: mostSockets }, () => ask(questionTo(service.origin)))
    await all.promise
    stopTime()
    const late = ask(questionTo(service.origin, '/late'))
    vi.advanceTimersByTime(deadlineMs)
    vi.useRealTimers()
    expect(await late).toEqual(fault('no', 'late'))
    const next = ask(questionTo(service.origin, '/next'))
    for (const answer of held) answer()
    expect(new Set((await Promise.all(first)).map(textOf))).toEqual(new Set(['fine']))
    await eventually(() => expect(held).toHaveLength(mostSockets + 1))
    held.at(-1)?.()
    expect(textOf(await next)).toBe('fine')
    expect(service.seen.map(({ url }) => url).filter((url) => url !== '/')).toEqual(['/next'])
  })

  it('gets the place of one that failed', async () => {
    let arrived = 0
    const service = await open(({ socket }, outgoing, { url }) => {
      arrived += 1
      if (url === '/next') outgoing.end('fine')
      else if (arrived === mostSockets) socket.destroy()
    })
    const first = Array.from({ length: mostSockets }, () => ask(questionTo(service.origin)))
    const next = ask(questionTo(service.origin, '/next'))
    expect(textOf(await next)).toBe('fine')
    outbound.close()
    expect(new Set((await Promise.all(first)).map(textOf))).toEqual(new Set(['broken']))
  })

  it('ends when everything is closed, before, while and after it is sent', async () => {
    const arrived = later()
    const held: unknown[] = []
    const service = await open((_, outgoing, { url }) => {
      if (url === '/kept') return void outgoing.end()
      held.push(outgoing)
      if (held.length === mostSockets) arrived.resolve()
    })
    await ask(questionTo(service.origin, '/kept'))
    const lookedUp = later()
    resolve = () => {
      lookedUp.resolve()
      return new Promise(() => undefined)
    }
    const connecting = ask(questionTo('https://slow.example'))
    await lookedUp.promise
    const running = Array.from({ length: mostSockets }, () => ask(questionTo(service.origin)))
    await arrived.promise
    const waiting = ask(questionTo(service.origin))
    outbound.close()
    expect(await waiting).toEqual(fault('no', 'unreachable'))
    expect(await connecting).toEqual(fault('no', 'unreachable'))
    for (const one of await Promise.all(running)) expect(one).toEqual(broken)
    expect(await ask(questionTo(service.origin))).toEqual(fault('no', 'unreachable'))
    await eventually(() => expect(service.connected()).toBe(0))
    expect(service.seen).toHaveLength(1 + mostSockets)
  })
})
