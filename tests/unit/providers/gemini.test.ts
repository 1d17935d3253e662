import { describe, expect, test } from 'vitest'
import type { Brief } from '#domain/brief.ts'
import { toFailure } from '#domain/failure.ts'
import type { RunId } from '#domain/ids.ts'
import { GeminiBody, gemini } from '#providers/gemini.ts'
import { defaultModels, modelTitle, nearestRatio, priceDollarsOf, sizeFor } from '#providers/gemini-models.ts'
import { readHealth } from '#providers/send.ts'
import { json, page, task, wire } from '../../support/wire.ts'

const run = 'run-of-gemini-1' as RunId
const pngLike = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13)
const body = (brief: Partial<Brief> = {}, sources: readonly string[] = []) =>
  gemini.standIn?.toBody({ prompt: 'a lighthouse', size: '1K', ...brief }, sources)
const upload = async (type = 'image/png') => gemini.upload(new Blob([pngLike], { type }), 'a.png', wire().call)

describe('the body', () => {
  test('8.1 of words: text and picture are asked for, with ratio and size', () => {
    expect(body({ ratio: '16:9', size: '2K' })).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'a lighthouse' }] }],
      generationConfig: {
        responseModalities: ['TEXT', 'IMAGE'],
        imageConfig: { aspectRatio: '16:9', imageSize: '2K' },
      },
    })
  })

  test('8.1 of an edit: the pictures follow the words in their order, as base64 without a prefix, and no ratio is made up', async () => {
    const sent = body({}, [await upload(), await upload('image/webp')])
    expect(sent).toEqual({
      contents: [
        {
          role: 'user',
          parts: [
            { text: 'a lighthouse' },
            { inlineData: { mimeType: 'image/png', data: btoa(String.fromCharCode(...pngLike)) } },
            { inlineData: { mimeType: 'image/webp', data: btoa(String.fromCharCode(...pngLike)) } },
          ],
        },
      ],
      generationConfig: { responseModalities: ['TEXT', 'IMAGE'], imageConfig: { imageSize: '1K' } },
    })
    expect(GeminiBody.safeParse(sent).success).toBe(true)
  })

  test.each(['21:9', '16:9', '4:3', '1:1', '3:4', '9:16', '3:2', '2:3'])('8.1 knows the ratio %s', (ratio) => {
    expect(nearestRatio(ratio)).toBe(ratio)
  })

  test('8.1 takes the nearest ratio for the one it does not know', () => {
    expect(nearestRatio('16:21')).toBe('3:4')
  })

  test('8.1 is refused with anything else in it', () => {
    const fine = body() as GeminiBody
    const { generationConfig } = fine
    const others = [
      { ...fine, safetySettings: [] },
      { ...fine, generationConfig: { ...generationConfig, imageConfig: { imageSize: '1k' } } },
      { ...fine, generationConfig: { ...generationConfig, imageConfig: { imageSize: '1K', aspectRatio: '9:21' } } },
      { ...fine, generationConfig: { ...generationConfig, responseModalities: ['IMAGE'] } },
      { ...fine, contents: [{ role: 'user', parts: [{ text: 'a', thought: true }] }] },
      { ...fine, contents: [{ role: 'user', parts: [{ fileData: { fileUri: 'https://evil.test/a.png' } }] }] },
    ]
    expect(GeminiBody.safeParse(fine).success).toBe(true)
    expect(others.map((other) => GeminiBody.safeParse(other).success)).toEqual(others.map(() => false))
  })
})

