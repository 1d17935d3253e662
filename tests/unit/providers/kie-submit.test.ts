import { describe, expect, test } from 'vitest'
import type { FailureKind } from '#domain/failure.ts'
import { toFailure } from '#domain/failure.ts'
import type { RunId } from '#domain/ids.ts'
import { kieJobs, kieKontext } from '#providers/kie.ts'
import { json, page, reply, wire } from '../../support/wire.ts'

const run = 'run-1' as RunId
const taskId = '3b1f0a77c2d94e18a6f5d0c4e9b28a61'

async function failureOf(answer: Response | Error) {
  const { call } = wire(answer)
  return toFailure(
    await kieKontext.submit({ prompt: 'a' }, run, call).then(
      () => new Error('accepted'),
      (e) => e,
    ),
  )
}

describe('a submission', () => {
  test('is one POST of the JSON body with the run as its idempotency key', async () => {
    const { call, seen } = wire(reply(200, 'success', { taskId }))
    await expect(kieKontext.submit({ prompt: 'a lighthouse' }, run, call)).resolves.toBe(taskId)
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ path: '/api/v1/flux/kontext/generate', method: 'POST' })
    expect(seen[0]?.headers.get('idempotency-key')).toBe('run-1')
    expect(seen[0]?.headers.get('content-type')).toBe('application/json')
    expect(JSON.parse(String(seen[0]?.body))).toEqual({ prompt: 'a lighthouse' })
  })

  test('of a job reads the task id and ignores the record id', async () => {
    const { call, seen } = wire(reply(200, 'success', { taskId, recordId: 'other' }))
    await expect(kieJobs.submit({}, run, call)).resolves.toBe(taskId)
    expect(seen[0]?.path).toBe('/api/v1/jobs/createTask')
  })

  test('accepts a code written as text', async () => {
    const { call } = wire(reply('200', 'success', { taskId: 'task_flux_17' }))
    await expect(kieKontext.submit({}, run, call)).resolves.toBe('task_flux_17')
  })

  test('rejects with the network’s error if no answer came', async () => {
    const { call } = wire(new TypeError('Failed to fetch'))
    await expect(kieKontext.submit({}, run, call)).rejects.toThrow(TypeError)
  })
})

/** docs/services.md 1.3, 1.4 and 1.4a: message first, then code. */
const refusals: [title: string, code: number, msg: string, kind: FailureKind][] = [
  ['400 bad request', 400, 'taskId parameter is required', 'invalid'],
  ['400 policy', 400, 'Your prompt was flagged by Website as violating content policies.', 'rejected'],
  ['401 bad key', 401, 'Unauthorized – check the key', 'unauthorized'],
  ['401 in the words of the docs', 401, 'You do not have access permissions', 'unauthorized'],
  ['500 safety system', 500, 'Your request was blocked by our safety system.', 'rejected'],
  ['500 a violation', 500, 'The image violates our usage guidelines.', 'rejected'],
  ['500 a rejected prompt', 500, 'Prompt rejected, please modify it and try again', 'rejected'],
  ['501 in Chinese', 501, '内容违规，请修改提示词', 'rejected'],
  ['500 review in Chinese', 500, '图片未通过审核', 'rejected'],
  ['500 credits in other words', 500, 'Your current credits are insufficient. Please top up.', 'out-of-credits'],
  ['500 credits in Chinese', 500, '账户余额不足', 'out-of-credits'],
  ['402 credits', 402, 'Credits insufficient : balance too low for this request', 'out-of-credits'],
  ['credits under code 500', 500, 'Credits insufficient for this task', 'out-of-credits'],
  ['433 sub-key limit', 433, 'limit exceeded', 'out-of-credits'],
  ['404 route', 404, 'Not Found', 'unavailable'],
  ['422 validation', 422, 'prompt is required', 'invalid'],
  ['422 unknown model', 422, 'The model name you specified is not supported', 'invalid'],
  ['429 limit', 429, 'Rate limit exceeded', 'rate-limited'],
  ['455 maintenance', 455, 'The service is under maintenance', 'unavailable'],
  ['500 tolerance', 500, 'safetyTolerance out of range, should be 0-2 for editing', 'invalid'],
  ['500 required field', 500, 'aspect_ratio is required', 'invalid'],
  ['500 out of enum', 500, 'resolution is not within the range of allowed options', 'invalid'],
  ['500 source not readable', 500, 'input_urls file type not supported', 'invalid'],
  ['500 busy', 500, 'Network error, please try again later.', 'unavailable'],
  ['500 server exception', 500, 'Server exception', 'unavailable'],
  ['505 disabled', 505, 'This feature is currently disabled', 'unavailable'],
]

const doubtful: [title: string, answer: () => Response][] = [
  ['500 without a telling text', () => reply(500, 'Internal Server Error')],
  ['500 time-out', () => reply(500, '524: generate task timeout.')],
  ['501', () => reply(501, 'Image generation failed')],
  ['408', () => reply(408, 'upstream gave no result')],
  ['an unknown code', () => reply(599, 'what')],
  ['200 with data null', () => reply(200, 'success', null)],
  ['200 without a task id', () => reply(200, 'success', {})],
  ['200 with an unusable task id', () => reply(200, 'success', { taskId: '../x?y' })],
  ['a web page with 200', () => page(200)],
  ['a web page with 502', () => page(502)],
  ['a web page with 522', () => page(522)],
  ['a web page with 524', () => page(524)],
  ['an empty body', () => new Response('')],
  ['JSON cut off', () => new Response('{"code":200,"data":{"taskId":"ab')],
  ['an array', () => json([])],
]

