import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readHealth } from '#providers/send.ts'
import { createMemorySubmissions } from '#server/shared/memory/submissions.ts'
import { askProxy, jsonRequest } from '../../support/ask-proxy.ts'
import { openFakeService, type Reply, replyJson } from '../../support/fake-service.ts'
import { canaryKey, openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

const kontextStatus = '/api/v1/flux/kontext/record-info'
const jobsStatus = '/api/v1/jobs/recordInfo'
const credits = '/api/v1/chat/credit'
const link = '/api/v1/common/download-url'

let proxy: ProxyUnderTest
let reply: Reply
const ask = (path: string, asked = {}) => askProxy(proxy.port, path, asked)

beforeEach(async () => {
  reply = (_, outgoing) => replyJson(outgoing, { code: 200, msg: 'success', data: 5916.25 })
  proxy = await openProxyBefore((...args) => reply(...args))
})
afterEach(() => proxy.close())

describe('free questions', () => {
  it('go to the service with the key, and their answers are returned unchanged', async () => {
    const told = await ask(credits)
    expect(told.status).toBe(200)
    expect(told.text).toBe('{"code":200,"msg":"success","data":5916.25}')
    expect(proxy.service.seen).toMatchObject([
      { method: 'GET', url: credits, headers: { authorization: `Bearer ${canaryKey}` } },
    ])
  })

  it.each([kontextStatus, jobsStatus])('%s takes a task id and nothing else', async (path) => {
    await ask(`${path}?taskId=3b1f0a77c2d94e18&more=1&callBackUrl=x`)
    expect(proxy.service.seen).toMatchObject([{ url: `${path}?taskId=3b1f0a77c2d94e18` }])
  })

  it('A10: drop everything else that the browser sends', async () => {
    await ask(credits, {
      headers: {
        authorization: 'Bearer mine',
        cookie: 'session=1',
        'x-api-key': 'mine',
        'x-forwarded-for': '1.2.3.4',
        referer: 'http://localhost/',
        'accept-language': 'de',
        'user-agent': 'browser',
      },
    })
    expect(proxy.service.seen[0]?.headers).toEqual({
      authorization: `Bearer ${canaryKey}`,
      accept: 'application/json',
      'accept-encoding': 'identity',
      host: proxy.service.host,
      connection: 'keep-alive',
    })
  })

  it.each([
    ['parent folders', 'taskId=../../v1/chat/credit'],
    ['an escaped slash', 'taskId=a%2fb'],
    ['a question mark', 'taskId=a%3Fb=1'],
    ['a line feed', 'taskId=a%0d%0aX-Header:%201'],
    ['5 kB', `taskId=${'a'.repeat(5000)}`],
    ['two of them', 'taskId=a&taskId=b'],
    ['nothing', 'taskId='],
    ['no parameter', ''],
  ])('B10: a task id that holds %s is refused', async (_, query) => {
    const told = await ask(`${kontextStatus}?${query}`)
    expect(told.status).toBe(400)
    expect(told.json()).toMatchObject({ code: 400, msg: 'taskId is missing or malformed.', proxy: { sent: 'no' } })
    expect(proxy.service.seen).toEqual([])
  })

  it('pass errors of the service on with their status', async () => {
    reply = (_, outgoing) => replyJson(outgoing, { code: 422, msg: 'record does not exist', data: null }, 422)
    const told = await ask(`${jobsStatus}?taskId=unknown`)
    expect(told.status).toBe(422)
    expect(told.json()).toEqual({ code: 422, msg: 'record does not exist', data: null })
  })

  it('H26: give a page of the service as plain text that nothing runs', async () => {
    reply = (_, outgoing) => outgoing.writeHead(502, { 'content-type': 'text/html' }).end('<script>alert(1)</script>')
    const { status, text, headers } = await ask(credits)
    expect(status).toBe(502)
    expect(text).toBe('<script>alert(1)</script>')
    expect(headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(headers['content-security-policy']).toBe("default-src 'none'; sandbox")
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it('A05: never show the key, even if the service echoes it', async () => {
    reply = (_, outgoing) => replyJson(outgoing, { code: 401, msg: `Unauthorized: Bearer ${canaryKey}` }, 401)
    const told = await ask(credits)
    expect(told.status).toBe(401)
    expect(told.json()).toEqual({ code: 401, msg: 'Unauthorized: Bearer [key]' })
    expect(proxy.logged.join()).not.toContain(canaryKey)
  })

  it('A11: do not follow redirects to other hosts, with or without the key', async () => {
    const elsewhere = await openFakeService((_, outgoing) => outgoing.end())
    for (const status of [301, 302, 307, 308]) {
      reply = (_, outgoing) => outgoing.writeHead(status, { location: `${elsewhere.origin}/api/v1/chat/credit` }).end()
      const told = await ask(credits)
      expect([told.status, told.json().msg]).toEqual([502, 'The answer of the service was cut off.'])
    }
    expect(elsewhere.connections()).toBe(0)
    await elsewhere.close()
  })

  it('U07: an answer that is cut off is refused', async () => {
    reply = (_, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 })
      outgoing.write('{"code":200', () => outgoing.destroy())
    }
    const told = await ask(credits)
    expect(told.status).toBe(502)
    expect(told.json()).toMatchObject({ msg: 'The answer of the service was cut off.', proxy: { sent: 'no' } })
  })

  it('U09: an answer of more than a megabyte is refused', async () => {
    reply = (_, outgoing) => outgoing.end('x'.repeat(1024 * 1024 + 1))
    const told = await ask(credits)
    expect([told.status, told.json().msg]).toEqual([502, 'The answer of the service is too large.'])
    reply = (_, outgoing) => outgoing.end('x'.repeat(1024 * 1024))
    expect((await ask(credits)).status).toBe(200)
  })

  it.each([
    ['application/json', 'application/json; charset=utf-8'],
    ['Application/JSON;charset=UTF-8', 'application/json; charset=utf-8'],
    ['application/problem+json', 'application/json; charset=utf-8'],
    ['application/jsonp', 'text/plain; charset=utf-8'],
    ['text/application/json', 'text/plain; charset=utf-8'],
    ['image/svg+xml', 'text/plain; charset=utf-8'],
  ])('H26: an answer of type %s is passed on as %s', async (given, type) => {
    reply = (_, outgoing) => outgoing.writeHead(200, { 'content-type': given }).end('{}')
    expect((await ask(credits)).headers['content-type']).toBe(type)
  })

  it('H26: an answer without a type is plain text', async () => {
    reply = (_, outgoing) => outgoing.end('{}')
    expect((await ask(credits)).headers['content-type']).toBe('text/plain; charset=utf-8')
  })

  it('A05: a key as short as a word removes no words from answers', async () => {
    const told = await Promise.all(
      ['short', 'secret'].map(async (key) => {
        const echo = await openProxyBefore((_, out) => replyJson(out, { msg: `not ${key}` }), { KIE_API_KEY: key })
        const { text } = await askProxy(echo.port, credits)
        await echo.close()
        return text
      }),
    )
    expect(told).toEqual(['{"msg":"not short"}', '{"msg":"not [key]"}'])
  })

  it('answer with a refusal where the service is not there', async () => {
    await proxy.service.close()
    const told = await ask(credits)
    expect(told.status).toBe(502)
    expect(told.json()).toEqual({ code: 502, msg: 'The service cannot be reached.', proxy: { sent: 'no' } })
    proxy.service.close = async () => undefined
  })
})

describe('links', () => {
  it('are renewed for pictures of the service', async () => {
    reply = (_, outgoing) => replyJson(outgoing, { code: 200, data: 'https://x.r2.cloudflarestorage.com/signed' })
    const url = 'https://tempfile.aiquickdraw.com/r/a.png'
    expect((await ask(link, jsonRequest({ url }))).status).toBe(200)
    expect(proxy.service.seen[0]?.body.toString()).toBe(JSON.stringify({ url }))
  })

  it.each([
    { url: 'https://evil.test/a.png' },
    { url: 'http://tempfile.aiquickdraw.com/a.png' },
    { url: 1 },
    { url: 'https://tempfile.aiquickdraw.com/a.png', callBackUrl: 'https://evil.test' },
    [],
    null,
  ])('are not asked for with %j', async (body) => {
    const told = await ask(link, jsonRequest(body))
    expect([told.status, told.json().msg]).toEqual([422, 'Links are renewed for images of the service only.'])
    expect(proxy.service.seen).toEqual([])
  })

  it.each([
    [415, 'The request must be JSON.', 'text/json', '{}'],
    [415, 'The request must be JSON.', 'application/json; charset=latin1', '{}'],
    [415, 'The request must be JSON.', 'xapplication/json', '{}'],
    [400, 'The request is not readable JSON.', 'application/json', '{'],
    [400, 'The request is not readable JSON.', 'application/json', Buffer.from('{"url":"\xff"}', 'latin1')],
    [413, 'The request is larger than 8 KB.', 'application/json', `{"url":"${'a'.repeat(8192)}"}`],
    [422, 'The request holds characters that cannot be sent.', 'application/json', '{"url":"a\\u0000"}'],
  ])('are refused with %i and "%s" for %s', async (code, msg, type, body) => {
    const told = await ask(link, { method: 'POST', headers: { 'content-type': type }, body })
    expect(told.status).toBe(code)
    expect(told.json()).toMatchObject({ code, msg, proxy: { sent: 'no' } })
    expect(proxy.service.seen).toEqual([])
  })

  it('are refused with the name of what cannot be sent', async () => {
    const told = await ask(link, jsonRequest({ url: 'a\ud83e' }))
    const issues = [{ field: 'url', message: 'url holds characters that cannot be sent' }]
    expect(told.json().proxy.issues).toEqual(issues)
  })

  it('are renewed with a type that names its letters, and with a body just as large as may be', async () => {
    const url = 'https://tempfile.aiquickdraw.com/r/a.png'
    const headers = { 'content-type': 'APPLICATION/JSON ; charset=UTF-8' }
    const body = JSON.stringify({ url }).padEnd(8192)
    expect((await ask(link, { method: 'POST', headers, body })).status).toBe(200)
  })
})

describe('the proxy itself', () => {
  it('A09: tells its mode and gateway, and nothing of its environment', async () => {
    const told = await ask('/api/health')
    expect(told.json()).toEqual({ mode: 'live', gateway: 'kie' })
    expect(readHealth(told.json())).toEqual(told.json())
  })

  it('A13: reports an internal error by an id, without its message', async () => {
    const broken = {
      state: 'none' as const,
      toJSON() {
        throw new Error(`broken record ${canaryKey}`)
      },
    }
    const submissions = { ...createMemorySubmissions(), find: async () => broken }
    const failing = await openProxyBefore(reply, {}, { submissions })
    const told = await askProxy(failing.port, '/api/submissions/run-1234567890123')
    expect(told.status).toBe(500)
    expect(told.json().msg).toMatch(/^The proxy failed\. See its log: [\w-]{36}$/)
    expect(failing.logged.join()).not.toContain(canaryKey)
    await failing.close()
  })

  it('answers what is not listed in the envelope of the services', async () => {
    expect((await ask('/api/v1/veo/generate')).json()).toEqual({
      code: 404,
      msg: 'There is nothing at this address.',
      proxy: { sent: 'no' },
    })
  })
})
