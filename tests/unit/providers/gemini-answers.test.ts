import { describe, expect, test } from 'vitest'
import { type GeminiReading, readGemini } from '#providers/gemini-answers.ts'

const data = 'iVBORw0KGgoAAAAN'
const inline = (mimeType: string, more: object = {}) => ({ inlineData: { mimeType, data, ...more } })
const answer = (parts: unknown[] | undefined, finishReason = 'STOP', usage: object = {}) => ({
  candidates: [{ index: 0, finishReason, ...(parts ? { content: { role: 'model', parts } } : {}) }],
  usageMetadata: { promptTokenCount: 271, ...usage },
})
const read = (body: unknown, status = 200) => readGemini(status, JSON.stringify(body))
const trouble = (code: number, status: string, details: unknown[] = [], message = 'Words of the service.') =>
  read({ error: { code, status, message, details } }, code)
const none = (reading: GeminiReading) => (reading.kind === 'none' ? reading : undefined)

describe('a picture', () => {
  test('8.3 is the last one that is spoken', () => {
    const first = inline('image/png', { data: 'AAAA' })
    expect(read(answer([{ text: 'Here.' }, first, inline('image/png')]))).toEqual({ kind: 'picture', data })
  })

  test('8.3 in a thought part is skipped', () => {
    const draft = { ...inline('image/png', { data: 'AAAA' }), thought: true }
    expect(read(answer([inline('image/png'), draft]))).toEqual({ kind: 'picture', data })
    expect(none(read(answer([draft])))?.failure.kind).toBe('no-picture')
  })

  test('8.3 is read in either spelling', () => {
    const part = { inline_data: { mime_type: 'image/jpeg', data } }
    expect(read(answer([part]))).toEqual({ kind: 'picture', data })
  })

  test('8.3 is accepted with any reason for stopping, and beside unreadable parts', () => {
    expect(read(answer([null, 7, inline('image/png')], 'MAX_TOKENS'))).toEqual({ kind: 'picture', data })
  })

  test('8.3 is not any other inline data', () => {
    expect(none(read(answer([inline('text/plain')])))?.failure).toEqual({ kind: 'no-picture', text: '', said: 'STOP' })
  })
})

describe('no picture', () => {
  test.each(['SAFETY', 'OTHER', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'IMAGE_SAFETY', 'MODEL_ARMOR', 'JAILBREAK'])(
    '8.3 because the prompt is blocked (%s)',
    (blockReason) => {
      const body = { promptFeedback: { blockReason }, usageMetadata: { promptTokenCount: 12, totalTokenCount: 12 } }
      const reason = blockReason.toLowerCase().replaceAll('_', ' ')
      expect(read(body)).toEqual({
        kind: 'none',
        failure: { kind: 'rejected', reason, said: blockReason },
        chargePossible: false,
      })
    },
  )

  test.each([
    'IMAGE_SAFETY',
    'IMAGE_PROHIBITED_CONTENT',
    'IMAGE_RECITATION',
    'SAFETY',
    'PROHIBITED_CONTENT',
    'BLOCKLIST',
    'SPII',
    'RECITATION',
  ])('8.3 because the output is blocked (%s), with or without words, and never asked for again', (reason) => {
    for (const parts of [undefined, [], [{ text: 'I cannot show this.' }]]) {
      const reading = none(read(answer(parts, reason)))
      expect(reading?.failure.kind).toBe('rejected')
      expect(reading?.again).toBeUndefined()
    }
  })

  test.each(['NO_IMAGE', 'IMAGE_OTHER', 'OTHER', 'STOP'])('8.3 because nothing was drawn (%s)', (reason) => {
    expect(
      read(answer([{ text: 'It would show ' }, { text: 'a fox.' }], reason, { candidatesTokenCount: 31 })),
    ).toEqual({
      kind: 'none',
      failure: { kind: 'no-picture', text: 'It would show a fox.', said: reason },
      chargePossible: false,
      again: 'picture-only',
    })
  })

  test.each([
    ['counted as one', { candidatesTokenCount: 1120 }],
    ['listed', { candidatesTokenCount: 40, candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1120 }] }],
  ])('8.3 although one was %s: it may have been charged, and is not asked for again', (_title, usage) => {
    const reading = none(read(answer(undefined, 'IMAGE_OTHER', usage)))
    expect(reading).toMatchObject({ failure: { kind: 'no-picture' }, chargePossible: true })
    expect(reading?.again).toBeUndefined()
  })

  test('8.3 although many words were counted, all of them listed as words: it is asked for again', () => {
    const usage = { candidatesTokenCount: 900, candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: 900 }] }
    expect(none(read(answer([{ text: 'Once …' }], 'STOP', usage)))).toMatchObject({ again: 'picture-only' })
  })

  test.each(['MAX_TOKENS', 'LANGUAGE', 'MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS'])(
    '8.3 because it stopped early (%s)',
    (reason) => {
      const reading = none(read(answer([{ text: 'A fox' }], reason)))
      expect(reading?.failure).toMatchObject({ kind: 'unexpected', detail: expect.stringContaining(reason) })
      expect(reading?.again).toBeUndefined()
    },
  )

  test('8.3 from an answer without candidates or a reason, which is not asked for again', () => {
    expect(none(read({}))).toEqual({
      kind: 'none',
      failure: { kind: 'no-picture', text: '' },
      chargePossible: false,
    })
  })
})

