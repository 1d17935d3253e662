import { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createAccess } from '#server/edge/access.ts'
import { createClientOf } from '#server/edge/client.ts'
import { createGuesses } from '#server/edge/guesses.ts'
import { refusalIn } from '#server/edge/refusals.ts'
import { accessCookie, createTokens } from '#server/edge/tokens.ts'
import { answerOf, incomingOf } from '../../support/incoming.ts'

const anna = { name: 'anna', token: 'the-token-of-anna-1234' }
const ben = { name: 'ben', token: 'the-token-of-ben-12345' }

const from = (remoteAddress: string, headers: Record<string, string> = {}) => incomingOf({ remoteAddress, headers })
const client = (trusted: string | undefined, remote: string, forwarded: string) => {
  try {
    return createClientOf(trusted)(from(remote, { 'x-forwarded-for': forwarded }))
  } catch (error) {
    return refusalIn(error)?.msg
  }
}

describe('the address of a client', () => {
  it('B12: is the one that is connected, whatever the headers claim', () => {
    expect(client(undefined, '10.0.0.9', '1.2.3.4')).toBe('10.0.0.9')
    expect(client('10.0.0.1', '10.0.0.9', '1.2.3.4')).toBe('10.0.0.9')
  })

  it('is told by the trusted server in front: the last one that is not itself', () => {
    expect(client('10.0.0.1', '10.0.0.1', '1.2.3.4')).toBe('1.2.3.4')
    expect(client('10.0.0.0/24', '10.0.0.1', '6.6.6.6, 1.2.3.4, 10.0.0.7')).toBe('1.2.3.4')
    expect(client('10.0.0.0/24', '::ffff:10.0.0.1', '2001:db8:1:2:3::4')).toBe('2001:db8:1:2::/64')
    expect(client('::1', '::1', '1.2.3.4')).toBe('1.2.3.4')
    expect(client('10.0.0.0/24', '10.0.0.1', '10.0.0.8')).toBe('10.0.0.1')
    expect(createClientOf('10.0.0.1')(from('10.0.0.1'))).toBe('10.0.0.1')
  })

  it('is refused where the header cannot be read, or holds forty addresses', () => {
    expect(client('10.0.0.1', '10.0.0.1', 'unknown')).toBe('X-Forwarded-For cannot be read.')
    expect(client('10.0.0.1', '10.0.0.1', '1.2.3.4:80')).toBe('X-Forwarded-For cannot be read.')
    expect(client('10.0.0.1', '10.0.0.1', '')).toBe('X-Forwarded-For cannot be read.')
    for (const [count, told] of [
      [20, '1.2.3.4'],
      [21, 'The request was forwarded too often.'],
      [40, 'The request was forwarded too often.'],
    ] as const) {
      expect(client('10.0.0.1', '10.0.0.1', Array(count).fill('1.2.3.4').join())).toBe(told)
    }
  })
})

