import { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { refusalIn } from '#server/edge/refusals.ts'
import { createMemoryEvents } from '#server/shared/memory/events.ts'
import { createStreams, type Streams } from '#server/submit/stream.ts'
import { incomingOf } from '../../support/incoming.ts'

let streams: Streams
/** The last one. */
let refusal: ReturnType<typeof refusalIn>

/** Opens a stream for this client; gives it, or the refusal. */
function listen(client: string): ServerResponse | number | undefined {
  const incoming = incomingOf({ method: 'GET', headers: { client } })
  const outgoing = new ServerResponse(incoming)
  try {
    void streams.handler(incoming, outgoing)
    return outgoing
  } catch (error) {
    refusal = refusalIn(error)
    return refusal?.code
  }
}

describe('the streams of a proxy', () => {
  const userOf = ({ headers }: { headers: Record<string, unknown> }) => String(headers.client)
  const open = (perClient: number, inAll: number) => {
    streams = createStreams(createMemoryEvents(), { userOf } as never, { perClient, inAll })
  }
  afterEach(() => streams.close())

  it('are ended when more than 64 KiB wait to be read', async () => {
    const events = createMemoryEvents()
    streams = createStreams(events, { userOf } as never, { perClient: 9_999, inAll: 9_999 })
    const waiting: number[] = []
    let isEnded = false
    for (let length = 64_800; !isEnded; length += 1) {
      const outgoing = listen('anna') as ServerResponse
      await events.publish('x'.repeat(length))
      isEnded = outgoing.destroyed
      if (!isEnded) waiting.push(outgoing.writableLength)
      outgoing.destroy()
      outgoing.emit('close')
    }
    expect(waiting.at(-1)).toBe(65_536)
    expect(streams.count()).toBe(0)
  })

  it('G4, G11: are limited per client, and in total', () => {
    open(2, 3)
    expect(['anna', 'anna'].map(listen).every((one) => one instanceof ServerResponse)).toBe(true)
    expect(listen('anna')).toBe(429)
    expect(refusal).toMatchObject({ msg: 'Too many streams are open from here.', proxy: { retryAfterMs: 30_000 } })
    expect(listen('ben')).toBeInstanceOf(ServerResponse)
    expect(streams.count()).toBe(3)
    expect(listen('ben')).toBe(503)
    expect(refusal).toMatchObject({
      msg: 'Too many pages are connected to this proxy.',
      proxy: { retryAfterMs: 30_000 },
    })
    expect(streams.count()).toBe(3)
  })

  it('G11: end the oldest one of the client with most streams, for a client that has fewer', () => {
    open(3, 4)
    const [oldest] = ['anna', 'ben', 'anna', 'anna'].map(listen) as ServerResponse[]
    expect(listen('carl')).toBeInstanceOf(ServerResponse)
    expect(oldest?.writableEnded).toBe(true)
    expect(streams.count()).toBe(4)
    // Anna has two, as Ben would have.
    expect(listen('ben')).toBe(503)
    expect(listen('dora')).toBeInstanceOf(ServerResponse)
    expect(listen('emma')).toBe(503)
    expect(streams.count()).toBe(4)
  })

  it('G11: end one of the client that came first, where two have the same number', () => {
    open(3, 4)
    const [oldest, ...others] = ['anna', 'ben', 'ben', 'anna'].map(listen) as ServerResponse[]
    expect(listen('carl')).toBeInstanceOf(ServerResponse)
    expect([oldest, ...others].map((one) => one?.writableEnded)).toEqual([true, false, false, false])
  })

  it('that are ended or broken are sent nothing more', async () => {
    const events = createMemoryEvents()
    streams = createStreams(events, { userOf } as never, { perClient: 3, inAll: 3 })
    const [ended, broken, alive] = ['anna', 'anna', 'anna'].map(listen) as ServerResponse[]
    const before = alive?.writableLength ?? 0
    expect(listen('ben')).toBeInstanceOf(ServerResponse)
    broken?.destroy()
    const failed: unknown[] = []
    for (const one of [ended, broken]) one?.on('error', (error) => failed.push(error))
    await events.publish('5f0c')
    await new Promise(setImmediate)
    expect(ended?.writableEnded).toBe(true)
    expect(alive?.writableLength).toBeGreaterThan(before)
    expect(failed).toEqual([])
  })
})
