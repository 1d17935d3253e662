import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { GeminiBody } from '#providers/gemini.ts'
import { createGeminiCall } from '#server/gemini/gemini-call.ts'
import { createModelList, openGemini } from '#server/gemini/gemini-service.ts'
import type { Fault } from '#server/upstream/fault.ts'
import type { OutboundCall } from '#server/upstream/guard.ts'

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const key = 'a-key-of-enough-length'
const picture = (bytes = png) => ({
  candidates: [{ content: { parts: [{ inlineData: { mimeType: 'image/png', data: bytes.toString('base64') } }] } }],
})
const words = { candidates: [{ finishReason: 'STOP', content: { parts: [{ text: 'no image today' }] } }] }
const busy = { error: { status: 'UNAVAILABLE', message: `busy, ${key}` } }
const limited = (retryDelay: string) => ({ error: { status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay }] } })
const gone = { error: { status: 'NOT_FOUND', message: 'gone' } }

type Scripted = Fault | readonly [status: number, body: unknown]
type Size = '1K' | '2K'

/** One call against these answers, one after another. */
async function callWith(
  answers: readonly Scripted[],
  {
    models = ['gemini-nano-banana-2.1'],
    size = '2K' as Size,
    stop = 'never' as 'never' | 'before' | 'in a pause',
  } = {},
) {
  const service = openGemini({ apiKey: key, apiBaseUrl: 'http://127.0.0.1:4000/base', models })
  const list = createModelList(models)
  const stopping = new AbortController()
  const left = [...answers]
  const calls: OutboundCall[] = []
  const pauses: number[] = []
  const call = createGeminiCall({
    service,
    models: list,
    stopping: stopping.signal,
    outbound: {
      async request(asked) {
        calls.push(asked)
        const answer = left.shift()
        if (answer === undefined) throw new Error('asked too often')
        if ('cause' in answer) return answer
        const [status, body] = answer
        const text = typeof body === 'string' ? body : JSON.stringify(body)
        return { ok: true, status, headers: {}, body: Readable.from([Buffer.from(text)]) as IncomingMessage }
      },
    },
    async pause(ms, signal) {
      pauses.push(ms)
      if (stop === 'in a pause') stopping.abort(new Error('stopped'))
      signal.throwIfAborted()
    },
  })
  if (stop === 'before') stopping.abort()
  const body: GeminiBody = {
    contents: [{ role: 'user', parts: [{ text: 'a fox' }] }],
    generationConfig: {
      responseModalities: ['TEXT', 'IMAGE'],
      imageConfig: { aspectRatio: '16:9', imageSize: size },
    },
  }
  const end = await call(body, { write: (value) => [JSON.stringify(value)] }, 1_234)
  expect(left).toEqual([])
  const bodies = calls.map((asked) => JSON.parse(String(asked.body)))
  return { end, calls, pauses, bodies, inService: list.inService(), paths: calls.map(({ path }) => path) }
}

const expectWithin = (ms: number | undefined, least: number, most: number) => {
  expect(ms).toBeGreaterThanOrEqual(least)
  expect(ms).toBeLessThanOrEqual(most)
}

