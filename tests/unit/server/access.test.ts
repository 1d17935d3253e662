import { createHash, createHmac } from 'node:crypto'
import { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { type Access, createAccess as createWith } from '#server/edge/access.ts'
import { networkOf } from '#server/edge/client.ts'
import { createGuesses } from '#server/edge/guesses.ts'
import { refusalIn } from '#server/edge/refusals.ts'
import type { Log } from '#server/log.ts'
import { answerOf, incomingOf } from '../../support/incoming.ts'

const token = 'a-token-of-enough-length'

const createAccess = (given: string | undefined, isSecure: boolean) =>
  createWith({ tokens: given === undefined ? [] : [{ name: undefined, token: given }], isSecure })

/** One that counts wrong tokens, and the lines that it logs about them. */
function createLogged() {
  const lines: object[] = []
  const log = { warn: (line: object) => void lines.push(line) } as unknown as Log
  const guesses = createGuesses({ now: () => 0 })
  const access = createWith({ tokens: [{ name: undefined, token }], isSecure: false, log, guesses })
  return { access, lines }
}

const from = (remoteAddress?: string, headers: Record<string, string> = {}) =>
  incomingOf({ headers, ...(remoteAddress === undefined ? {} : { remoteAddress }) })

/** Gives the cookie, or why there is none. */
async function enterFrom(access: Access, remoteAddress: string, given = token) {
  const headers = { 'content-type': 'application/json' }
  const asked = incomingOf({ headers, remoteAddress, body: JSON.stringify({ token: given }) })
  try {
    const { status, headers } = await answerOf(asked, access.enter)
    return `${status} ${headers['set-cookie']}`
  } catch (error) {
    return (error as Error).message
  }
}

/** What a cookie of this browser would be, signed with a key made of these words. */
function forge(words: string): Record<string, string> {
  const browser = 'A'.repeat(22)
  const key = createHash('sha256').update(words).digest()
  return { cookie: `atelier-access=${browser}.${createHmac('sha256', key).update(browser).digest('base64url')}` }
}

async function cookieOf(access: Access, address = '10.0.0.1'): Promise<Record<string, string>> {
  return { cookie: /(atelier-access=[^;]+)/.exec(await enterFrom(access, address))?.[1] ?? '' }
}

describe('a cookie', () => {
  it('B09: is accepted by every proxy with the same token, and by no other', async () => {
    const cookie = await cookieOf(createAccess(token, false))
    expect(createAccess(token, false).isAllowed(from('10.0.0.2', cookie))).toBe(true)
    expect(createAccess(`${token}2`, false).isAllowed(from('10.0.0.2', cookie))).toBe(false)
  })

  it.each(['', 'atelier pass ', 'atelier pass undefined'])(
    'B09: signed with something everyone knows ("%s") is refused',
    (words) => {
      expect(createAccess(token, false).isAllowed(from('10.0.0.1', forge(words)))).toBe(false)
    },
  )

  it('B09: does not identify anyone without a token', () => {
    const open = createAccess(undefined, false)
    for (const words of ['', 'atelier pass undefined', 'atelier pass ']) {
      expect(open.userOf(from('10.0.0.1', forge(words)))).toBe('from 10.0.0.1')
    }
  })

  it('is sent over https only if the proxy is reached by https', async () => {
    expect(await enterFrom(createAccess(token, true), '10.0.0.1')).toMatch(/; SameSite=Strict; Secure$/)
    expect(await enterFrom(createAccess(token, false), '10.0.0.1')).toMatch(/; SameSite=Strict$/)
  })

  it('is given where a token was asked for, and only there', async () => {
    expect(await enterFrom(createAccess(token, false), '10.0.0.1')).toMatch(/^204 atelier-access=/)
    expect(await enterFrom(createAccess(undefined, false), '10.0.0.1', 'anything')).toBe('204 undefined')
  })
})

describe('a browser that enters again', () => {
  const tokens = ['anna', 'ben'].map((name) => ({ name, token: `${token}-of-${name}` }))
  const browserIn = (cookie: string | undefined) => /=([\w-]{22})\./.exec(cookie ?? '')?.[1]

  async function enterWith(access: Access, given: string, before: Record<string, string> = {}) {
    const headers = { 'content-type': 'application/json', ...before }
    const { headers: told } = await answerOf(
      incomingOf({ headers, body: JSON.stringify({ token: given }) }),
      access.enter,
    )
    return { cookie: String(told['set-cookie']).split(';')[0] ?? '' }
  }

  it('stays the same one for the same user, so that it gets no second budget', async () => {
    const named = createWith({ tokens, isSecure: false })
    const first = await enterWith(named, `${token}-of-anna`)
    expect(browserIn(first.cookie)).toBeDefined()
    expect(await enterWith(named, `${token}-of-anna`, first)).toEqual(first)
    const plain = createAccess(token, false)
    const only = await enterWith(plain, token)
    expect(await enterWith(plain, token, only)).toEqual(only)
  })

  it('is another one for another user', async () => {
    const access = createWith({ tokens, isSecure: false })
    const anna = await enterWith(access, `${token}-of-anna`)
    const ben = await enterWith(access, `${token}-of-ben`, anna)
    expect(browserIn(ben.cookie)).toBeDefined()
    expect(browserIn(ben.cookie)).not.toBe(browserIn(anna.cookie))
    expect([anna, ben].map((cookie) => access.userOf(from('10.0.0.1', cookie)))).toEqual(['name anna', 'name ben'])
    expect([anna, ben].map((cookie) => access.nameOf(from('10.0.0.1', cookie)))).toEqual(['anna', 'ben'])
  })
})

describe('a cookie of a token that was removed', () => {
  function refuse(access: Access, headers: Record<string, string>) {
    const incoming = incomingOf({ headers, remoteAddress: '10.0.0.1' })
    const outgoing = new ServerResponse(incoming)
    let refusal: unknown
    try {
      access.check(incoming, 'user', outgoing)
    } catch (error) {
      refusal = refusalIn(error)
    }
    return { refusal, cleared: outgoing.getHeader('set-cookie') }
  }
  const refusal = { code: 401, msg: 'This proxy requires its access token.', proxy: { sent: 'no' } }
  const cookie = 'atelier-access=of-a-token-that-was-removed'

  it('is deleted in the browser, in the scope in which it was set', () => {
    const cleared = 'atelier-access=; Path=/api; HttpOnly; Max-Age=0; SameSite='
    expect(refuse(createAccess(token, false), { cookie })).toEqual({ refusal, cleared: `${cleared}Strict` })
    expect(refuse(createAccess(token, true), { cookie })).toEqual({ refusal, cleared: `${cleared}Strict; Secure` })
    expect(refuse(createAccess(token, true), { cookie, 'sec-fetch-site': 'cross-site' })).toEqual({
      refusal,
      cleared: `${cleared}None; Secure; Partitioned`,
    })
  })

  it('is counted as a wrong token; a request without one is not, and deletes nothing', () => {
    const { access, lines } = createLogged()
    expect(refuse(access, {})).toEqual({ refusal, cleared: undefined })
    expect(refuse(access, { cookie: 'theme=dark' })).toEqual({ refusal, cleared: undefined })
    expect(lines).toEqual([])
    expect(refuse(access, { authorization: 'Bearer wrong' })).toEqual({ refusal, cleared: undefined })
    for (let count = 0; count < 4; count += 1) refuse(access, { cookie })
    // Each time the count doubles.
    expect(lines).toEqual([1, 2, 4].map((wrong) => ({ client: '10.0.0.1', wrong })))
  })

  it('counts once for each request, however often it is looked at', () => {
    const { access, lines } = createLogged()
    expect(access.isAllowed(from('10.0.0.1'))).toBe(false)
    expect(lines).toEqual([])
    expect(access.isAllowed(from('10.0.0.1', { cookie }))).toBe(false)
    expect(lines).toHaveLength(1)
  })

  it('is not what a right token or cookie is', async () => {
    const { access, lines } = createLogged()
    expect(access.isAllowed(from('10.0.0.1', { authorization: `Bearer ${token}` }))).toBe(true)
    expect(access.isAllowed(from('10.0.0.1', await cookieOf(access)))).toBe(true)
    expect(lines).toEqual([])
  })
})

describe('the tokens of the administrator and of a monitor', () => {
  const access = () =>
    createWith({
      tokens: [],
      adminToken: 'the-token-of-admins',
      metricsToken: 'the-token-of-monitors',
      isSecure: false,
      guesses: createGuesses({ now: () => 0 }),
    })
  const codeOf = (who: 'admin' | 'monitor', authorization?: string, open = access()) => {
    try {
      const incoming = from('10.0.0.1', authorization === undefined ? {} : { authorization })
      open.check(incoming, who, new ServerResponse(incoming))
      return 200
    } catch (error) {
      return refusalIn(error)
    }
  }
  const refusal = { code: 401, msg: 'This address requires its own token.', proxy: { sent: 'no' } }

  it('open their own addresses, and not each other’s', () => {
    expect(codeOf('admin', 'Bearer the-token-of-admins')).toBe(200)
    expect(codeOf('monitor', 'Bearer the-token-of-monitors')).toBe(200)
    expect(codeOf('admin', 'Bearer the-token-of-monitors')).toEqual(refusal)
    expect(codeOf('monitor', 'Bearer the-token-of-admins')).toEqual(refusal)
    expect(codeOf('admin')).toEqual(refusal)
  })

  it('are nothing where they are not set', () => {
    const open = createWith({ tokens: [], isSecure: false })
    for (const who of ['admin', 'monitor'] as const) {
      expect(codeOf(who, 'Bearer undefined', open)).toEqual(refusal)
      expect(codeOf(who, undefined, open)).toEqual(refusal)
    }
  })

  it('are guessed at the same price as the others; a request without one costs nothing', () => {
    const open = access()
    for (let count = 0; count < 100; count += 1) expect(codeOf('admin', undefined, open)).toEqual(refusal)
    const codes = Array.from({ length: 40 }, () => codeOf('admin', 'Bearer wrong', open))
    expect(codes[0]).toEqual(refusal)
    expect(codes.at(-1)).toMatchObject({ code: 429, proxy: { sent: 'no', retryAfterMs: expect.any(Number) } })
    expect(codeOf('admin', 'Bearer the-token-of-admins', open)).toBe(200)
  })
})

describe('a user', () => {
  it('B12: is the browser that has entered, or the network it comes from', async () => {
    const access = createAccess(token, false)
    const [one, two] = [await cookieOf(access), await cookieOf(access)]
    const users = [
      from('10.0.0.1'),
      from('10.0.0.2'),
      from('10.0.0.1', one),
      from('10.0.0.2', one),
      from('10.0.0.1', two),
    ]
    const [address, other, browser, elsewhere, second] = users.map((incoming) => access.userOf(incoming))
    expect([address, other]).toEqual(['from 10.0.0.1', 'from 10.0.0.2'])
    expect(browser).toMatch(/^browser [\w-]{22}$/)
    expect(elsewhere).toBe(browser)
    expect(second).not.toBe(browser)
  })

  it('of a connection that has no address any more is a user, too', () => {
    expect(createAccess(undefined, false).userOf(from(undefined))).toBe('from ')
    expect(networkOf('')).toBe('')
    expect(networkOf('somewhere')).toBe('somewhere')
  })
})

describe('the token', () => {
  it('G3: is never refused because of wrong ones, which have to wait longer and longer', async () => {
    const access = createAccess(token, false)
    const wrong = 'This is not the access token of the proxy.'
    for (let count = 0; count < 20; count += 1) expect(await enterFrom(access, '10.0.0.1', 'wrong')).toBe(wrong)
    for (let count = 0; count < 50; count += 1) {
      expect(await enterFrom(access, '10.0.0.1', 'wrong')).toBe('Too many wrong tokens. Wait before you try again.')
    }
    expect(await enterFrom(access, '10.0.0.1')).toMatch(/^204/)
    expect(await enterFrom(access, '10.0.0.2')).toMatch(/^204/)
    expect(await enterFrom(access, '10.0.0.2', 'wrong')).toBe(wrong)
  })
})
