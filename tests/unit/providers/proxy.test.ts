import { describe, expect, test } from 'vitest'
import type { RunId } from '#domain/ids.ts'
import { keptSubmission, readRefusal } from '#providers/proxy.ts'
import { json, page, reply, wire } from '../../support/wire.ts'

const run = 'run/1' as RunId
const never = new AbortController().signal
const msg = 'the proxy says so'
const refusal = (code: number, sent: 'no' | 'unknown', extra = {}) =>
  readRefusal({ code, msg, proxy: { sent, ...extra } })

describe('a refusal of the proxy', () => {
  test('has no time where it names none', () => {
    expect(refusal(429, 'no', { limit: 'daily-credits' })?.failure).not.toHaveProperty('retryAfterMs')
    expect(refusal(429, 'no')?.failure).not.toHaveProperty('turn')
  })

  test.each([
    [401, {}, { kind: 'locked' }],
    [429, { retryAfterMs: 4_200 }, { kind: 'rate-limited', retryAfterMs: 4_200 }],
    [429, { retryAfterMs: 5, turn: true }, { kind: 'rate-limited', retryAfterMs: 5, turn: true }],
    [429, {}, { kind: 'rate-limited', retryAfterMs: 10_000 }],
    [429, { limit: 'daily-credits' }, { kind: 'over-budget', detail: msg }],
    [429, { limit: 'daily-credits', retryAfterMs: 7 }, { kind: 'over-budget', detail: msg, retryAfterMs: 7 }],
    [400, {}, { kind: 'invalid', issues: [{ field: 'request', message: msg }] }],
    [499, {}, { kind: 'invalid', issues: [{ field: 'request', message: msg }] }],
    [
      422,
      { issues: [{ field: 'prompt', message: 'too long' }] },
      { kind: 'invalid', issues: [{ field: 'prompt', message: 'too long' }] },
    ],
    [399, {}, { kind: 'unavailable', detail: msg }],
    [500, {}, { kind: 'unavailable', detail: msg }],
    [503, {}, { kind: 'unavailable', detail: msg }],
  ])('of code %i with %j has sent nothing, and says why', (code, extra, failure) => {
    expect(refusal(code, 'no', extra)).toEqual({ sent: 'no', failure: { ...failure, code, said: msg } })
  })

  test.each([401, 422, 429, 502, 504])('of code %i that cannot tell whether it sent is unconfirmed', (code) => {
    expect(refusal(code, 'unknown')).toEqual({ sent: 'unknown', failure: { kind: 'unconfirmed', code, said: msg } })
  })

  test.each([
    ['an answer of the service', { code: 500, msg, data: null }],
    ['no word on what was sent', { code: 500, msg, proxy: {} }],
    ['another word on it', { code: 500, msg, proxy: { sent: 'maybe' } }],
    ['a limit it does not know', { code: 429, msg, proxy: { sent: 'no', limit: 'moon' } }],
    ['nothing', undefined],
    ['a text', 'no'],
  ])('is not read from %s', (_, body) => {
    expect(readRefusal(body)).toBeUndefined()
  })
})

describe('what the proxy knows of a submission', () => {
  test.each([
    [{ state: 'none' }],
    [{ state: 'pending' }],
    [{ state: 'unknown' }],
    [{ state: 'answered', status: 200, body: '{}' }],
  ])('is %j', async (known) => {
    const { send, seen } = wire(json(known))
    expect(await keptSubmission(send, run, never)).toEqual(known)
    expect(seen[0]).toMatchObject({ path: '/api/submissions/run%2F1', method: 'GET' })
  })

  test.each([
    ['says something else', json({ state: 'moved' })],
    ['leaves out the answer', json({ state: 'answered', status: 200 })],
    ['does not know the route', reply(404, 'There is nothing at this address.', null, 404)],
    ['answers with a page', page()],
  ])('is not known where it %s', async (_, answer) => {
    expect(await keptSubmission(wire(answer).send, run, never)).toBeUndefined()
  })

  test('is reported as unknown if no answer came', async () => {
    await expect(keptSubmission(wire(new TypeError('Failed to fetch')).send, run, never)).rejects.toThrow(TypeError)
  })

  test('cannot be told while the proxy is not available: the question is asked again later', async () => {
    const away = wire(json({ code: 503, msg: 'No Redis.', proxy: { sent: 'no' } }, 503))
    await expect(keptSubmission(away.send, run, never)).rejects.toThrow('the proxy cannot tell')
    const strange = wire(json({ code: 400, msg: 'This is not the id of a run.', proxy: { sent: 'no' } }, 400))
    expect(await keptSubmission(strange.send, run, never)).toBeUndefined()
  })

  test('is asked with the signal of who waits', async () => {
    const stop = new AbortController()
    const signals: unknown[] = []
    await keptSubmission(
      async (_path, init) => {
        signals.push(init?.signal)
        return json({ state: 'none' })
      },
      run,
      stop.signal,
    )
    expect(signals).toEqual([stop.signal])
  })
})