describe('wrong tokens', () => {
  const open = () => {
    const clock = { at: 0 }
    return { clock, guesses: createGuesses({ perClient: 3, inAll: 10, now: () => clock.at }) }
  }

  it('are told to wait longer with each, up to a quarter of an hour', () => {
    const { guesses } = open()
    const pauses = Array.from({ length: 20 }, () => guesses.note('a').pauseMs / 1000)
    expect(pauses.slice(0, 6)).toEqual([0, 0, 0, 1, 2, 4])
    expect(Math.max(...pauses)).toBe(900)
  })

  it('share one budget for all clients', () => {
    const { guesses } = open()
    for (let count = 0; count < 10; count += 1) expect(guesses.note(`client ${count}`).pauseMs).toBe(0)
    expect(guesses.note('another').pauseMs).toBe(1000)
  })

  it('are forgotten at the pace of the budget', () => {
    const { guesses, clock } = open()
    for (let count = 0; count < 4; count += 1) guesses.note('a')
    clock.at = 20_000
    expect(guesses.note('a').pauseMs).toBe(1000)
    clock.at = 180_000
    expect(guesses.note('a').pauseMs).toBe(0)
  })

  it('are counted for the last 10,000 clients; the one that was silent longest is forgotten first', () => {
    const guesses = createGuesses({ inAll: 1_000_000, now: () => 0 })
    guesses.note('first')
    guesses.note('second')
    expect(guesses.note('first').count).toBe(2)
    for (let client = 0; client < 9_998; client += 1) guesses.note(`client ${client}`)
    // 10,000 are counted: the two and the others.
    expect(guesses.note('second').count).toBe(2)
    guesses.note('one more')
    expect(guesses.note('second').count).toBe(3)
    expect(guesses.note('first').count).toBe(1)
  })

  it('G3: of every kind count, the right one is let in after a thousand of them, and some are logged', async () => {
    const said: unknown[] = []
    const log = { warn: (about: unknown) => said.push(about), error: () => undefined } as never
    const access = createAccess({ tokens: [anna], adminToken: 'the-token-of-the-admin', isSecure: false, log })
    const status = (headers: Record<string, string>, who: 'user' | 'admin' = 'user') => {
      try {
        const incoming = from('10.0.0.1', headers)
        access.check(incoming, who, new ServerResponse(incoming))
        return 200
      } catch (error) {
        return refusalIn(error)?.code
      }
    }
    const enter = (token: string) =>
      answerOf(
        incomingOf({
          remoteAddress: '10.0.0.1',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ token }),
        }),
        access.enter,
      ).then(
        (told) => told.status,
        (error) => refusalIn(error)?.code,
      )
    for (let count = 0; count < 5; count += 1) {
      expect(status({ authorization: 'Bearer wrong' })).toBe(401)
      expect(status({ cookie: `${accessCookie}=wrong` })).toBe(401)
      expect(status({ authorization: 'Bearer wrong' }, 'admin')).toBe(401)
      expect(await enter('wrong')).toBe(401)
    }
    for (let count = 0; count < 250; count += 1) {
      expect(status({ authorization: 'Bearer wrong' })).toBe(429)
      expect(status({ cookie: `${accessCookie}=wrong` })).toBe(429)
      expect(status({ authorization: 'Bearer wrong' }, 'admin')).toBe(429)
      expect(await enter('wrong')).toBe(429)
    }
    expect(status({})).toBe(401)
    expect(status({ authorization: `Bearer ${anna.token}` })).toBe(200)
    expect(status({ authorization: 'Bearer the-token-of-the-admin' }, 'admin')).toBe(200)
    expect(status({ authorization: `Bearer ${anna.token}` }, 'admin')).toBe(429)
    expect(await enter(anna.token)).toBe(204)
    expect(said.length).toBeGreaterThan(3)
    expect(said.length).toBeLessThan(40)
  })
})

describe('tokens with names', () => {
  const tokens = createTokens([anna, ben])

  it('tell who holds them', () => {
    expect(tokens.findByToken(anna.token)).toEqual({ name: 'anna' })
    expect(tokens.findByToken(ben.token)).toEqual({ name: 'ben' })
    expect(tokens.findByToken('the-token-of-nobody-12')).toBeUndefined()
  })

  it('give cookies that open the proxy for that name alone, and end with their token', () => {
    const cookie = tokens.cookieFor({ name: 'anna' })
    expect(tokens.findByCookie(cookie)).toMatchObject({ name: 'anna' })
    expect(tokens.findByCookie(cookie.replace(/anna$/, 'ben'))).toBeUndefined()
    expect(tokens.findByCookie(cookie.replace(/\.anna$/, ''))).toBeUndefined()
    expect(createTokens([ben]).findByCookie(cookie)).toBeUndefined()
    expect(createTokens([{ ...anna, name: undefined }]).findByCookie(cookie)).toBeUndefined()
    expect(createTokens([anna]).findByCookie(cookie)).toMatchObject({ name: 'anna' })
  })

  it('G11: are found behind a malformed cookie of the same name', () => {
    const cookie = tokens.cookieFor({ name: 'ben' })
    expect(tokens.findByCookie(`${accessCookie}=x; theme=dark; ${cookie}`)).toMatchObject({ name: 'ben' })
    for (const changed of [`${cookie}.`, `${cookie} x`, cookie.replace('=', '=x'), cookie.replace('.', '-')]) {
      expect(tokens.findByCookie(changed)).toBeUndefined()
    }
  })

  it('are the user for budgets, at whatever browser and address', () => {
    const access = createAccess({ tokens: [anna, ben], isSecure: false })
    const bearer = { authorization: `Bearer ${anna.token}` }
    const cookie = { cookie: tokens.cookieFor({ name: 'anna' }) }
    expect([bearer, cookie].map((headers) => access.userOf(from('10.0.0.1', headers)))).toEqual([
      'name anna',
      'name anna',
    ])
    expect(access.nameOf(from('10.0.0.1', cookie))).toBe('anna')
  })
})
