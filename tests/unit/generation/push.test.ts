import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RunId } from '#domain/ids.ts'
import { createEventStream, createOwnStream } from '#generation/event-stream.ts'
import type { Push } from '#generation/ports.ts'
import { createPush, createSilentPush, type Listener } from '#generation/push.ts'
import { createSharedStream, type SharedWorld } from '#generation/shared-stream.ts'
import { digestOf, eventsPath, heartbeatMs, silenceMs } from '#providers/events.ts'
import { scriptSend, silent } from '../../support/scripted-send.ts'
import { createHeldTime, settled } from '../../support/windows.ts'

const never = new AbortController().signal
const fail = () => {
  throw new Error('not expected')
}
const run = 'run-0001' as RunId
const other = 'run-0002' as RunId

afterEach(() => vi.unstubAllGlobals())

describe('pauses and events of runs', () => {
  let time: ReturnType<typeof createHeldTime>
  let push: Push
  /** The stream, if one is open. */
  let stream: Listener | undefined
  let opened = 0

  beforeEach(() => {
    time = createHeldTime()
    opened = 0
    push = createPush({
      ...time,
      random: () => 0.5,
      listen: (listener, signal) => {
        opened += 1
        stream = listener
        return new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            stream = undefined
            resolve()
          }),
        )
      },
    })
  })

  /** A pause until the next poll, and how it ended. */
  function pause(id = run, usualMs = 2_000) {
    const one: { word?: boolean; atMs?: number } = {}
    void push.untilPoll(id, usualMs, never).then((word) => Object.assign(one, { word, atMs: time.passedMs() }))
    return one
  }
  /** An event of another run has arrived before, so the service can reach the proxy. */
  async function earnTrust() {
    const unfollow = push.follow(other)
    await settled()
    stream?.alive(true)
    stream?.runEvent(await digestOf(other))
    unfollow()
  }

  test('an event ends a pause at once, and its run is polled as usual from then on', async () => {
    push.follow(run)
    await settled()
    const first = pause()
    stream?.alive(true)
    await settled()
    stream?.runEvent(await digestOf(run))
    await settled()
    expect(first).toEqual({ word: true, atMs: 0 })
    const second = pause()
    await time.pass(2_000)
    expect(second).toEqual({ word: false, atMs: 2_000 })
  })

  test('an event during a poll is not lost', async () => {
    push.follow(run)
    await settled()
    stream?.runEvent(await digestOf(run))
    const one = pause()
    await settled()
    expect(one).toEqual({ word: true, atMs: 0 })
  })

  test('an event before anyone waits for it is not lost', async () => {
    await earnTrust()
    stream?.runEvent(await digestOf(run))
    push.follow(run)
    await settled()
    expect(await push.pause(run, 2_000, never)).toBe(true)
  })

  test('W11 an event of an unknown run is ignored', async () => {
    push.follow(run)
    await settled()
    const one = pause()
    for (const digest of ['', 'x', await digestOf(other)]) stream?.runEvent(digest)
    await settled()
    expect(one).toEqual({})
  })

  test('pauses grow only when an event has really come, and shrink when a run ended without one', async () => {
    push.follow(run)
    await settled()
    stream?.alive(true)
    const usual = pause()
    await time.pass(2_000)
    expect(usual.atMs).toBe(2_000)

    await earnTrust()
    const long = pause()
    await time.pass(29_000)
    expect(long).toEqual({})
    await time.pass(1_000)
    expect(long).toEqual({ word: false, atMs: 32_000 })
    push.ended(run)
    const shrunk = pause()
    await time.pass(2_000)
    expect(shrunk.atMs).toBe(34_000)
  })

  test('pauses do not grow before the stream has been heard, even if an event came', async () => {
    push.follow(run)
    await settled()
    stream?.runEvent(await digestOf(other))
    const usual = pause()
    await time.pass(2_000)
    expect(usual.atMs).toBe(2_000)
  })

  test('pauses do not grow where the page cannot recognise its events, as over plain http (D1)', async () => {
    await earnTrust()
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
    push.follow(run)
    await settled()
    const usual = pause()
    await time.pass(2_000)
    expect(usual).toEqual({ word: false, atMs: 2_000 })
  })

  test('W08 W09 a broken stream leads to polls within two seconds, not all at the same moment', async () => {
    await earnTrust()
    push.follow(run)
    await settled()
    const long = pause()
    await time.pass(10_000)
    stream?.alive(false)
    await settled()
    await time.pass(1_000)
    expect(long).toEqual({ word: false, atMs: 11_000 })
    const usual = pause()
    await time.pass(2_000)
    expect(usual.atMs).toBe(13_000)
  })

  test('a gap polls every run that is waited for', async () => {
    push.follow(run)
    await settled()
    const one = pause()
    await settled()
    stream?.gap()
    await settled()
    expect(one).toEqual({ word: true, atMs: 0 })
  })

  test('a gap at the start does not apply to a run that has not been polled yet', async () => {
    push.follow(run)
    await settled()
    stream?.gap()
    const one = pause()
    await settled()
    expect(one).toEqual({})
  })

  test('a heartbeat does not lengthen a pause that has begun', async () => {
    push.follow(run)
    await settled()
    stream?.alive(true)
    const usual = pause()
    await settled()
    stream?.runEvent(await digestOf(other))
    stream?.alive(true)
    await time.pass(2_000)
    expect(usual).toEqual({ word: false, atMs: 2_000 })
  })

  test('an event that came late is no reason to poll more often', async () => {
    await earnTrust()
    push.follow(run)
    await settled()
    const first = pause()
    await time.pass(30_000)
    expect(first.word).toBe(false)
    stream?.runEvent(await digestOf(run))
    push.ended(run)
    const third = 'run-0003' as RunId
    push.follow(third)
    await settled()
    const second = pause(third)
    await time.pass(29_000)
    expect(second).toEqual({})
  })

  test('a run that is followed anew is not forgotten when its first follower leaves', async () => {
    const unfollow = push.follow(run)
    push.follow(run)
    unfollow()
    await settled()
    const one = pause()
    stream?.runEvent(await digestOf(run))
    await settled()
    expect(one).toEqual({ word: true, atMs: 0 })
  })

  test('the moment for which the stream stays open begins with the last run', async () => {
    const [first, second] = [push.follow(run), push.follow(other)]
    first()
    await time.pass(9_000)
    second()
    await time.pass(9_000)
    expect(stream).toBeDefined()
    await time.pass(1_000)
    expect(stream).toBeUndefined()
  })

  test('a pause leaves nothing on its signal', async () => {
    push.follow(run)
    const { signal } = new AbortController()
    const waiting = push.untilPoll(run, 2_000, signal)
    await time.pass(2_000)
    expect(await waiting).toBe(false)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('a signal ends the pause as it ends any other', async () => {
    push.follow(run)
    const stop = new AbortController()
    const waiting = push.untilPoll(run, 2_000, stop.signal)
    stop.abort(new DOMException('stopped', 'AbortError'))
    await expect(waiting).rejects.toThrow('stopped')
  })

  test('a stream is open while runs are out, and a moment longer', async () => {
    expect(opened).toBe(0)
    const unfollow = push.follow(run)
    expect(opened).toBe(1)
    unfollow()
    await time.pass(9_000)
    const again = push.follow(other)
    await time.pass(60_000)
    expect(stream).toBeDefined()
    again()
    await time.pass(10_000)
    expect(stream).toBeUndefined()
    push.follow(run)
    expect(opened).toBe(2)
  })
})