describe('the models', () => {
  test('8.2 come with the default first, and without the dear and the deprecated ones', () => {
    expect(defaultModels[0]).toBe('gemini-nano-banana-2.1')
    expect(defaultModels).not.toContain('gemini-3-pro-image')
    expect(defaultModels).not.toContain('gemini-2.5-flash-image')
  })

  test('8.2 are called by their names, which hold the name of the service', () => {
    expect(modelTitle('gemini-nano-banana-2.1')).toBe('Gemini Nano Banana 2.1')
    expect(modelTitle('nano-next')).toBe('Gemini Nano Next')
  })

  test('8.2 take the sizes that they know', () => {
    expect(sizeFor('gemini-nano-banana-2.1', '2K')).toBe('2K')
    expect(sizeFor('gemini-3.1-flash-lite-image', '2K')).toBe('1K')
    expect(sizeFor('gemini-2.5-flash-image', '1K')).toBeUndefined()
    expect(sizeFor('gemini-not-known-yet', '2K')).toBe('2K')
  })

  test('8.2 have a price where one is known', () => {
    expect(priceDollarsOf('gemini-nano-banana-2.1', '1K')).toBe(0.034)
    expect(priceDollarsOf('gemini-3-pro-image', '2K')).toBe(0.134)
    expect(priceDollarsOf('gemini-not-known-yet', '1K')).toBeUndefined()
  })
})

describe('a run of it', () => {
  test('goes to the proxy with its id as the key, and is its own task', async () => {
    const { call, seen } = wire(json({ taskId: run }, 202))
    expect(await gemini.submit(body(), run, call)).toBe(run)
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ path: '/api/gemini/generate', method: 'POST' })
    expect(seen[0]?.headers.get('idempotency-key')).toBe(run)
  })

  test('is unconfirmed if something else answers in place of the proxy', async () => {
    const { call } = wire(page(502))
    expect(toFailure(await gemini.submit(body(), run, call).catch((error) => error)).kind).toBe('unconfirmed')
  })

  const kept = (outcome: unknown) => json({ state: 'answered', status: 200, body: JSON.stringify(outcome) })
  const check = (answer: Response) => gemini.check(task(run), 0, wire(answer).call)

  test('works while the call is in flight', async () => {
    expect(await check(json({ state: 'pending' }))).toEqual({ state: 'running' })
  })

  test('is done with an address of the proxy, and names who made it for how much', async () => {
    expect(await check(kept({ state: 'made', model: 'gemini-nano-banana-2.1', size: '1K' }))).toEqual({
      state: 'done',
      imageUrls: [`/api/gemini/pictures/${run}`],
      spareUrls: [],
      madeBy: { model: 'Gemini Nano Banana 2.1', priceDollars: 0.034 },
    })
  })

  test('has failed as the proxy says', async () => {
    const failure = { kind: 'rejected', reason: 'image safety', said: 'IMAGE_SAFETY' }
    expect(await check(kept({ state: 'failed', failure, chargePossible: false }))).toEqual({ state: 'failed', failure })
    const broken = { kind: 'unexpected', detail: 'Internal.', code: 500 }
    expect(await check(kept({ state: 'failed', failure: broken, chargePossible: true }))).toEqual({
      state: 'failed',
      failure: broken,
      chargePossible: true,
    })
  })

  test('has cost nothing where the service could not be reached', async () => {
    const refusal = { code: 503, msg: 'Gemini cannot be reached.', proxy: { sent: 'no' } }
    expect(await check(kept(refusal))).toMatchObject({ state: 'failed', failure: { kind: 'unavailable' } })
  })

  test.each([
    ['the proxy has lost its answer', json({ state: 'unknown' })],
    ['the proxy was started anew', json({ state: 'none' })],
    ['another proxy is asked', page(404)],
    ['what was kept makes no sense', kept({ state: 'failed', failure: { kind: 'tired' }, chargePossible: false })],
  ])('is in doubt where %s', async (_title, answer) => {
    expect(await check(answer)).toEqual({ state: 'failed', failure: { kind: 'unconfirmed' }, chargePossible: true })
  })
})

test('health tells of a fallback only where it can be read', () => {
  const fallback = { provider: 'gemini', model: 'gemini-nano-banana-2.1', mode: 'live' }
  expect(readHealth({ mode: 'live', gateway: 'kie', fallback })).toEqual({ mode: 'live', gateway: 'kie', fallback })
  for (const other of [undefined, null, true, { provider: 'gemini' }, { ...fallback, mode: 'x' }]) {
    expect(readHealth({ mode: 'live', gateway: 'kie', fallback: other })).toEqual({ mode: 'live', gateway: 'kie' })
  }
})
