import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import ipaddr from 'ipaddr.js'
import * as z from 'zod/mini'
import { createMemoryBudget, minuteMs } from '#server/shared/memory/budget.ts'
import { readJson } from './body.ts'
import { type Handler, refused } from './refusals.ts'

const Asked = z.strictObject({ token: z.string().check(z.maxLength(1000)) })
const cookieName = 'atelier-access'
const mostBytes = 4096
const cookieAgeSeconds = 30 * 24 * 60 * 60
/** Wrong tokens from one network in a minute. */
const mostTries = 20

/** Who may use a proxy that asks for a token, and who they are. */
export interface Access {
  /** By the token itself, or by the cookie that `enter` gave. */
  isAllowed(incoming: IncomingMessage): boolean
  /** For budgets: the browser that entered, else the network address, whatever its headers claim. */
  userOf(incoming: IncomingMessage): string
  /** `POST /api/access {token}`: gives the cookie. */
  enter: Handler
}

/** Without a token everybody who reaches the proxy may use it; it listens on this machine only then. */
export function createAccess(token: string | undefined, isSecure: boolean): Access {
  const tokenDigest = digest(token ?? '')
  // Made of the token, so that every proxy of a studio knows the cookies of the others, and none outlives the token.
  const signingKey = digest(`atelier pass ${token}`)
  const sign = (browser: string) => createHmac('sha256', signingKey).update(browser).digest('base64url')
  const isToken = (given: string) => isEqual(given, tokenDigest)
  const tries = createMemoryBudget({
    userRunsPerMinute: mostTries,
    userDailyCredits: undefined,
    dailyCredits: undefined,
  })

  /** One token is shared by all; an id of its own tells each browser that has entered it from the others. */
  function browserOf({ headers }: IncomingMessage): string | undefined {
    const [, browser, mark] =
      new RegExp(`(?:^|; )${cookieName}=([\\w-]{22})\\.([\\w-]{43})(?:;|$)`).exec(headers.cookie ?? '') ?? []
    return token !== undefined && browser && mark && isEqual(mark, digest(sign(browser))) ? browser : undefined
  }

  return {
    isAllowed(incoming) {
      if (token === undefined) return true
      const bearer = /^Bearer (\S+)$/.exec(incoming.headers.authorization ?? '')?.[1]
      return (bearer !== undefined && isToken(bearer)) || browserOf(incoming) !== undefined
    },
    userOf(incoming) {
      const browser = browserOf(incoming)
      return browser === undefined ? `from ${networkOf(incoming.socket.remoteAddress ?? '')}` : `browser ${browser}`
    },
    async enter(incoming, outgoing) {
      const asked = Asked.safeParse(await readJson(incoming, mostBytes))
      const attempt = await tries.take(networkOf(incoming.socket.remoteAddress ?? ''), 0)
      if (!attempt.granted) throw refused(429, 'Too many wrong tokens. Wait a minute.', { retryAfterMs: minuteMs })
      if (token !== undefined && !(asked.success && isToken(asked.data.token))) {
        throw refused(401, 'This is not the access token of the proxy.')
      }
      await attempt.giveBack()
      // Entering again is no way to a second budget.
      const browser = browserOf(incoming) ?? randomBytes(16).toString('base64url')
      const pass = `${cookieName}=${browser}.${sign(browser)}; Path=/api; HttpOnly; Max-Age=${cookieAgeSeconds}`
      outgoing.writeHead(204, {
        ...(token === undefined ? {} : { 'set-cookie': `${pass}; ${scopeFor(incoming, isSecure)}` }),
        'cache-control': 'no-store',
      })
      outgoing.end()
    },
  }
}

/**
 * A browser sends the cookie with requests of a page on another site only if it says so; then it has to be `Secure`, and
 * is kept apart for each such page. Another port of one host is the same site.
 */
function scopeFor({ headers }: IncomingMessage, isSecure: boolean): string {
  if (headers['sec-fetch-site'] === 'cross-site') return 'SameSite=None; Secure; Partitioned'
  return isSecure ? 'SameSite=Strict; Secure' : 'SameSite=Strict'
}

/** The address that is really connected. Of IPv6 the first half: one subscriber has all of the other. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`
}

/** In the same time whatever differs, also the length. */
function isEqual(given: string, expected: Buffer): boolean {
  return timingSafeEqual(digest(given), expected)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