test('a pause that cannot be made is told', async () => {
  const wait = () => Promise.reject(new Error('no timer'))
  const push = createPush({ wait, monotonic: () => 0, random: () => 0.5, listen: async () => undefined })
  push.follow(run)
  await expect(push.untilPoll(run, 2_000, never)).rejects.toThrow('no timer')
})

test('without a stream, a pause has its full length and no event', async () => {
  const waits: number[] = []
  const push = createSilentPush(async (ms) => void waits.push(ms))
  push.follow(run)()
  push.ended(run)
  expect(await Promise.all([push.pause(run, 1, never), push.untilPoll(run, 2, never)])).toEqual([false, false])
  expect(waits).toEqual([1, 2])
})

test('a run that begins at the moment when the stream would be closed keeps it', async () => {
  const pauses: (() => void)[] = []
  let streamSignal: AbortSignal | undefined
  let opened = 0
  const push = createPush({
    monotonic: () => 0,
    random: () => 0.5,
    // Its end does not depend on its signal: the pause may just have ended when it is no longer wanted.
    wait: () => new Promise((resolve) => pauses.push(resolve)),
    listen: (_listener, signal) => {
      opened += 1
      streamSignal = signal
      return new Promise(() => undefined)
    },
  })
  push.follow(run)()
  pauses[0]?.()
  const unfollow = push.follow(other)
  await settled()
  expect([opened, streamSignal?.aborted]).toEqual([1, false])
  unfollow()
  pauses[1]?.()
  await settled()
  expect([opened, streamSignal?.aborted]).toEqual([1, true])
})

