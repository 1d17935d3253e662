import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sniffImage } from '#domain/picture.ts'
import { gemini } from '#providers/gemini.ts'
import { KeptSubmission, readRefusal } from '#providers/proxy.ts'
import { createMemoryPictures } from '#server/shared/memory/kept-pictures.ts'
import { createMemorySubmissions } from '#server/shared/memory/submissions.ts'
import { createNodePainter } from '#simulator/painter/node-painter.ts'
import { askProxy, jsonRequest, openRequest } from '../../support/ask-proxy.ts'
import { type BreakableService, openBreakableService } from '../../support/breakable-service.ts'
import { eventually } from '../../support/eventually.ts'
import { replyJson, type Seen } from '../../support/fake-service.ts'
import { canaryKey, openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

const geminiKey = 'canary-of-gemini-41d7'
const isCall = ({ url }: Pick<Seen, 'url'>) => url.endsWith(':generateContent')

let google: BreakableService
let proxy: ProxyUnderTest
let runs = 0
const newRun = () => `gemini-run-number-${runs++}`

async function open(env: Record<string, string> = {}, options: Parameters<typeof openProxyBefore>[2] = {}) {
  // Paints scenes, whose files are as large as those of a real service.
  const painter = createNodePainter()
  google = await openBreakableService({ key: geminiKey, painter, switches: { durationMs: 0, retryDelayMs: 20 } })
  const own = { GEMINI_API_KEY: geminiKey, GEMINI_API_BASE_URL: google.origin, ...env }
  proxy = await openProxyBefore((_, outgoing) => replyJson(outgoing, {}), own, options)
}

beforeEach(() => open())
afterEach(async () => {
  await google.close()
  await proxy.close()
})

async function reopen(...given: Parameters<typeof open>) {
  await google.close()
  await proxy.close()
  await open(...given)
}

const bodyOf = (prompt: string, more: object = {}, sources: readonly string[] = []) =>
  gemini.standIn?.toBody({ prompt, ratio: '1:1', size: '1K', ...more }, sources)
const submit = (body: unknown, run = newRun()) =>
  askProxy(proxy.port, '/api/gemini/generate', jsonRequest(body, { 'idempotency-key': run }))
const kept = async (run: string) => KeptSubmission.parse((await askProxy(proxy.port, `/api/submissions/${run}`)).json())
const picture = (run: string) => askProxy(proxy.port, `/api/gemini/pictures/${run}`)
const calls = () => google.seen.filter(isCall)

/** What is kept of a run once its call has ended. */
async function endOf(run: string) {
  await eventually(async () => expect((await kept(run)).state).not.toBe('pending'))
  const { state, ...rest } = await kept(run)
  return { state, ...('body' in rest ? { said: JSON.parse(rest.body) } : {}) }
}

async function make(prompt: string, more: object = {}) {
  const run = newRun()
  const told = await submit(bodyOf(prompt, more), run)
  expect(told.status).toBe(202)
  expect(told.json()).toEqual({ taskId: run })
  return { run, ...(await endOf(run)) }
}

describe('a call of the fallback', () => {
  it('8.1 SEC A14 carries the key in a header and never in an address, and nothing of the browser', async () => {
    await make('a fox')
    const [seen, ...more] = calls()
    expect(more).toEqual([])
    expect(seen?.url).toBe('/v1beta/models/gemini-nano-banana-2.1:generateContent')
    expect(seen?.headers).toEqual({
      'x-goog-api-key': geminiKey,
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'content-length': String(seen?.body.length),
      host: new URL(google.origin).host,
      connection: 'close',
    })
    expect(google.seen.some(({ url, body }) => url.includes('canary') || body.includes('canary'))).toBe(false)
    expect(google.seen.some(({ headers }) => JSON.stringify(headers).includes(canaryKey))).toBe(false)
  })

  it('8.1 sends the body as it was checked, and keeps the picture until it is fetched', async () => {
    const { run, said } = await make('a fox', { ratio: '16:9', size: '2K' })
    expect(said).toEqual({ state: 'made', model: 'gemini-nano-banana-2.1', size: '2K' })
    expect(JSON.parse(String(calls()[0]?.body))).toEqual(bodyOf('a fox', { ratio: '16:9', size: '2K' }))
    for (const _ of [1, 2]) {
      const told = await picture(run)
      expect(told.status).toBe(200)
      expect(told.headers).toMatchObject({
        'content-type': 'image/png',
        'content-disposition': 'attachment',
        'cache-control': 'private, no-store',
        'x-content-type-options': 'nosniff',
      })
      expect(await sharp(told.bytes).metadata()).toMatchObject({ width: 2720, height: 1536 })
    }
    expect((await google.simulator.state()).gemini.charges).toHaveLength(1)
  })

  it('8.1 edits with the pictures that came with it', async () => {
    const source = await sharp({ create: { width: 90, height: 60, channels: 3, background: '#c33' } })
      .png()
      .toBuffer()
    const url = await gemini.upload(new Blob([new Uint8Array(source)], { type: 'image/png' }), 'a.png', {} as never)
    const run = newRun()
    await submit(bodyOf('make it blue', { ratio: undefined }, [url, url]), run)
    expect((await endOf(run)).said).toMatchObject({ state: 'made' })
    const { width = 0, height = 0 } = await sharp((await picture(run)).bytes).metadata()
    expect(width / height).toBeCloseTo(1.5, 1)
    expect((await google.simulator.state()).gemini.calls[0]).toMatchObject({ sources: 2, prompt: 'make it blue' })
  })

  it('8.3 names a picture by its bytes, whatever its label', async () => {
    const { run } = await make('a fox [[gemini:mislabel]]')
    const told = await picture(run)
    expect(told.headers['content-type']).toBe('image/jpeg')
    expect(sniffImage(told.bytes)).toBe('image/jpeg')
  })

  it('8.3 a thought part is skipped: what is kept is as large as was asked for', async () => {
    const { run } = await make('a fox')
    expect(await sharp((await picture(run)).bytes).metadata()).toMatchObject({ width: 1024, height: 1024 })
  })

  it.each([
    ['block', 'rejected', 'prohibited content'],
    ['blocked', 'rejected', 'Unable to show the generated image.'],
    ['max', 'unexpected', 'MAX_TOKENS'],
  ])('8.3 [[gemini:%s]] fails as %s and is called for once', async (word, kind, words) => {
    const { said, run } = await make(`a fox [[gemini:${word}]]`)
    expect(said).toMatchObject({ state: 'failed', failure: { kind }, chargePossible: false })
    expect(JSON.stringify(said)).toContain(words)
    expect(calls()).toHaveLength(1)
    expect((await picture(run)).status).toBe(404)
  })

  it('8.3 words in place of a picture are asked once more, for a picture only: one charge', async () => {
    const { said } = await make('a fox [[gemini:words]]')
    expect(said).toMatchObject({ state: 'made' })
    const { gemini: state } = await google.simulator.state()
    expect(state.calls.map(({ modalities }) => modalities)).toEqual([['TEXT', 'IMAGE'], ['IMAGE']])
    expect(state.charges).toHaveLength(1)
  })

  it('8.3 nothing drawn, twice, is told as it is', async () => {
    const { said } = await make('a fox [[gemini:nothing]]')
    expect(said).toMatchObject({ state: 'failed', failure: { kind: 'no-picture' }, chargePossible: false })
    expect(calls()).toHaveLength(2)
  })

  it('8.3 an answer that counts a picture but holds none is not asked for again', async () => {
    const usageMetadata = { candidatesTokenCount: 1120 }
    google.break(isCall, (_, outgoing) =>
      replyJson(outgoing, { candidates: [{ finishReason: 'NO_IMAGE' }], usageMetadata }),
    )
    const { said } = await make('a fox')
    expect(said).toMatchObject({ failure: { kind: 'no-picture' }, chargePossible: true })
    expect(calls()).toHaveLength(1)
  })

  it('8.3 bytes that are no picture are none', async () => {
    const parts = [{ inlineData: { mimeType: 'image/png', data: btoa('<svg xmlns="http://www.w3.org/2000/svg"/>') } }]
    google.break(isCall, (_, outgoing) => replyJson(outgoing, { candidates: [{ content: { parts } }] }))
    const { said } = await make('a fox')
    expect(said).toMatchObject({ state: 'failed', failure: { kind: 'unexpected' }, chargePossible: true })
  })
})

describe('an error of the fallback', () => {
  it.each([
    ['400', 'invalid', false],
    ['region', 'unavailable', false],
    ['402', 'out-of-credits', false],
    ['403', 'unauthorized', false],
    ['499', 'unexpected', true],
    ['500', 'unexpected', true],
    ['504', 'timed-out', true],
  ])('8.4 [[gemini:%s]] fails as %s and is called for once', async (word, kind, chargePossible) => {
    const { said } = await make(`a fox [[gemini:${word}]]`)
    expect(said).toMatchObject({ state: 'failed', failure: { kind }, chargePossible })
    expect(calls()).toHaveLength(1)
  })

  it('8.4 a bad key is told apart from bad settings', async () => {
    await reopen({ GEMINI_API_KEY: 'another-key-than-that' })
    expect((await make('a fox')).said).toMatchObject({ failure: { kind: 'unauthorized', code: 400 } })
  })

  it.each(['429', '503'])(
    '8.4 [[gemini:%s]] is called for three times, after the pause that was asked for',
    async (word) => {
      const { said } = await make(`a fox [[gemini:${word}]]`)
      expect(said).toMatchObject({ state: 'failed', chargePossible: false })
      expect(calls()).toHaveLength(3)
    },
  )

  it('8.4 a limit that passes leads to a picture, for one charge', async () => {
    expect((await make('a fox [[gemini:429once]]')).said).toMatchObject({ state: 'made' })
    expect((await google.simulator.state()).gemini.charges).toHaveLength(1)
  })

  it('8.4 a limit for the rest of the day is not waited for', async () => {
    google.simulator.set({ retryDelayMs: 3_600_000 })
    const { said } = await make('a fox [[gemini:429]]')
    expect(said).toMatchObject({ failure: { kind: 'rate-limited', retryAfterMs: 3_600_000 } })
    expect(calls()).toHaveLength(1)
  })

  it('8.2 8.4 a retired model is found out at the start, and the next one asked', async () => {
    await reopen({ GEMINI_MODELS: 'gemini-3-pro-image-preview,gemini-3.1-flash-lite-image' })
    const health = async () => (await askProxy(proxy.port, '/api/health')).json().fallback
    await eventually(async () => expect(await health()).toMatchObject({ model: 'gemini-3.1-flash-lite-image' }))
    expect((await make('a fox', { size: '2K' })).said).toEqual({
      state: 'made',
      model: 'gemini-3.1-flash-lite-image',
      size: '1K',
    })
    expect(calls()).toHaveLength(1)
  })

  it('8.2 8.4 a model that is retired later leads to the next one, and is not asked again', async () => {
    await reopen({ GEMINI_MODELS: 'gemini-nano-banana-2.1,gemini-2.5-flash-image' })
    google.break(
      ({ url }) => url.includes('nano-banana'),
      (_, outgoing) => replyJson(outgoing, { error: { code: 404, status: 'NOT_FOUND', message: 'gone' } }, 404),
    )
    for (const _ of [1, 2]) expect((await make('a fox')).said).toMatchObject({ model: 'gemini-2.5-flash-image' })
    expect(calls().map(({ url }) => url.split('/').at(-1))).toEqual([
      'gemini-nano-banana-2.1:generateContent',
      'gemini-2.5-flash-image:generateContent',
      'gemini-2.5-flash-image:generateContent',
    ])
    expect(JSON.parse(String(calls()[1]?.body)).generationConfig.imageConfig).toEqual({ aspectRatio: '1:1' })
  })

  it('8.2 8.4 none of the models in service is told in words', async () => {
    await reopen({ GEMINI_MODELS: 'imagen-4' })
    expect((await make('a fox')).said).toMatchObject({ failure: { kind: 'unavailable', code: 404 } })
  })
})

describe('the money of the fallback', () => {
  it('P04 P12 sent twenty times with one key, one call is made; all are told the same', async () => {
    const run = newRun()
    const told = await Promise.all(Array.from({ length: 20 }, () => submit(bodyOf('a fox [[slow:0.2]]'), run)))
    expect(new Set(told.map(({ status }) => status))).toEqual(new Set([202]))
    expect(await endOf(run)).toMatchObject({ said: { state: 'made' } })
    expect((await submit(bodyOf('a fox [[slow:0.2]]'), run)).status).toBe(202)
    expect(calls()).toHaveLength(1)
  })

  it('P05 whose end cannot be stored at once is stored a little later, and told in the log', async () => {
    const memory = createMemorySubmissions()
    let isAway = true
    const settle: typeof memory.settle = (...end) =>
      isAway ? Promise.reject(new Error('away')) : memory.settle(...end)
    await reopen({}, { submissions: { ...memory, settle } })
    const run = newRun()
    await submit(bodyOf('a fox'), run)
    await eventually(() => expect(proxy.logged.join()).toContain('away'))
    isAway = false
    expect(await endOf(run)).toMatchObject({ state: 'answered', said: { state: 'made' } })
    const [line] = proxy.logged.map((each) => JSON.parse(each))
    expect(line).toMatchObject({ run, err: { message: 'away' } })
  })

  it('P11 sent again with other settings, is refused', async () => {
    const { run } = await make('a fox')
    expect((await submit(bodyOf('a wolf'), run)).status).toBe(409)
    expect(calls()).toHaveLength(1)
  })

  it('P05 a lost connection is in doubt for ever, and never called for again', async () => {
    google.loseAnswers(isCall)
    const run = newRun()
    await submit(bodyOf('a fox'), run)
    expect(await endOf(run)).toEqual({ state: 'unknown' })
    await submit(bodyOf('a fox'), run)
    expect(await endOf(run)).toEqual({ state: 'unknown' })
    expect((await google.simulator.state()).gemini.charges).toHaveLength(1)
    expect(proxy.logged.join()).toContain(run)
  })

  it('P05 a page in place of the service is in doubt, a refused connection is not', async () => {
    const { state } = await make('a fox [[gemini:html]]')
    expect(state).toBe('unknown')
    await google.close()
    const run = newRun()
    await submit(bodyOf('a fox'), run)
    const { said } = await endOf(run)
    expect(readRefusal(said)).toMatchObject({ sent: 'no', failure: { kind: 'unavailable' } })
  })

  it('P03 the browser leaves in the middle: the call is finished and its picture kept', async () => {
    const run = newRun()
    const asked = jsonRequest(bodyOf('a fox [[slow:0.1]]'), { 'idempotency-key': run })
    const leaving = openRequest(proxy.port, '/api/gemini/generate', asked)
    leaving.on('error', () => undefined)
    leaving.end(asked.body)
    await eventually(() => expect(calls()).toHaveLength(1))
    leaving.destroy()
    expect(await endOf(run)).toMatchObject({ said: { state: 'made' } })
    expect((await picture(run)).status).toBe(200)
  })

  it('a proxy that is stopped finishes what is under way, and takes nothing more', async () => {
    const submissions = createMemorySubmissions()
    await reopen({}, { submissions })
    const run = newRun()
    await submit(bodyOf('a fox [[slow:0.2]]'), run)
    await eventually(() => expect(calls()).toHaveLength(1))
    await proxy.stop()
    expect(await submissions.find(run)).toMatchObject({ state: 'answered' })
  })

  it('G1: is refused while the bodies under way take too much memory, and nothing is sent', async () => {
    await reopen({}, { transferLimits: { bodyPerUser: 100 } })
    const told = await submit(bodyOf('a wolf'.repeat(30)))
    expect([told.status, told.json().msg]).toEqual([429, 'Too many large requests are being handled. Wait a moment.'])
    expect(readRefusal(told.json())).toMatchObject({ sent: 'no' })
    expect(calls()).toHaveLength(0)
  })

  it('is not spent while there is no room to keep a picture that nobody has fetched', async () => {
    await reopen({}, { pictures: createMemoryPictures({ mostBytes: 3_000_000, placeBytes: 2_900_000 }) })
    const { run } = await make('a fox')
    const told = await submit(bodyOf('a wolf'))
    expect(told.status).toBe(429)
    expect(told.json().msg).toBe('The proxy has no room for one more image yet.')
    expect(readRefusal(told.json())).toMatchObject({
      sent: 'no',
      failure: { kind: 'rate-limited', retryAfterMs: 3_000 },
    })
    expect((await picture(run)).status).toBe(200)
    expect((await make('a wolf')).said).toMatchObject({ state: 'made' })
    expect((await picture(run)).status).toBe(404)
    expect(calls()).toHaveLength(2)
  })
})

describe('what the fallback takes', () => {
  it.each([
    ['another member', { ...(bodyOf('a') as object), model: 'gemini-3-pro-image' }],
    ['a picture by its address', bodyOf('a', {}, ['https://evil.test/a.png'])],
    ['a picture under a false name', bodyOf('a', {}, ['data:image/png;base64,/9j/4AAQSkZJRgAB'])],
    ['no words', bodyOf('')],
  ])('B06: is not %s', async (_title, body) => {
    const told = await submit(body)
    expect(told.status).toBe(422)
    expect(told.json()).toMatchObject({ proxy: { sent: 'no', issues: expect.any(Array) } })
    const message = 'The content of a source image does not match its type.'
    if (_title.includes('false name')) expect(told.json().proxy.issues).toEqual([{ field: 'sources', message }])
    else expect(told.json().msg).toBe('The service does not accept these settings.')
    expect(calls()).toEqual([])
  })

  it('B16: is at most 18 MB together', async () => {
    const png = `data:image/png;base64,${btoa('\x89PNG\r\n\x1a\n\0\0\0\r')}${'A'.repeat(6 * 1024 * 1024)}`
    const headers = { 'content-type': 'application/json', 'idempotency-key': newRun(), 'content-length': `${19 << 20}` }
    const large = openRequest(proxy.port, '/api/gemini/generate', { method: 'POST', headers })
    large.on('error', () => undefined)
    large.write('{')
    const [answer] = (await once(large, 'response')) as [IncomingMessage]
    large.destroy()
    expect(answer.statusCode).toBe(413)
    const run = newRun()
    expect((await submit(bodyOf('a', {}, [png, png]), run)).status).toBe(202)
    await endOf(run)
    expect(calls()).toHaveLength(1)
  })

  it('needs a key of its own for each run, and gives pictures by run only', async () => {
    expect((await submit(bodyOf('a'), 'short')).status).toBe(422)
    expect((await picture('..%2f..')).status).toBe(404)
    expect((await picture('short')).status).toBe(400)
    const gone = await picture('nobody-knows-this-run')
    expect([gone.status, gone.json().msg]).toEqual([404, 'The proxy does not have this image any more.'])
  })

  it('A09: is there only with a key for it, and health says no more than its model', async () => {
    expect((await askProxy(proxy.port, '/api/health')).json()).toEqual({
      mode: 'live',
      gateway: 'kie',
      fallback: { provider: 'gemini', model: 'gemini-nano-banana-2.1', mode: 'live' },
    })
    await reopen({ GEMINI_API_KEY: '' })
    expect((await askProxy(proxy.port, '/api/health')).json()).toEqual({ mode: 'live', gateway: 'kie' })
    expect((await submit(bodyOf('a fox'))).status).toBe(404)
    expect((await picture('nobody-knows-this-run')).status).toBe(404)
  })
})

describe('the budgets of a studio', () => {
  it('B14: hold for the fallback too, and are given back what was not spent', async () => {
    await reopen({ DAILY_CREDITS: '10' })
    await make('a fox [[gemini:block]]')
    expect((await make('a fox')).said).toMatchObject({ state: 'made' })
    const told = await submit(bodyOf('a wolf'))
    expect(told.status).toBe(429)
    expect(told.json()).toMatchObject({ proxy: { sent: 'no', limit: 'daily-credits' } })
    expect(calls()).toHaveLength(2)
  })
})
