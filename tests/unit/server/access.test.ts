import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Access, createAccess as createWith } from '#server/edge/access.ts'
import { networkOf } from '#server/edge/client.ts'
import { answerOf, incomingOf } from '../../support/incoming.ts'

const token = 'a-token-of-enough-length'

const createAccess = (given: string | undefined, isSecure: boolean) =>
  createWith({ tokens: given === undefined ? [] : [{ name: undefined, token: given }], isSecure })

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