describe('the stream of a page', () => {
  const health = () => Response.json({ mode: 'live', gateway: 'kie', callbacks: true })

  /** A proxy whose streams the test writes, and a page that reads them. */
  function openPage(random = () => 0.5, time = createHeldTime(), isAlone = false) {
    const heard: string[] = []
    const asked: (string | null)[] = []
    const streams: ReadableStreamDefaultController<Uint8Array>[] = []
    let isUp = true
    const ports: Parameters<typeof createEventStream>[0] = {
      ...time,
      random,
      send: async (path, init) => {
        if (!isUp) throw new TypeError('Failed to fetch')
        if (path !== eventsPath) return health()
        asked.push(new Headers(init?.headers).get('last-event-id'))
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            streams.push(controller)
            init?.signal?.addEventListener('abort', () => controller.error(init.signal?.reason))
          },
        })
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
      },
    }
    const stop = new AbortController()
    const listener = {
      alive: (isAlive: boolean) => void (heard.at(-1) !== `alive ${isAlive}` && heard.push(`alive ${isAlive}`)),
      runEvent: (digest: string) => void heard.push(digest),
      gap: () => void heard.push('gap'),
      heard: () => undefined,
    }
    if (isAlone) void createOwnStream(ports)(listener, stop.signal)
    else void createEventStream(ports)(undefined, listener, stop.signal)
    return {
      time,
      heard,
      asked,
      stop: () => stop.abort(),
      write: async (text: string) => {
        streams.at(-1)?.enqueue(new TextEncoder().encode(text))
        await settled()
      },
      writeByte: async (byte: number) => {
        streams.at(-1)?.enqueue(Uint8Array.of(byte))
        await settled()
      },
      cut: async () => {
        streams.at(-1)?.close()
        await settled()
      },
      up(next: boolean) {
        isUp = next
      },
    }
  }

  test('W07 cut every 5 s, it goes on from the last id each time', async () => {
    const page = openPage()
    await settled()
    await page.write('event: gap\nid: a-0\ndata: all\n\n')
    for (const number of [1, 2, 3]) {
      await page.write(`event: run\nid: a-${number}\ndata: mark${number}\n\n`)
      await page.cut()
      await page.time.pass(5_000)
    }
    expect(page.asked).toEqual([null, 'a-1', 'a-2', 'a-3'])
    expect(page.heard.filter((one) => !one.startsWith('alive'))).toEqual(['gap', 'mark1', 'mark2', 'mark3'])
    page.stop()
  })

  test('events are read however their bytes are split', async () => {
    const page = openPage()
    await settled()
    for (const character of 'event: run\nid: a-1\ndata: mark\n\n') await page.write(character)
    expect(page.heard).toEqual(['alive true', 'mark'])
    page.stop()
  })

  test('letters of several bytes are read however they are split', async () => {
    const page = openPage()
    await settled()
    for (const byte of new TextEncoder().encode('event: run\ndata: märk\n\n')) await page.writeByte(byte)
    expect(page.heard).toEqual(['alive true', 'märk'])
    page.stop()
  })

  test('the stream of one window alone gives its events', async () => {
    const page = openPage(undefined, undefined, true)
    await settled()
    await page.write('event: run\nid: a-1\ndata: mark\n\n')
    expect(page.heard).toEqual(['alive true', 'mark'])
    page.stop()
  })

  test('a page that was stopped before asks for nothing', async () => {
    const asked: string[] = []
    const send = async (path: string) => {
      asked.push(path)
      return health()
    }
    const listener = { alive: fail, runEvent: fail, gap: fail, heard: fail }
    await createEventStream({ ...createHeldTime(), random: () => 0.5, send })(undefined, listener, AbortSignal.abort())
    expect(asked).toEqual([])
  })

  test('a page that stops while the proxy does not answer waits for nothing', async () => {
    const stop = new AbortController()
    const { send, asked } = scriptSend({ '/api/health': [silent] })
    const listener = { alive: fail, runEvent: fail, gap: fail, heard: fail }
    const end = createEventStream({ ...createHeldTime(), random: () => 0.5, send })(undefined, listener, stop.signal)
    await settled()
    stop.abort()
    await end
    expect(asked).toEqual(['GET /api/health'])
  })

  test('a proxy of another make is asked again after ten minutes', async () => {
    const time = createHeldTime()
    const stop = new AbortController()
    const send = async () => new Response('not found', { status: 404 })
    const listener = { alive: () => undefined, runEvent: fail, gap: fail, heard: fail }
    void createEventStream({ ...time, random: () => 0.5, send })(undefined, listener, stop.signal)
    await settled()
    expect(time.waiting()).toEqual([600_000])
    stop.abort()
  })

  test('W08 held back by a server in between, it never counts as alive; silent for 40 s, it no longer counts as alive', async () => {
    const page = openPage()
    await page.time.pass(silenceMs * 2)
    expect(page.heard).toEqual(['alive false'])
    expect(page.asked.length).toBeGreaterThan(1)
    await page.write(':\n\n')
    await page.time.pass(heartbeatMs)
    await page.write(':\n\n')
    await page.time.pass(silenceMs - 1_000)
    expect(page.heard).toEqual(['alive false', 'alive true'])
    await page.time.pass(2_000)
    expect(page.heard.at(-1)).toBe('alive false')
    page.stop()
  })

  test('W08 no longer counts as alive from the moment on at which it was silent for 40 s', async () => {
    const page = openPage()
    await settled()
    await page.write(':\n\n')
    await page.time.pass(silenceMs - 1_000)
    await page.write(':\n\n')
    await page.time.pass(silenceMs - 1)
    expect(page.heard).toEqual(['alive true'])
    await page.time.pass(1)
    expect(page.heard).toEqual(['alive true', 'alive false'])
    page.stop()
  })

  test('W09 pages of a restarted proxy reconnect at different times', async () => {
    const pages = [0, 0.25, 0.5, 0.75].map((random) => openPage(() => random))
    await settled()
    for (const page of pages) {
      await page.write(':\n\n')
      page.up(false)
      await page.cut()
    }
    const pauses = pages.map(({ time }) => time.waiting())
    expect(pauses).toEqual([[500], [750], [1_000], [1_250]])
    for (const page of pages) {
      await page.time.pass(20_000)
      page.up(true)
      await page.time.pass(60_000)
      expect(page.asked.length).toBe(2)
      page.stop()
    }
  })

  test('a proxy without callbacks is asked again after ten minutes, and its stream is never read', async () => {
    const asked: string[] = []
    const time = createHeldTime()
    const stop = new AbortController()
    const send = async (path: string) => {
      asked.push(path)
      return Response.json({ mode: 'live', gateway: 'kie' })
    }
    const told: boolean[] = []
    const listener = { alive: (is: boolean) => void told.push(is), runEvent: fail, gap: fail, heard: fail }
    void createEventStream({ ...time, random: () => 0.5, send })(undefined, listener, stop.signal)
    await settled()
    expect([asked.length, time.waiting()]).toEqual([1, [600_000]])
    await time.pass(600_000, 100_000)
    expect([asked.length, time.waiting()]).toEqual([2, [600_000]])
    expect(told).toEqual([false, false])
    stop.abort()
    await settled()
    expect([asked.length, time.waiting()]).toEqual([2, []])
    expect(asked).not.toContain(eventsPath)
  })

  test('a stream that is refused is not read, and is asked for after growing pauses, up to a minute', async () => {
    const inits: (RequestInit | undefined)[] = []
    const time = createHeldTime()
    const stop = new AbortController()
    const send = async (path: string, init?: RequestInit) => {
      if (path !== eventsPath) return health()
      inits.push(init)
      return new Response('event: run\ndata: mark\n\n', { status: 503 })
    }
    const listener = { alive: () => undefined, runEvent: fail, gap: fail, heard: fail }
    void createEventStream({ ...time, random: () => 0.5, send })('a-1', listener, stop.signal)
    const pauses: number[] = []
    for (let tries = 0; tries < 8; tries += 1) {
      await settled()
      const [pauseMs = 0] = time.waiting()
      pauses.push(pauseMs)
      await time.pass(pauseMs, pauseMs)
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
    expect(inits[0]).toMatchObject({
      cache: 'no-store',
      headers: { accept: 'text/event-stream', 'last-event-id': 'a-1' },
    })
    // Each connection is ended before the next one.
    expect(inits.slice(0, 8).every((init) => init?.signal?.aborted)).toBe(true)
    // Only the present pause listens to the page's signal.
    await settled()
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1)
    stop.abort()
  })

  test('pauses are short again once something was received, and a page that stops ends its connection', async () => {
    const page = openPage()
    page.up(false)
    await settled()
    await page.time.pass(1_000)
    await page.time.pass(2_000)
    expect(page.time.waiting()).toEqual([4_000])
    page.up(true)
    await page.time.pass(4_000)
    await page.write(':\n\n')
    await page.cut()
    expect(page.time.waiting()).toEqual([1_000])
    await page.time.pass(1_000)
    await page.write(':\n\n')
    page.stop()
    await settled()
    expect(page.time.waiting()).toEqual([])
    expect(page.asked).toHaveLength(2)
    // Nobody listens any more.
    expect(page.heard).toEqual(['alive false', 'alive true', 'alive false', 'alive true'])
  })

  test('W10 of 200 pages that wake up at once, each has one stream and no more', async () => {
    const time = createHeldTime()
    const pages = Array.from({ length: 200 }, () => openPage(Math.random, time))
    await settled()
    for (const page of pages) {
      await page.write(':\n\n')
      page.up(false)
      await page.cut()
      page.up(true)
    }
    await time.sleep(2 * 3_600_000)
    await time.wake()
    expect(pages.map(({ asked }) => asked.length)).toEqual(Array(200).fill(2))
    for (const page of pages) page.stop()
    await settled()
    expect(time.waiting()).toEqual([])
  })
})

