import { once } from 'node:events'
import { getDefaultAutoSelectFamily, setDefaultAutoSelectFamily } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createOutbound, type Outbound, readAnswer } from '#server/upstream/guard.ts'
import { toDestination } from '#server/upstream/hosts.ts'
import type { FakeService } from '../../support/fake-service.ts'
import { later } from '../../support/later.ts'
import { makeCertificate, openServicesForTests, trustingAll } from '../../support/test-services.ts'

let outbound: Outbound
const open = openServicesForTests()

beforeEach(() => {
  outbound = createOutbound()
})
afterEach(() => {
  vi.useRealTimers()
  outbound.close()
})

const local = (address: string) => toDestination(new URL(address), 'loopback')
const paid = { method: 'POST', headers: [], path: '/', body: '{}', deadlineMs: 20_000 } as const
const free = { method: 'GET', headers: [], path: '/', deadlineMs: 20_000 } as const

/** From here on time stands still, until the test moves it on. */
const stopTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })

/** What is left of an answer, read to its end. */
async function read(answer: Awaited<ReturnType<Outbound['request']>>) {
  if (!answer.ok) return answer.cause
  const body = await readAnswer(answer, 1000)
  return body.ok ? body.bytes.toString() : body.cause
}

describe('a request without an answer', () => {
  it('U19: was certainly not sent if the name, the connection or TLS failed', async () => {
    const to = toDestination(new URL('https://unknown.invalid'), 'any')
    const unreachable = { ok: false, sent: 'no', cause: 'unreachable' }
    expect(await outbound.request({ ...paid, to })).toEqual(unreachable)
    expect(await outbound.request({ ...paid, to: local('http://127.0.0.1:1') })).toEqual(unreachable)
    const plain = await open((_, outgoing) => outgoing.end())
    expect(await outbound.request({ ...paid, to: local(`https://${plain.host}`) })).toEqual(unreachable)
  })

  it('P05: may have been sent if an open connection breaks, and is not sent twice', async () => {
    const resetting = await open((incoming) => incoming.socket.resetAndDestroy())
    const inDoubt = { ok: false, sent: 'unknown', cause: 'broken' }
    expect(await outbound.request({ ...paid, to: local(resetting.origin) })).toEqual(inDoubt)
    expect(await outbound.request({ ...free, to: local(resetting.origin) })).toEqual(inDoubt)
    expect(resetting.seen.length).toBe(2)
  })

  it('P05: the same over TLS, after the handshake', async () => {
    const resetting = await open((incoming) => incoming.socket.destroy(), await makeCertificate())
    const { origin } = resetting
    expect(await outbound.request({ ...paid, to: local(origin) })).toMatchObject({ sent: 'no' })
    await trustingAll(async () => {
      expect(await outbound.request({ ...paid, to: local(origin) })).toMatchObject({ sent: 'unknown' })
    })
    expect(resetting.seen.length).toBe(1)
  })

  it('P05: may have been sent if the answer is in another protocol', async () => {
    const switching = await open((incoming) =>
      incoming.socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    )
    expect(await outbound.request({ ...paid, to: local(switching.origin) })).toEqual({
      ok: false,
      sent: 'unknown',
      cause: 'broken',
    })
  })

  it.each([
    ['of everything', {}, 20_000],
    ['of the head', { headerDeadlineMs: 5_000 }, 5_000],
  ])('U05: a silent service is cut off at the deadline %s', async (_, more, ms) => {
    const arrived = later()
    const silent = await open(() => arrived.resolve())
    stopTime()
    const asked = outbound.request({ ...paid, ...more, to: local(silent.origin) })
    await arrived.promise
    vi.advanceTimersByTime(ms)
    vi.useRealTimers()
    expect(await asked).toEqual({ ok: false, sent: 'unknown', cause: 'late' })
    await expect.poll(() => silent.connected()).toBe(0)
  })

  it.each([[{}], [{ headerDeadlineMs: 15_000 }]])(
    'U06: a slow body is cut off at the same deadline, although its head came in time: %j',
    async (more) => {
      let trickle: (() => void) | undefined
      const trickling = await open((_, outgoing) => {
        trickle = () => outgoing.write('x')
        trickle()
      })
      stopTime()
      const rest = read(await outbound.request({ ...paid, ...more, to: local(trickling.origin) }))
      for (let second = 0; second < 20; second += 1) {
        trickle?.()
        vi.advanceTimersByTime(1_000)
      }
      expect(await rest).toBe('late')
    },
  )

  it('U06: the time that the head took is no longer there for the body', async () => {
    const arrived = later()
    let begin: (() => void) | undefined
    const slow = await open((_, outgoing) => {
      begin = () => outgoing.write('x')
      arrived.resolve()
    })
    stopTime()
    const asked = outbound.request({ ...paid, headerDeadlineMs: 15_000, to: local(slow.origin) })
    await arrived.promise
    vi.advanceTimersByTime(12_000)
    begin?.()
    const rest = read(await asked)
    vi.advanceTimersByTime(8_000)
    expect(await rest).toBe('late')
  })

  it('a deadline of the head does not apply to the body', async () => {
    let end: (() => void) | undefined
    const slow = await open((_, outgoing) => {
      outgoing.write('x')
      end = () => outgoing.end('y')
    })
    stopTime()
    const answer = await outbound.request({ ...paid, headerDeadlineMs: 1_000, to: local(slow.origin) })
    vi.advanceTimersByTime(19_000)
    end?.()
    expect(await read(answer)).toBe('xy')
  })

  it('a deadline during an answer that nobody reads has no effect', async () => {
    const trickling = await open((_, outgoing) => outgoing.write('x'))
    stopTime()
    const answer = await outbound.request({ ...paid, to: local(trickling.origin) })
    if (!answer.ok) throw new Error('no answer')
    const closed = new Promise((resolve) => answer.body.once('close', resolve))
    vi.advanceTimersByTime(20_000)
    await closed
    expect(answer.body.errored).toMatchObject({ message: 'late' })
  })

  it('U09: bytes over the limit, and compressed bytes, are refused', async () => {
    const large = await open((_, outgoing) => outgoing.end('x'.repeat(1001)))
    const packed = await open((_, outgoing) => outgoing.writeHead(200, { 'content-encoding': 'gzip' }).end('x'))
    for (const [{ origin }, cause] of [
      [large, 'too-large'],
      [packed, 'broken'],
    ] as const) {
      const answer = await outbound.request({ ...paid, to: local(origin) })
      expect(answer.ok && (await readAnswer(answer, 1000))).toEqual({ ok: false, sent: 'unknown', cause })
    }
  })

  it('uncompressed bytes are accepted up to the limit, in one piece or in many', async () => {
    const plain = await open(async (_, outgoing, { url }) => {
      outgoing.writeHead(200, { 'content-encoding': 'identity' })
      if (url === '/many') {
        outgoing.write('x')
        await setTimeout(20)
      }
      outgoing.end('y'.repeat(999))
    })
    const to = local(plain.origin)
    expect(await read(await outbound.request({ ...free, to }))).toBe('y'.repeat(999))
    expect(await read(await outbound.request({ ...free, to, path: '/many' }))).toBe(`x${'y'.repeat(999)}`)
  })

  it('U09: an answer that is cut off is distinguished from a late one', async () => {
    const breaking = await open((incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-length': '10' }).write('x')
      setTimeout(20).then(() => incoming.socket.destroy())
    })
    expect(await read(await outbound.request({ ...paid, to: local(breaking.origin) }))).toBe('broken')
  })
})

