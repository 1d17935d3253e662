import { describe, expect, it } from 'vitest'
import { readBody, readJson, readJsonWithBlobs } from '#server/edge/body.ts'
import { refusalIn, toRefusal } from '#server/edge/refusals.ts'
import { createRoutes, jsonLimitsOf, type Route } from '#server/edge/routes.ts'
import { incomingOf } from '../../support/incoming.ts'

const limits = { bytes: 18 * 1024 * 1024, levels: 4, members: 10 }
const headers = { 'content-type': 'application/json' }
const outcome = async (reading: Promise<unknown>) => reading.catch((error) => refusalIn(error)?.msg ?? error)
const read = (...body: (string | Buffer)[]) => outcome(readJson(incomingOf({ headers, body }), limits))
const letters = 'iVBORw0KGgoAAAANSUhEUg+/'

describe('the shape of a JSON body', () => {
  it('may have as many levels and members as the route says, and not one more', async () => {
    expect(await read('[[[[]]]]')).toEqual([[[[]]]])
    expect(await read('[[[[[]]]]]')).toBe('The request is nested too deeply.')
    expect(await read('[[],[],[],[]]')).toHaveLength(4)
    expect(await read('[1,2,3,4,5,6,7,8,9,0]')).toHaveLength(10)
    expect(await read('[1,2,3,4,5,6,7,8,9,0,1]')).toBe('The request has too many members.')
    expect(await read('[{},{},{},{},{}]')).toHaveLength(5)
    expect(await read('[{},{},{},{},{},{}]')).toBe('The request has too many members.')
  })

  it('ignores the contents of strings', async () => {
    expect(await read('{"a":"[[[[[[,,,,,,,,,,,,{"}')).toEqual({ a: '[[[[[[,,,,,,,,,,,,{' })
    expect(await read('{"a\\"[[[[[[":"\\\\"}')).toEqual({ 'a"[[[[[[': '\\' })
  })

  it('is the same for all sizes of pieces', async () => {
    const text = '{"a":"x\\"y\\\\","b":["\\u00e9",{"c":"[[["}],"d":"ü"}'
    for (let size = 1; size < 12; size += 1) {
      const bytes = Buffer.from(text)
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      )
      expect(await read(...pieces)).toEqual(JSON.parse(text))
    }
  })

  it.each([
    ['two million NULs', `[${'"\\u0000",'.repeat(2_000_000)}0]`],
    ['zeros', `[${'0,'.repeat(8_000_000)}0]`],
    ['empty objects', `{"parts":[${'{},'.repeat(5_000_000)}{}]}`],
    ['levels', '['.repeat(10_000_000)],
    ['white space', ' '.repeat(10_000_000)],
    ['digits', '1'.repeat(10_000_000)],
    ['escapes', `"${'\\u0041'.repeat(2_000_000)}"`],
  ])('G1: 18 MB of %s are refused after a few pieces of them', async (_, text) => {
    const bytes = Buffer.from(text)
    const size = 64 * 1024
    let given = 0
    const pieces = (function* () {
      for (let at = 0; at < bytes.length; at += size) {
        given += 1
        yield bytes.subarray(at, at + size)
      }
    })()
    const incoming = incomingOf({ headers })
    const reading = outcome(readJson(incoming, limits))
    for (const piece of pieces) {
      incoming.emit('data', piece)
      if (incoming.listenerCount('data') === 0) break
    }
    expect(await reading).toMatch(/^The request (has|holds|is nested) too/)
    expect(given).toBeLessThan(8)
  })

  it('is refused where it comes in pieces of a few bytes each', async () => {
    const incoming = incomingOf({ headers })
    const reading = outcome(readJson(incoming, limits))
    incoming.emit('data', Buffer.from('"'))
    for (let count = 0; count < 3000; count += 1) incoming.emit('data', Buffer.from('xy'))
    expect(await reading).toBe('The request arrives in pieces that are too small.')
  })

  it.each([
    ['2,000 pieces of one byte', 2000, 1, true],
    ['2,001 pieces of one byte', 2001, 1, false],
    ['2,001 pieces of 64 bytes', 2001, 64, true],
    ['2,001 pieces of 63 bytes', 2001, 63, false],
  ])('is read from %s, or refused', async (_, count, size, isRead) => {
    const incoming = incomingOf({ headers })
    const reading = outcome(readBody(incoming, limits.bytes))
    for (let number = 0; number < count; number += 1) incoming.emit('data', Buffer.alloc(size))
    incoming.emit('end')
    if (isRead) expect(await reading).toHaveLength(count * size)
    else expect(await reading).toBe('The request arrives in pieces that are too small.')
  })

  it('may hold so many bytes besides its texts, and so many escapes, and not one more', async () => {
    expect(await read(`${' '.repeat(65_535)}1`)).toBe(1)
    expect(await read(`${' '.repeat(65_536)}1`)).toBe('The request holds too much besides its texts.')
    expect(await read(`"${'\\n'.repeat(60_000)}"`)).toHaveLength(60_000)
    expect(await read(`"${'\\n'.repeat(60_001)}"`)).toBe('The request holds too many escaped characters.')
  })

  it.each(
    createRoutes({ callbacks: true, fallback: true, spend: true, metrics: true }).filter(
      ({ body }) => body.type === 'json',
    ),
  )('G1: is bounded for $method $path', (route: Route) => {
    const { bytes, levels, members } = jsonLimitsOf(route)
    expect(bytes).toBeLessThanOrEqual(18 * 1024 * 1024)
    expect(levels).toBeLessThanOrEqual(32)
    expect(members).toBeLessThanOrEqual(2000)
  })
})

