import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { refusalIn } from '#server/edge/refusals.ts'
import type { Fault } from '#server/upstream/fault.ts'
import type { Answer } from '#server/upstream/guard.ts'
import { createMask, readReply, refusedFor } from '#server/upstream/relay.ts'

const key = 'a-key-of-the-studio'

function answer(status: number, type?: string, text = ''): Answer {
  const body = Readable.from(text === '' ? [] : [Buffer.from(text)]) as IncomingMessage
  return { ok: true, status, headers: type === undefined ? {} : { 'content-type': type }, body }
}

describe('an answer of the service', () => {
  it.each([
    ['application/json', 'application/json; charset=utf-8'],
    ['application/problem+json;charset=latin1', 'application/json; charset=utf-8'],
    ['text/html', 'text/plain; charset=utf-8'],
    ['text/html; x=application/json', 'text/plain; charset=utf-8'],
    [undefined, 'text/plain; charset=utf-8'],
  ])('E06: that says it is %s is passed on as %s', async (said, type) => {
    const reply = await readReply(answer(200, said, '{"code":200}'), createMask(key))
    expect(reply).toEqual({ ok: true, status: 200, type, body: '{"code":200}' })
  })

  it.each([101, 199, 300, 301, 307, 399, 600])('P05, G6: of %i does not count as an answer', async (status) => {
    const redirect = answer(status)
    expect(await readReply(redirect, createMask(key))).toEqual({ ok: false, sent: 'unknown', cause: 'broken' })
    expect(redirect.body.destroyed).toBe(true)
  })

  it.each([200, 299, 400, 500, 599])('of %i counts as an answer', async (status) => {
    expect(await readReply(answer(status), createMask(key))).toMatchObject({ ok: true, status })
  })

  it('A12: never holds the key, however often it is echoed', async () => {
    const reply = await readReply(answer(401, 'application/json', `{"a":"${key}","b":"x${key}"}`), createMask(key))
    expect(reply).toMatchObject({ body: '{"a":"[key]","b":"x[key]"}' })
  })

  it('A12: never holds the key in base64, wherever in a text it stands, nor in escapes', () => {
    // At each of the three positions its base64 has characters that differ between the alphabets.
    const odd = 'sk-~7>f>3>c?9?1?d0e5a24b86'
    for (const before of ['', 'a', 'ab', 'abc', 'Bearer ']) {
      const bytes = Buffer.from(before + odd)
      for (const alphabet of ['base64', 'base64url'] as const) {
        const masked = createMask(odd)(`{"a":"${bytes.toString(alphabet)}"}`)
        expect(masked).toContain('[key]')
        expect(Buffer.from(masked.replace('[key]', ''), alphabet).toString('latin1')).not.toMatch(/f>3>c|e5a24/)
      }
    }
    const mask = createMask('sk-7f3c91d0?e5a24b86>')
    const escapes = [...'sk-7f3c91d0?e5a24b86>'].map((one) => `\\u00${one.charCodeAt(0).toString(16).toUpperCase()}`)
    expect(mask(escapes.join(''))).toBe('[key]')
    expect(mask(escapes.join('').replaceAll('\\u', '\\\\u'))).toBe('[key]')
    expect(mask('sk-7f3c91d0%3Fe5a24b86%3e')).toBe('[key]')
    expect(mask('sk-7f3c91d0?e5a24b8')).toBe('sk-7f3c91d0?e5a24b8')
    expect(mask(btoa('sk-7f3c91d0?e5a24b86>'))).toBe('[key]')
    expect(createMask('key with a\ttab')('key with a\\u0009tab, key%20with%20a%09tab')).toBe('[key], [key]')
  })

  it('keeps its words where there is no key, or one as short as a word', () => {
    expect(createMask(undefined)('any words')).toBe('any words')
    expect(createMask('words')('any words')).toBe('any words')
    expect(createMask('words!')('any words!')).toBe('any [key]')
    expect(createMask('words!')('any d29yZHMh')).toBe('any [key]')
    // Four characters of base64 may be part of anything.
    expect(createMask('words!')('any cmRz')).toBe('any cmRz')
  })

  it.each<[Fault['cause'], number, string]>([
    ['late', 504, 'The service did not answer in time.'],
    ['forbidden', 502, 'The service led to an address that is not allowed.'],
    ['too-large', 502, 'The answer of the service is too large.'],
    ['broken', 502, 'The answer of the service was cut off.'],
    ['unreachable', 502, 'The service cannot be reached.'],
    ['gone', 502, 'The service cannot be reached.'],
  ])('that is missing because it was %s is told in words', (cause, code, msg) => {
    expect(refusalIn(refusedFor({ ok: false, sent: 'unknown', cause }))).toEqual({ code, msg, proxy: { sent: 'no' } })
  })
})