describe('a connection', () => {
  it('to a name is made where it leads, also where Node tries one address only', async () => {
    const service = await open((_, outgoing) => outgoing.end('here'))
    const to = toDestination(new URL(`http://localhost:${service.host.split(':')[1]}`), 'loopback')
    expect(await read(await outbound.request({ ...free, to }))).toBe('here')
    const before = getDefaultAutoSelectFamily()
    setDefaultAutoSelectFamily(false)
    const single = createOutbound(async () => [{ address: '127.0.0.1', family: 4 }])
    try {
      expect(await read(await single.request({ ...free, to }))).toBe('here')
    } finally {
      setDefaultAutoSelectFamily(before)
      single.close()
    }
  })

  it('is kept for what is free, and closed with the way out; what is paid has one each', async () => {
    const service = await open((_, outgoing) => outgoing.end('fine'))
    const to = local(service.origin)
    for (let n = 0; n < 3; n++) await read(await outbound.request({ ...free, to }))
    expect(service.connections()).toBe(1)
    for (let n = 0; n < 3; n++) await read(await outbound.request({ ...paid, to }))
    expect(service.connections()).toBe(4)
    await expect.poll(() => service.connected()).toBe(1)
    outbound.close()
    await expect.poll(() => service.connected()).toBe(0)
  })

  it('is there for every paid call at once, however many there are', async () => {
    let arrived = 0
    const waiting: (() => void)[] = []
    const service = await open((_, outgoing) => {
      arrived += 1
      waiting.push(() => outgoing.end())
      if (arrived === 300) for (const answer of waiting) answer()
    })
    const calls = Array.from({ length: 300 }, async () =>
      read(await outbound.request({ ...paid, to: local(service.origin) })),
    )
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['']))
  })

  it('that was kept and closed in the meantime does not fail a free request, which is sent again on a new one', async () => {
    let mood: 'fine' | 'closing' = 'fine'
    const held: (() => void)[] = []
    const service = await open((incoming, outgoing, { url }) => {
      if (url === '/together') held.push(() => outgoing.end())
      if (held.length === 2) for (const answer of held.splice(0)) answer()
      if (url === '/together') return
      if (mood === 'fine') return void outgoing.end('fine')
      incoming.socket.resetAndDestroy()
      mood = 'fine'
    })
    const to = local(service.origin)
    const together = { ...free, path: '/together', to }
    await Promise.all([together, together].map(async (call) => read(await outbound.request(call))))
    mood = 'closing'
    expect(await read(await outbound.request({ ...free, to }))).toBe('fine')
    expect(service.seen.length).toBe(4)
    expect(service.connections()).toBe(3)
  })

  it.each([
    ['begins to answer and breaks off', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx'],
    ['answers with something else', 'what?\r\n\r\n'],
  ])('that was kept and %s is not asked again', async (_, bytes) => {
    const service = await open((incoming, outgoing, { url }) => {
      if (url === '/first') return void outgoing.end()
      incoming.socket.write(bytes, () => setTimeout(20).then(() => incoming.socket.resetAndDestroy()))
    })
    const to = local(service.origin)
    await read(await outbound.request({ ...free, path: '/first', to }))
    expect(await read(await outbound.request({ ...free, to }))).toBe('broken')
    // One that was sent again would have connected before this one.
    await read(await outbound.request({ ...free, path: '/first', to }))
    expect(service.connections()).toBe(2)
    expect(service.seen.map(({ url }) => url)).toEqual(['/first', '/', '/first'])
  })
})