describe('an answer that certainly made no task', () => {
  test.each(refusals)('%s', async (_title, code, msg, kind) => {
    const failure = await failureOf(reply(code, msg, null))
    expect(failure.kind).toBe(kind)
    expect(failure.code).toBe(code)
    expect(failure.said).toBe(msg)
  })

  test.each<[number, string, object]>([
    [500, 'balance isnt enough', { kind: 'out-of-credits' }],
    [500, 'Insufficient credits', { kind: 'out-of-credits' }],
    [500, 'authentication failed', { kind: 'unauthorized' }],
    [403, 'Forbidden', { kind: 'unauthorized' }],
    [500, 'NSFW content', { kind: 'rejected', reason: 'NSFW content' }],
    [
      500,
      'failed to download the image',
      { kind: 'invalid', issues: [{ field: 'sources', message: 'The service could not read a source image.' }] },
    ],
    [
      500,
      'resolution must be 1K',
      {
        kind: 'invalid',
        issues: [{ field: 'request', message: 'The service refused the settings: resolution must be 1K' }],
      },
    ],
    [500, 'maintenance', { kind: 'unavailable', detail: 'The service is under maintenance.' }],
    [455, 'later', { kind: 'unavailable', detail: 'The service is under maintenance.' }],
    [505, 'off', { kind: 'unavailable', detail: 'The service has switched this model off.' }],
    [500, 'high demand', { kind: 'unavailable', detail: 'The service is too busy at the moment.', busy: true }],
    [404, 'no', { kind: 'unavailable', detail: 'The service does not offer this.' }],
    [422, 'recordInfo is null', { kind: 'unexpected', detail: 'it does not know this task (any more).' }],
  ])('of code %i that says "%s" is told in our words, with its own beside them', async (code, msg, failure) => {
    expect(await failureOf(reply(code, msg, null))).toEqual({ ...failure, code, said: msg })
  })

  test('of a page in place of the service is not a message of the service', async () => {
    for (const code of [521, 523])
      expect(await failureOf(page(code))).toEqual({
        kind: 'unavailable',
        detail: 'The service is too busy at the moment.',
        code,
        said: '',
      })
  })

  test('reads `message` where `msg` is missing', async () => {
    const failure = await failureOf(json({ code: 402, message: 'Credits insufficient', data: null }))
    expect(failure).toMatchObject({ kind: 'out-of-credits', said: 'Credits insufficient' })
  })

  test('honours the HTTP status where no code is in the body', async () => {
    for (const body of [{ error: 'slow down' }, { code: null, msg: null }, { code: 'soon', msg: 'null' }]) {
      expect(await failureOf(json(body, 429))).toEqual({ kind: 'rate-limited', code: 429, said: '' })
    }
    expect((await failureOf(page(521))).kind).toBe('unavailable')
    expect((await failureOf(page(523))).kind).toBe('unavailable')
  })

  test('keeps at most 300 characters of the words', async () => {
    expect((await failureOf(reply(422, `is required ${'x'.repeat(2000)}`))).said).toMatch(/^is required x{287}…$/)
    const asLong = `is required ${'x'.repeat(288)}`
    expect((await failureOf(reply(422, asLong))).said).toBe(asLong)
  })
})

describe('an answer that leaves open whether a task was made', () => {
  test.each(doubtful)('%s is unconfirmed', async (_title, answer) => {
    expect((await failureOf(answer())).kind).toBe('unconfirmed')
  })

  test('keeps what the service said, and its code', async () => {
    const said = 'Internal Server Error'
    expect(await failureOf(reply(500, said))).toEqual({ kind: 'unconfirmed', code: 500, said })
    expect(await failureOf(reply(200, 'success', {}))).toEqual({
      kind: 'unconfirmed',
      code: 200,
      said: 'an answer without a task id',
    })
    expect(await failureOf(page(502))).toEqual({ kind: 'unconfirmed', code: 502, said: '' })
  })
})

describe('a refusal of the proxy itself', () => {
  const refusal = (code: number, sent: 'no' | 'unknown', extra = {}) =>
    json({ code, msg: 'the proxy says so', proxy: { sent, ...extra } }, code)

  test('names the field and the limit', async () => {
    const issues = [{ field: 'prompt', message: 'at most 5000 characters' }]
    expect(await failureOf(refusal(422, 'no', { issues }))).toMatchObject({ kind: 'invalid', issues })
  })

  test('says how long to wait for the limit', async () => {
    expect(await failureOf(refusal(429, 'no', { retryAfterMs: 4200 }))).toMatchObject({
      kind: 'rate-limited',
      retryAfterMs: 4200,
    })
  })

  test('is certain where nothing was sent and unconfirmed where something may have been', async () => {
    expect((await failureOf(refusal(503, 'no'))).kind).toBe('unavailable')
    expect((await failureOf(refusal(401, 'no'))).kind).toBe('locked')
    expect((await failureOf(refusal(504, 'unknown'))).kind).toBe('unconfirmed')
    expect((await failureOf(refusal(429, 'unknown'))).kind).toBe('unconfirmed')
  })
})