describe('the windows of one browser', () => {
  type Message = Parameters<SharedWorld['channel']['postMessage']>[0]
  let time: ReturnType<typeof createHeldTime>
  let listeners: ((event: { data: Message }) => void)[]
  let line: (() => void)[]
  let requested: { name: string; signal: AbortSignal }[]
  let reading: { lastId: string | undefined; listener: Parameters<SharedWorld['stream']>[1] }[]

  beforeEach(() => {
    time = createHeldTime()
    listeners = []
    line = []
    requested = []
    reading = []
  })

  /** One holder per name at a time; the others queue. */
  const locks: SharedWorld['locks'] = {
    async request(name, { signal }, work) {
      requested.push({ name, signal })
      const before = line.length > 0
      let leave: () => void = () => undefined
      const turn = new Promise<void>((resolve) => line.push(before ? resolve : () => undefined))
      if (before) await turn
      leave = () => {
        line.shift()
        line[0]?.()
      }
      await work().finally(leave)
    },
  }

  function openWindow() {
    const heard: string[] = []
    let own: ((event: { data: Message }) => void) | undefined
    const listen = createSharedStream({
      ...time,
      locks,
      channel: {
        postMessage: (data) => {
          for (const listener of listeners) if (listener !== own) listener({ data })
        },
        addEventListener: (_type, listener) => {
          own = listener
          listeners.push(listener)
        },
      },
      stream: (lastId, listener, signal) => {
        reading.push({ lastId, listener })
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
      },
    })
    let stop = new AbortController()
    const begin = () => {
      stop = new AbortController()
      void listen(
        {
          alive: (isAlive) => void (heard.at(-1) !== `alive ${isAlive}` && heard.push(`alive ${isAlive}`)),
          runEvent: (digest) => void heard.push(digest),
          gap: () => void heard.push('gap'),
        },
        stop.signal,
      )
    }
    begin()
    return { heard, stop: () => stop.abort(), again: begin }
  }

  test('share one stream: all of them get the events of the first one', async () => {
    const [first, second] = [openWindow(), openWindow()]
    await settled()
    expect(reading).toHaveLength(1)
    const stream = reading[0]?.listener
    stream?.alive(true)
    stream?.heard('a-1')
    stream?.runEvent('mark')
    stream?.gap()
    expect(first.heard).toEqual(['alive true', 'mark', 'gap'])
    expect(second.heard).toEqual(['alive true', 'mark', 'gap'])
    const third = openWindow()
    expect(third.heard).toEqual(['alive true'])
    expect(second.heard).not.toContain('alive false')
    expect(requested.map(({ name, signal }) => [name, signal.aborted])).toEqual(
      Array(3).fill(['atelier-events', false]),
    )
    third.stop()
    expect(requested[2]?.signal.aborted).toBe(true)
    stream?.alive(false)
    expect([first, second, third].map(({ heard }) => heard.at(-1))).toEqual(Array(3).fill('alive false'))
  })

  test('T07 pass it on: the next one continues from the last id', async () => {
    const first = openWindow()
    const second = openWindow()
    await settled()
    reading[0]?.listener.alive(true)
    reading[0]?.listener.heard('a-7')
    reading[0]?.listener.heard(undefined)
    first.stop()
    await settled()
    expect(reading.map(({ lastId }) => lastId)).toEqual([undefined, 'a-7'])
    reading[1]?.listener.runEvent('mark')
    expect(second.heard).toEqual(['alive true', 'mark'])
    // A window that had the stream before follows the one that has it now.
    first.again()
    await settled()
    reading[1]?.listener.runEvent('other mark')
    expect(first.heard.at(-1)).toBe('other mark')
  })

  test('that open later learn where the stream is, and continue there', async () => {
    const first = openWindow()
    await settled()
    reading[0]?.listener.alive(true)
    reading[0]?.listener.heard('a-7')
    const second = openWindow()
    expect(second.heard).toEqual(['alive true'])
    first.stop()
    await settled()
    expect(reading.map(({ lastId }) => lastId)).toEqual([undefined, 'a-7'])
  })

  test('are told nothing by a window that has given up the stream', async () => {
    const first = openWindow()
    await settled()
    reading[0]?.listener.alive(true)
    first.stop()
    await settled()
    expect(openWindow().heard).toEqual([])
  })

  test('are told nothing while the stream is not alive', async () => {
    openWindow()
    await settled()
    expect(openWindow().heard).toEqual([])
  })

  test('hear nothing of another window while they have the stream', async () => {
    const first = openWindow()
    await settled()
    for (const listener of listeners) listener({ data: { kind: 'run', mark: 'late' } })
    for (const listener of listeners) listener({ data: { kind: 'dead' } })
    expect(first.heard).toEqual([])
  })

  test('consider it dead when its window sends nothing any more', async () => {
    const first = openWindow()
    const second = openWindow()
    await settled()
    reading[0]?.listener.alive(true)
    reading[0]?.listener.heard(undefined)
    expect(second.heard).toEqual(['alive true'])
    await time.pass(silenceMs)
    expect(second.heard).toEqual(['alive true'])
    await time.pass(silenceMs / 2)
    expect(second.heard).toEqual(['alive true', 'alive false'])
    expect(first.heard).toEqual(['alive true'])
  })
})