describe('a body', () => {
  it('goes out with its length, or in chunks where it is streamed', async () => {
    const service = await open((_, outgoing) => outgoing.end())
    const to = local(service.origin)
    await outbound.request({ ...paid, to, body: '{"ü":1}' })
    await outbound.request({ ...paid, to, body: Readable.from(['one ', 'two']) })
    await outbound.request({ ...free, to })
    const [whole, streamed, none] = service.seen
    expect(whole?.body.toString()).toBe('{"ü":1}')
    expect(whole?.headers).toEqual({ host: service.host, 'content-length': '8', connection: 'close' })
    expect(streamed?.body.toString()).toBe('one two')
    expect(streamed?.headers).toMatchObject({ 'transfer-encoding': 'chunked' })
    expect(none?.headers).toEqual({ host: service.host, connection: 'keep-alive' })
  })

  it('whose source breaks never arrives as if it were whole', async () => {
    const service = await open((_, outgoing) => outgoing.end())
    const source = new PassThrough()
    source.write('one ')
    const asked = outbound.request({ ...paid, to: local(service.origin), body: source })
    await expect.poll(() => service.connected()).toBe(1)
    source.destroy(new Error('the reader left'))
    expect(await asked).toEqual({ ok: false, sent: 'unknown', cause: 'broken' })
    expect(service.seen).toEqual([])
  })

  it('that nobody needs any more is not read further', async () => {
    const service = await open(() => undefined)
    const source = new PassThrough()
    source.write('one ')
    stopTime()
    const asked = outbound.request({ ...paid, to: local(service.origin), body: source })
    vi.advanceTimersByTime(20_000)
    vi.useRealTimers()
    expect(await asked).toMatchObject({ cause: 'late' })
    await expect.poll(() => source.destroyed).toBe(true)
  })
})

describe('a client', () => {
  const to = (service: FakeService) => local(service.origin)

  it('that has left before is not asked for', async () => {
    const service = await open((_, outgoing) => outgoing.end())
    const client = new PassThrough()
    client.destroy()
    await once(client, 'close')
    const gone = { ok: false, sent: 'no', cause: 'gone' }
    expect(await outbound.request({ ...paid, to: to(service), client })).toEqual(gone)
    expect(service.connections()).toBe(0)
  })

  it('that leaves while it waits ends the call', async () => {
    const client = new PassThrough()
    const service = await open(() => client.destroy())
    const gone = { ok: false, sent: 'unknown', cause: 'gone' }
    expect(await outbound.request({ ...paid, to: to(service), client })).toEqual(gone)
    await expect.poll(() => service.connected()).toBe(0)
  })

  it('that leaves in mid-answer ends it', async () => {
    const client = new PassThrough()
    const service = await open((_, outgoing) => outgoing.write('x'))
    const answer = await outbound.request({ ...paid, to: to(service), client })
    const rest = read(answer)
    client.destroy()
    expect(await rest).toBe('broken')
    await expect.poll(() => service.connected()).toBe(0)
  })

  it('that stays has no effect after the answer', async () => {
    const client = new PassThrough()
    const before = client.listenerCount('close')
    const service = await open((incoming, outgoing, { url }) =>
      url === '/' ? outgoing.end() : incoming.socket.destroy(),
    )
    await read(await outbound.request({ ...paid, to: to(service), client }))
    await read(await outbound.request({ ...paid, path: '/broken', to: to(service), client }))
    await expect.poll(() => client.listenerCount('close')).toBe(before)
  })
})