it('the limits of a JSON body are those of a route that takes one', () => {
  const [route] = createRoutes({ callbacks: false, fallback: false, spend: false, metrics: false })
  expect(() => jsonLimitsOf(route as Route)).toThrow('/api/health takes no JSON')
})

describe('a refusal', () => {
  it('G1: is small, whatever is wrong', () => {
    const issues = Array.from({ length: 1000 }, () => ({ field: 'f'.repeat(10_000), message: 'm'.repeat(10_000) }))
    const refusal = toRefusal(422, 'no', { issues })
    expect(refusal.proxy.issues).toHaveLength(20)
    expect(JSON.stringify(refusal).length).toBeLessThan(10_000)
  })

  it('G1: quotes what fits, and the beginning of what does not', () => {
    const issues = [
      { field: 'f'.repeat(100), message: 'm'.repeat(300) },
      { field: 'f'.repeat(101), message: 'm'.repeat(301) },
    ]
    expect(toRefusal(422, 'no', { issues }).proxy.issues).toEqual([
      issues[0],
      { field: `${'f'.repeat(100)}…`, message: `${'m'.repeat(300)}…` },
    ])
    expect(toRefusal(503, 'no', { retryAfterMs: 5 })).toEqual({
      code: 503,
      msg: 'no',
      proxy: { sent: 'no', retryAfterMs: 5 },
    })
    expect(toRefusal(502, 'no', { sent: 'unknown' }).proxy).toEqual({ sent: 'unknown' })
  })

  it('G1: stops at the first fault', async () => {
    const body = `["a\\u0000","b\\u0000","c\\u0000"]`
    const refusal = await readJson(incomingOf({ headers, body }), limits).catch(refusalIn)
    expect(refusal).toMatchObject({ code: 422, proxy: { issues: [{ field: 'body' }] } })
  })
})

describe('a body with images in it', () => {
  const data = letters.repeat(10_000)
  const whole = (image = data) => JSON.stringify({ text: 'ä fox', parts: [{ data: image }, { data: 'short' }] })
  const readWhole = (text: string) => readJsonWithBlobs(incomingOf({ headers, body: piecesOf(text) }), limits)

  function piecesOf(text: string, size = 50_000): Buffer[] {
    const bytes = Buffer.from(text)
    return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
  }

  it('keeps them as bytes, and writes the same body again', async () => {
    const json = await readWhole(whole())
    expect(JSON.stringify(json.value).length).toBeLessThan(200)
    const written = json.write(json.value).map((piece) => Buffer.from(piece))
    expect(Buffer.concat(written).toString()).toBe(whole())
    const { parts } = json.value as { parts: { data: string }[] }
    expect(json.head(parts[0]?.data ?? '', 16)).toBe(data.slice(0, 16))
    expect(json.head(parts[1]?.data ?? '', 16)).toBe('short')
    expect(json.head(parts[1]?.data ?? '', 3)).toBe('sho')
  })

  it('keeps texts of more than 64 KiB as bytes', async () => {
    const lengthWith = async (size: number) => JSON.stringify((await readWhole(whole('x'.repeat(size)))).value).length
    expect(await lengthWith(65_536)).toBeGreaterThan(65_536)
    expect(await lengthWith(65_537)).toBeLessThan(200)
  })

  it('has one digest for equal bodies, and another where any byte of an image differs', async () => {
    const digest = async (text: string) => {
      const json = await readWhole(text)
      return json.digest(json.value)
    }
    expect(await digest(whole())).toBe(await digest(whole()))
    expect(await digest(whole())).not.toBe(await digest(whole(`${data.slice(0, -1)}x`)))
    expect(await digest(whole())).not.toBe(await digest(whole().replace('fox', 'cat')))
  })

  it.each([
    ['is no base64', `${data}ä`],
    ['holds an escape', `${data}\n`],
  ])('refuses a long text that %s', async (_, image) => {
    expect(await outcome(readWhole(whole(image)))).toBe('A text in the request is too long.')
  })
})
