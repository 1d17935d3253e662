import { describe, expect, it } from 'vitest'
import { refusalIn } from '#server/edge/refusals.ts'
import { readBoundary, readMultipart } from '#server/upstream/multipart.ts'

async function* pieces(parts: readonly string[]) {
  for (const part of parts) yield Buffer.from(part, 'latin1')
}

/** The parts of a form with their bytes, or the status of its refusal. */
async function read(...parts: string[]) {
  const found: Record<string, string> = {}
  let name = ''
  try {
    for await (const event of readMultipart(pieces(parts), 'b')) {
      if (event.kind === 'part') name = event.name
      found[name] = `${found[name] ?? ''}${event.kind === 'bytes' ? event.bytes.toString('latin1') : ''}`
    }
  } catch (error) {
    return refusalIn(error)?.code
  }
  return found
}

const head = (name: string) => `Content-Disposition: form-data; name="${name}"\r\n\r\n`
const form = `--b\r\n${head('one')}first\r\n--b\r\n${head('two')}second\r\n--b--\r\n`

describe('a form', () => {
  it('is read alike in one piece, and byte by byte', async () => {
    const parts = { one: 'first', two: 'second' }
    expect(await read(form)).toEqual(parts)
    expect(await read(...form)).toEqual(parts)
    for (let at = 1; at < form.length; at += 1) expect(await read(form.slice(0, at), form.slice(at))).toEqual(parts)
  })

  it('ends with its last delimiter, with or without a line break after it', async () => {
    expect(await read(form.slice(0, -2))).toEqual({ one: 'first', two: 'second' })
  })

  it('keeps nothing of what follows it', async () => {
    const more = Buffer.alloc(64 * 1024)
    async function* source() {
      yield Buffer.from(form)
      for (let piece = 0; piece < 4_000; piece += 1) yield more
    }
    let parts = 0
    for await (const { kind } of readMultipart(source(), 'b')) parts += Number(kind === 'part')
    expect(parts).toBe(2)
  })

  it.each([
    ['begins with something else', `x${form}`],
    ['has something else after a delimiter', form.replace('--b\r\n', '--bx\n')],
    ['has half of an end', form.replace('--b--', '--b-x')],
    ['breaks off in a head', form.slice(0, 20)],
    ['breaks off in its bytes', form.slice(0, -12)],
    ['breaks off in its end', form.slice(0, -3)],
  ])('that %s is refused', async (_, broken) => {
    expect(await read(broken)).toBe(400)
    expect(await read(...broken)).toBe(400)
  })

  it.each([
    'Content-Disposition: form-data; name="one"',
    'content-disposition:form-data;name="one"',
    'Content-Disposition:  form-data ;  name="one"; filename="a"',
    'Content-Disposition: form-data; filename="a.png"; name="one"',
    'X-First: 1\r\nContent-Disposition: form-data; name="one"\r\nX-Content-Type: multipart/mixed',
    'Content-Disposition: form-data; name="one"\r\nContent-Type: text/multipart/x',
  ])('names its parts in a head: %j', async (lines) => {
    expect(await read(`--b\r\n${lines}\r\n\r\nfirst\r\n--b--`)).toEqual({ one: 'first' })
  })

  it.each([
    'X-Content-Disposition: form-data; name="one"',
    'Content-Disposition: attachment; name="one"',
    'Content-Disposition: form-data; filename="one"',
    'Content-Disposition: form-data; name="one',
    'Content-Disposition: form-data; name=one',
    'Content-Disposition: form-data name="one"',
    'Content-Disposition: form-data; name="one"\r\nContent-Type:multipart/mixed',
    'Content-Disposition: form-data; name="one"\r\nContent-Type:  multipart/mixed',
    'Content-Disposition: form-data; name="one"\r\ncontent-type: MULTIPART/mixed',
  ])('is refused with another head: %j', async (lines) => {
    expect(await read(`--b\r\n${lines}\r\n\r\nfirst\r\n--b--`)).toBe(400)
  })

  it.each([
    ['multipart/form-data; boundary=b', 'b'],
    ['multipart/form-data;boundary=b', 'b'],
    ['Multipart/Form-Data  ;  Boundary=b  ', 'b'],
    ['multipart/form-data; boundary="b; c"', 'b; c'],
    [`multipart/form-data; boundary=${'b'.repeat(70)}`, 'b'.repeat(70)],
    [`multipart/form-data; boundary="${'b'.repeat(70)}"`, 'b'.repeat(70)],
  ])('says its delimiter: %s', (type, boundary) => {
    expect(readBoundary(type)).toBe(boundary)
  })

  it.each([
    undefined,
    'xmultipart/form-data; boundary=b',
    'multipart/form-data boundary=b',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=""',
    'multipart/form-data; boundary="b',
    'multipart/form-data; boundary=b c',
    'multipart/form-data; boundary=b; charset=utf-8',
    'multipart/form-data; boundary=b,c',
    `multipart/form-data; boundary=${'b'.repeat(71)}`,
    `multipart/form-data; boundary="${'b'.repeat(71)}"`,
  ])('is refused without one: %s', (type) => {
    expect(() => readBoundary(type)).toThrow('An upload must be a form with a boundary.')
  })

  it('has at most eight parts, with heads of at most 4,096 bytes', async () => {
    const parts = (count: number) =>
      `${Array.from({ length: count }, (_, at) => `--b\r\n${head(`p${at}`)}x\r\n`).join('')}--b--`
    expect(Object.keys((await read(parts(8))) ?? {})).toHaveLength(8)
    expect(await read(parts(9))).toBe(400)
    const long = (bytes: number) => {
      const start = 'Content-Disposition: form-data; name="one"\r\nX: '
      return `--b\r\n${start.padEnd(bytes, 'x')}\r\n\r\nfirst\r\n--b--`
    }
    expect(await read(long(4_096))).toEqual({ one: 'first' })
    expect(await read(long(4_097))).toBe(400)
    // It is not read to its end.
    expect(await read(long(100_000).slice(0, 5_000))).toBe(400)
  })

  it('is refused with a sentence', async () => {
    const reading = readMultipart(pieces(['x']), 'b').next()
    await expect(reading).rejects.toThrow('The upload is not a readable form.')
  })
})