const keyReason = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }]
const retry = (retryDelay: string) => [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }]

describe('an error', () => {
  test.each([
    ['400 INVALID_ARGUMENT', trouble(400, 'INVALID_ARGUMENT'), 'invalid', false],
    ['400 API_KEY_INVALID', trouble(400, 'INVALID_ARGUMENT', keyReason), 'unauthorized', false],
    ['400 FAILED_PRECONDITION', trouble(400, 'FAILED_PRECONDITION'), 'unavailable', false],
    ['402 RESOURCE_EXHAUSTED', trouble(402, 'RESOURCE_EXHAUSTED'), 'out-of-credits', false],
    ['403 PERMISSION_DENIED', trouble(403, 'PERMISSION_DENIED'), 'unauthorized', false],
    ['499 CANCELLED', trouble(499, 'CANCELLED'), 'unexpected', true],
    ['500 INTERNAL', trouble(500, 'INTERNAL'), 'unexpected', true],
    ['504 DEADLINE_EXCEEDED', trouble(504, 'DEADLINE_EXCEEDED'), 'timed-out', true],
    ['413 without words', read('too large', 413), 'unexpected', false],
  ] as const)('8.4 %s is read, and never asked for again', (_title, reading, kind, chargePossible) => {
    expect(none(reading)).toMatchObject({ failure: { kind }, chargePossible })
    expect(none(reading)?.again).toBeUndefined()
  })

  test('8.4 404 NOT_FOUND leads to the next model', () => {
    expect(none(trouble(404, 'NOT_FOUND'))).toMatchObject({ again: 'next-model', chargePossible: false })
  })

  test('8.4 429 RESOURCE_EXHAUSTED says when it is worth asking again, or nothing', () => {
    expect(none(trouble(429, 'RESOURCE_EXHAUSTED', retry('17s')))).toMatchObject({
      failure: { kind: 'rate-limited', retryAfterMs: 17_000 },
      again: 'later',
      retryAfterMs: 17_000,
      chargePossible: false,
    })
    expect(none(trouble(429, 'RESOURCE_EXHAUSTED', retry('0.25s')))?.retryAfterMs).toBe(250)
    expect(none(trouble(429, 'RESOURCE_EXHAUSTED'))?.retryAfterMs).toBeUndefined()
  })

  test('8.4 503 UNAVAILABLE is worth asking again', () => {
    expect(none(trouble(503, 'UNAVAILABLE'))).toMatchObject({ failure: { kind: 'unavailable' }, again: 'later' })
  })

  test('8.4 keeps the words of the service, cut short', () => {
    expect(none(trouble(500, 'INTERNAL', [], 'x'.repeat(900)))?.failure).toMatchObject({
      code: 500,
      said: expect.stringMatching(/^x{299}…$/),
    })
  })

  test.each([
    ['a page in its place', 502, '<html>Bad gateway</html>'],
    ['a success that is a page', 200, '<html>Welcome</html>'],
    ['a success that is empty', 200, ''],
    ['a success that is a list', 200, '[]'],
  ])('8.4 %s leaves it in doubt', (_title, status, text) => {
    expect(readGemini(status, text)).toEqual({ kind: 'doubt' })
  })
})
