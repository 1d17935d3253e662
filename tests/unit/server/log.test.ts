import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLog } from '#server/log.ts'

const key = 'canary-7f3c91d0e5a24b86'

function openLog() {
  const lines: string[] = []
  return { lines, log: createLog([key], (line) => lines.push(line)) }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the log', () => {
  it('A06: has no key of an error that carries the headers of a request', () => {
    const { lines, log } = openLog()
    const request = { _header: `GET / HTTP/1.1\r\nauthorization: Bearer ${key}\r\n` }
    const error = Object.assign(new Error(`connect failed with ${key}`), { request, options: { headers: { key } } })
    log.error({ err: error }, `failed with ${key}`)
    expect(lines).toHaveLength(1)
    expect(lines.join()).not.toContain(key)
    expect(lines.join()).toContain('connect failed with [secret]')
  })

  it('A07: has no key in headers of any spelling, in lists, causes and addresses', () => {
    const { lines, log } = openLog()
    const cause = new Error('inner', { cause: new Error(`innermost ${key}`) })
    log.warn({
      headers: { AUTHORIZATION: `Bearer ${key}`, 'X-Api-Key': [key, key] },
      url: `https://example.test/?key=${key}`,
      err: new Error('outer', { cause }),
    })
    expect(lines.join()).not.toContain(key)
  })

  it.each(['authorization', 'cookie', 'apiKey', 'key', 'token', 'prompt'])(
    'A07: has no value that is called %s, known to it or not, however deep it stands',
    (name) => {
      const { lines, log } = openLog()
      log.warn({ [name]: 'unknown-1', request: { [name]: 'unknown-2', headers: { [name]: 'unknown-3' } } }, 'odd')
      expect(lines.join()).not.toContain('unknown-')
      expect(lines.join().match(/\[Redacted\]/g)).toHaveLength(3)
    },
  )

  it('A08: has no picture and no prompt, and no line of more than 8 kB', () => {
    const { lines, log } = openLog()
    const picture = 'iVBORw0KGgo'.repeat(1_000_000)
    log.error({ err: new Error(`data:image/png;base64,${picture}`), body: { prompt: 'a secret idea' } }, 'failed')
    log.error({ words: 'many words '.repeat(10_000) }, 'failed')
    expect(lines.join()).not.toContain('iVBORw0KGgo')
    expect(lines.join()).toContain('data:image/png;base64,[data]')
    expect(lines.join()).not.toContain('a secret idea')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(8003)
  })

  it('A08: shortens lines of more than 8,000 characters, and only those', () => {
    const { lines, log } = openLog()
    // The time in a line has always the same length.
    log.warn({ words: '' })
    const room = 8_000 - (lines[0]?.length ?? 0)
    log.warn({ words: 'a '.repeat(4_000).slice(0, room) })
    log.warn({ words: 'a '.repeat(4_000).slice(0, room + 1) })
    expect(lines[1]).toHaveLength(8_000)
    expect(lines[1]?.endsWith('}\n')).toBe(true)
    expect(lines[2]).toHaveLength(8_002)
    expect(lines[2]?.endsWith('…\n')).toBe(true)
  })

  it('goes to the standard error output, whose faults end nothing', () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const before = process.stderr.listenerCount('error')
    const log = createLog([key])
    log.warn(`one ${key}`)
    log.warn('two')
    const lines = write.mock.calls.map(([line]) => JSON.parse(String(line)).msg)
    expect(lines).toEqual(['one [secret]', 'two'])
    // One listener for all lines; another listener of the test environment stays.
    expect(process.stderr.listenerCount('error') - before).toBe(1)
    process.stderr.emit('error', new Error('no space left'))
    write.mockImplementation(() => {
      throw new Error('no space left')
    })
    expect(() => log.warn('three')).not.toThrow()
  })

  it('writes one line of JSON for each warning', () => {
    const { lines, log } = openLog()
    log.warn({ path: '/api/v1/jobs/createTask' }, 'a submission has no certain answer')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ path: '/api/v1/jobs/createTask', level: 40 })
    expect(lines[0]?.endsWith('\n')).toBe(true)
  })
})
