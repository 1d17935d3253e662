import { describe, expect, it, vi } from 'vitest'
import { testConnection } from '#app/connection.ts'

const json =
  (body: unknown, status = 200) =>
  async () =>
    new Response(JSON.stringify(body), { status })
const dead = () => Promise.reject(new TypeError('Failed to fetch'))

describe('Test connection', () => {
  it('shows the mode and the gateway of a proxy that answers', async () => {
    const asked: string[] = []
    const fetchImpl = async (url: RequestInfo | URL) => {
      asked.push(String(url))
      return new Response(JSON.stringify({ mode: 'live', gateway: 'kie' }))
    }
    const found = await testConnection('http://localhost:4000/api/', fetchImpl)
    expect(found).toEqual({ ok: true, mode: 'live', gateway: 'kie' })
    expect(asked).toEqual(['http://localhost:4000/api/health'])
  })

  it.each([
    ['a refusal', json({ code: 403, msg: 'no' }, 403), /refuses this page \(403\)/],
    ['other JSON', json({ hello: 'world' }), /not this proxy/],
    ['a web page', async () => new Response('<!doctype html><title>Hi</title>'), /web page answers/],
    ['nonsense', async () => new Response('pong'), /not from a proxy/],
    ['nothing', dead, /cannot be reached: nothing answers/],
    ['no answer in time', () => Promise.reject(new DOMException('late', 'TimeoutError')), /No answer within 8 seconds/],
  ])('says so when it finds %s', async (_, fetchImpl, words) => {
    const found = await testConnection('/api', fetchImpl as typeof fetch)
    expect(found).toEqual({ ok: false, message: expect.stringMatching(words) })
  })

  it('distinguishes a proxy that does not allow this page from one that is unreachable', async () => {
    const fetchImpl = async (_url: RequestInfo | URL, init?: RequestInit) =>
      init?.mode === 'no-cors' ? new Response(null) : dead()
    const found = await testConnection('http://elsewhere.example/api', fetchImpl)
    expect(found).toEqual({ ok: false, message: expect.stringMatching(/does not allow pages from .*ALLOWED_ORIGINS/) })
  })

  it('says so when the content security policy forbids the address', async () => {
    const fetchImpl = () => {
      const event = Object.assign(new Event('securitypolicyviolation'), { effectiveDirective: 'connect-src' })
      document.dispatchEvent(event)
      return dead()
    }
    const found = await testConnection('http://elsewhere.example/api', fetchImpl)
    expect(found).toEqual({ ok: false, message: expect.stringMatching(/security policy/) })
  })

  it.each(['http://', 'localhost:3000/api', '//elsewhere/api', 'api'])(
    'sends no request if "%s" is not an address',
    async (address) => {
      const fetchImpl = vi.fn(dead)
      const found = await testConnection(address, fetchImpl)
      expect(found).toEqual({ ok: false, message: expect.stringMatching(/isn't an address/) })
      expect(fetchImpl).not.toHaveBeenCalled()
    },
  )
})
