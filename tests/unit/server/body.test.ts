import { describe, expect, it } from 'vitest'
import { readBody, readJson } from '#server/edge/body.ts'
import { refusalIn } from '#server/edge/refusals.ts'
import { incomingOf } from '../../support/incoming.ts'

const limits = { bytes: 1024, levels: 4, members: 16 }
const json = { 'content-type': 'application/json' }
/** What was read, or why it was not. */
const outcome = async (reading: Promise<unknown>) => reading.catch((error) => refusalIn(error)?.msg ?? error)
const read = (body: string | Buffer, headers: Record<string, string> = json) =>
  outcome(readJson(incomingOf({ headers, body }), limits))

describe('the body of a request', () => {
  it('is taken up to its limit, in one piece or in many', async () => {
    const pieces = ['a'.repeat(1000), 'b'.repeat(24)]
    expect((await readBody(incomingOf({ body: pieces }), 1024)).toString()).toBe(pieces.join(''))
    expect(await outcome(readBody(incomingOf({ body: [...pieces, 'c'] }), 1024))).toBe(
      'The request is larger than 1 KB.',
    )
  })

  it('is refused by the length that it is said to have, before it is read', async () => {
    const tooLong = incomingOf({ headers: { 'content-length': '1025' } })
    expect(await outcome(readBody(tooLong, 1024))).toBe('The request is larger than 1 KB.')
    expect(tooLong.listenerCount('data')).toBe(0)
    const fits = incomingOf({ headers: { 'content-length': '1024' }, body: 'a'.repeat(1024) })
    expect(await readBody(fits, 1024)).toHaveLength(1024)
  })

  it('is refused where it breaks off', async () => {
    const breaking = incomingOf()
    const reading = outcome(readBody(breaking, 1024))
    breaking.emit('error', new Error('aborted'))
    expect(await reading).toBe('The request was cut off.')
  })

  it.each([
    'application/json',
    'application/json;charset=utf-8',
    'Application/JSON; charset=UTF-8',
    'application/json  ;  charset=utf-8',
  ])('G02: is JSON where it says so: %s', async (type) => {
    expect(await read('{"a":1}', { 'content-type': type })).toEqual({ a: 1 })
  })

  it.each(['application/json; charset=latin1', 'text/json', 'xapplication/json', 'application/json;', undefined])(
    'G02: is not read where it says something else: %s',
    async (type) =>
      expect(await read('{}', type === undefined ? {} : { 'content-type': type })).toBe('The request must be JSON.'),
  )

  it('is refused where it cannot be read', async () => {
    for (const body of ['', '{', Buffer.from('7b2261223a22ff227d', 'hex')]) {
      expect(await read(body)).toBe('The request is not readable JSON.')
    }
  })

  it.each([
    ['half a character', '{"prompt":"a \\ud83e fox"}', 'prompt'],
    ['a NUL', '{"input":{"name":"a\\u0000"}}', 'name'],
    ['a member of every object', '{"__proto__":{"x":1}}', '__proto__'],
  ])('B15: names what holds %s', async (_, body, field) => {
    const refusal = await readJson(incomingOf({ headers: json, body }), limits).catch(refusalIn)
    const message = `${field} holds characters that cannot be sent`
    const msg = 'The request holds characters that cannot be sent.'
    expect(refusal).toEqual({ code: 422, msg, proxy: { sent: 'no', issues: [{ field, message }] } })
  })

  it('may hold any other text', async () => {
    expect(await read('{"prompt":"🦊\\n\\u0001","more":null}')).toEqual({ prompt: '🦊\n\u0001', more: null })
  })
})