describe('a call of the fallback', () => {
  it('is one request with the key in a header, and keeps what was made', async () => {
    const { end, calls, bodies, pauses } = await callWith([[200, picture()]])
    expect(end).toEqual({ state: 'made', model: 'gemini-nano-banana-2.1', size: '2K', bytes: png })
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({
      path: '/base/v1beta/models/gemini-nano-banana-2.1:generateContent',
      method: 'POST',
      deadlineMs: 1_234,
      to: { host: '127.0.0.1', port: 4000 },
    })
    expect(calls[0]?.headers.join(' ')).toBe(
      `x-goog-api-key ${key} accept application/json accept-encoding identity content-type application/json`,
    )
    expect(calls[0]).not.toHaveProperty('client')
    expect(bodies[0]).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'a fox' }] }],
      generationConfig: {
        responseModalities: ['TEXT', 'IMAGE'],
        imageConfig: { aspectRatio: '16:9', imageSize: '2K' },
      },
    })
    expect(pauses).toEqual([])
  })

  it.each([
    ['gemini-3.1-flash-lite-image', '2K', { aspectRatio: '16:9', imageSize: '1K' }, '1K'],
    ['gemini-2.5-flash-image', '2K', { aspectRatio: '16:9' }, '1K'],
    ['gemini-nano-banana-2.1', '1K', { aspectRatio: '16:9', imageSize: '1K' }, '1K'],
    ['gemini-of-tomorrow', '2K', { aspectRatio: '16:9', imageSize: '2K' }, '2K'],
  ] as const)('asks %s for %s in the sizes that it knows', async (model, size, imageConfig, made) => {
    const { end, bodies } = await callWith([[200, picture()]], { models: [model], size })
    expect(bodies[0].generationConfig.imageConfig).toEqual(imageConfig)
    expect(end).toMatchObject({ state: 'made', model, size: made })
  })

  it('asks twice more where the service is busy, after two seconds and after six, more or less', async () => {
    const { end, pauses, paths } = await callWith([
      [503, busy],
      [503, busy],
      [200, picture()],
    ])
    expect(end.state).toBe('made')
    expect(new Set(paths).size).toBe(1)
    expect(pauses).toHaveLength(2)
    expectWithin(pauses[0], 1_700, 2_300)
    expectWithin(pauses[1], 5_100, 6_900)
    const failed = await callWith(Array(3).fill([503, busy]))
    expect(failed.pauses).toHaveLength(2)
    // The key is masked wherever it is told.
    expect(failed.end).toEqual({
      state: 'failed',
      failure: {
        kind: 'unavailable',
        detail: 'The service is too busy at the moment.',
        code: 503,
        said: 'busy, [key]',
      },
      chargePossible: false,
    })
  })

  it('spreads its pauses, so that proxies do not come back together', async () => {
    const pauses: number[] = []
    for (let time = 0; time < 30; time += 1) {
      pauses.push(
        ...(
          await callWith([
            [503, busy],
            [200, picture()],
          ])
        ).pauses,
      )
    }
    expectWithin(Math.min(...pauses), 1_700, 1_900)
    expectWithin(Math.max(...pauses), 2_100, 2_300)
  })

  it('waits as long as the service says, but not longer than half a minute', async () => {
    expect(
      (
        await callWith([
          [429, limited('30s')],
          [200, picture()],
        ])
      ).pauses,
    ).toEqual([30_000])
    const { end, pauses } = await callWith([[429, limited('30.001s')]])
    expect(pauses).toEqual([])
    expect(end).toMatchObject({ state: 'failed', failure: { kind: 'rate-limited', retryAfterMs: 30_001 } })
  })

  it('asks once more for an image only where the answer was text', async () => {
    const { end, bodies, pauses } = await callWith([
      [200, words],
      [200, picture()],
    ])
    expect(end.state).toBe('made')
    expect(bodies.map(({ generationConfig }) => generationConfig.responseModalities)).toEqual([
      ['TEXT', 'IMAGE'],
      ['IMAGE'],
    ])
    expect(pauses).toEqual([])
    const twice = await callWith([
      [200, words],
      [200, words],
    ])
    expect(twice.end).toMatchObject({ state: 'failed', failure: { kind: 'no-picture' }, chargePossible: false })
  })

  it('asks the next model where one is retired, and says so where all are', async () => {
    const models = ['gemini-a', 'gemini-b']
    const { end, paths, inService } = await callWith(
      [
        [404, gone],
        [200, picture()],
      ],
      { models },
    )
    expect(end).toMatchObject({ state: 'made', model: 'gemini-b' })
    expect(paths.map((path) => /gemini-\w+/.exec(path)?.[0])).toEqual(models)
    expect(inService).toEqual(['gemini-b'])
    const none = await callWith(
      [
        [404, gone],
        [404, gone],
      ],
      { models },
    )
    expect(none.end).toEqual({
      state: 'failed',
      failure: {
        kind: 'unavailable',
        detail: 'The service offers none of the models that this proxy may ask (GEMINI_MODELS).',
        code: 404,
      },
      chargePossible: false,
    })
  })

  it('asks nothing more when the proxy stops', async () => {
    for (const stop of ['before', 'in a pause'] as const) {
      const { end, pauses } = await callWith([[503, busy]], { stop })
      expect(end).toMatchObject({ state: 'failed', failure: { kind: 'unavailable' } })
      expect(pauses).toHaveLength(stop === 'before' ? 0 : 1)
    }
    expect((await callWith([[200, words]], { stop: 'before' })).end).toMatchObject({ state: 'failed' })
  })

  it.each<[string, Scripted, unknown]>([
    ['was not sent', { ok: false, sent: 'no', cause: 'unreachable' }, { state: 'not-sent' }],
    ['came too late', { ok: false, sent: 'unknown', cause: 'late' }, { state: 'doubt', late: true }],
    ['broke off', { ok: false, sent: 'unknown', cause: 'broken' }, { state: 'doubt', late: false }],
    ['was answered by another', [502, '<html>'], { state: 'doubt', late: false }],
    ['was answered in no known form', [200, '<html>'], { state: 'doubt', late: false }],
  ])('that %s is not repeated', async (_, answer, end) => {
    expect((await callWith([answer])).end).toEqual(end)
  })

  it.each([
    ['no image', Buffer.from('something else than an image')],
    ['too large to keep', Buffer.concat([png], 24 * 1024 * 1024 + 1)],
  ])('that made something that is %s may have been charged', async (_, bytes) => {
    expect((await callWith([[200, picture(bytes)]])).end).toEqual({
      state: 'failed',
      failure: { kind: 'unexpected', detail: 'what it sent is not an image that can be kept.' },
      chargePossible: true,
    })
  })

  it('keeps images up to the limit', async () => {
    const bytes = Buffer.concat([png], 24 * 1024 * 1024)
    expect((await callWith([[200, picture(bytes)]])).end.state).toBe('made')
  })
})
