import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod/mini'
import type { Log } from '#server/log.ts'
import { readJson } from './body.ts'
import { type ClientOf, createClientOf } from './client.ts'
import { createGuesses, type Guesses } from './guesses.ts'
import { type Handler, refused } from './refusals.ts'
import type { Who } from './routes.ts'
import { accessCookie, createTokens, digest, type Holder, isEqual, type NamedToken } from './tokens.ts'

/** Who may use a proxy, and how users are told apart. */
export interface Access {
  /** Throws a refusal if this request is not allowed. Wrong tokens are counted; right ones are always accepted. */
  check(incoming: IncomingMessage, who: Who, outgoing: ServerResponse): void
  /** Whether a user sent the request. A wrong token is counted. */
  isAllowed(incoming: IncomingMessage): boolean
  /** For budgets and limits: the user's name, else the browser that entered a token, else the network. */
  userOf(incoming: IncomingMessage): string
  /** The user's name, if tokens have names. */
  nameOf(incoming: IncomingMessage): string | undefined
  /** `POST /api/access {token}`: sets the cookie. */
  enter: Handler
}

export interface AccessSettings {
  /** Empty: everyone who can reach the proxy may use it, which then is this machine only. */
  tokens: readonly NamedToken[]
  /** For `GET /api/spend`. */
  adminToken?: string | undefined
  /** For `GET /metrics`. */
  metricsToken?: string | undefined
  /** Whether browsers reach the proxy over https. */
  isSecure: boolean
  clientOf?: ClientOf
  guesses?: Guesses
  log?: Log
}

const Asked = z.strictObject({ token: z.string().check(z.maxLength(200)) })
const bodyLimits = { bytes: 4096, levels: 2, members: 4 }
const cookieAgeSeconds = 30 * 24 * 60 * 60

interface Shown {
  holder: Holder | undefined
  /** A token or cookie that is nobody's. */
  isWrong: boolean
}

export function createAccess(settings: AccessSettings): Access {
  const { isSecure, clientOf = createClientOf(undefined), guesses = createGuesses(), log } = settings
  const countGuess = createGuessCounter(clientOf, guesses, log)
  const refuseGuess = (incoming: IncomingMessage, msg: string) => refusalOfGuess(countGuess(incoming), msg)
  const tokens = createTokens(settings.tokens)
  const special = {
    admin: settings.adminToken === undefined ? undefined : digest(settings.adminToken),
    monitor: settings.metricsToken === undefined ? undefined : digest(settings.metricsToken),
  }
  const seen = new WeakMap<IncomingMessage, Shown>()

  /** Computed once per request: it needs several digests, and a wrong token must count once. */
  function shownBy(incoming: IncomingMessage): Shown {
    const known = seen.get(incoming)
    if (known) return known
    const { authorization, cookie } = incoming.headers
    const bearer = bearerIn(authorization)
    const holder = (bearer === undefined ? undefined : tokens.findByToken(bearer)) ?? tokens.findByCookie(cookie)
    const isWrong = holder === undefined && (Boolean(authorization) || tokens.hasCookie(cookie))
    const shown = { holder, isWrong }
    seen.set(incoming, shown)
    return shown
  }

  function checkSpecial(incoming: IncomingMessage, expected: Buffer | undefined): void {
    const given = bearerIn(incoming.headers.authorization)
    if (given !== undefined && expected && isEqual(given, expected)) return
    const msg = 'This address requires its own token.'
    throw given === undefined ? refused(401, msg) : refuseGuess(incoming, msg)
  }

  const holderOf = (incoming: IncomingMessage) => (tokens.isAsked ? shownBy(incoming).holder : undefined)

  return {
    check(incoming, who, outgoing) {
      if (who === 'admin' || who === 'monitor') return checkSpecial(incoming, special[who])
      if (who !== 'user' || !tokens.isAsked) return
      const shown = shownBy(incoming)
      if (shown.holder) return
      const msg = 'This proxy requires its access token.'
      if (!shown.isWrong) throw refused(401, msg)
      // A cookie of a removed token would otherwise be sent, and counted, with every further request.
      if (tokens.hasCookie(incoming.headers.cookie)) {
        outgoing.setHeader(
          'set-cookie',
          `${accessCookie}=; Path=/api; HttpOnly; Max-Age=0; ${scopeFor(incoming, isSecure)}`,
        )
      }
      throw refuseGuess(incoming, msg)
    },
    isAllowed(incoming) {
      if (!tokens.isAsked) return true
      const shown = shownBy(incoming)
      if (shown.isWrong) countGuess(incoming)
      return shown.holder !== undefined
    },
    userOf(incoming) {
      const holder = holderOf(incoming)
      if (holder?.name !== undefined) return `name ${holder.name}`
      return holder?.browser === undefined ? `from ${clientOf(incoming)}` : `browser ${holder.browser}`
    },
    nameOf: (incoming) => holderOf(incoming)?.name,
    async enter(incoming, outgoing) {
      const asked = Asked.safeParse(await readJson(incoming, bodyLimits))
      const holder = asked.success ? tokens.findByToken(asked.data.token) : undefined
      if (tokens.isAsked && !holder) throw refuseGuess(incoming, 'This is not the access token of the proxy.')
      // Entering the token again must not give a second budget.
      const before = tokens.findByCookie(incoming.headers.cookie)
      const browser = before?.name === holder?.name ? before?.browser : undefined
      const pass = holder && `${tokens.cookieFor(holder, browser)}; Path=/api; HttpOnly; Max-Age=${cookieAgeSeconds}`
      outgoing.writeHead(204, {
        ...(pass === undefined ? {} : { 'set-cookie': `${pass}; ${scopeFor(incoming, isSecure)}` }),
        'cache-control': 'no-store',
      })
      outgoing.end()
    },
  }
}

/** Counts one wrong token of the sender. Gives the pause before the next one, in ms. */
function createGuessCounter(clientOf: ClientOf, guesses: Guesses, log: Log | undefined) {
  return (incoming: IncomingMessage) => {
    const client = clientOf(incoming)
    const { pauseMs, count } = guesses.note(client)
    // Logged each time the count doubles, so that the log cannot be flooded.
    if ((count & (count - 1)) === 0) log?.warn({ client, wrong: count }, 'wrong access tokens')
    return pauseMs
  }
}

function refusalOfGuess(pauseMs: number, msg: string): Error {
  if (pauseMs === 0) return refused(401, msg)
  return refused(429, 'Too many wrong tokens. Wait before you try again.', { retryAfterMs: pauseMs })
}

function bearerIn(authorization: string | undefined): string | undefined {
  return authorization?.match(/^Bearer (\S+)$/)?.[1]
}

/**
 * A browser sends the cookie with requests from a page on another site only if the cookie says so; it then must be
 * `Secure` and is partitioned by that page's site. Another port of the same host is the same site.
 */
function scopeFor({ headers }: IncomingMessage, isSecure: boolean): string {
  if (headers['sec-fetch-site'] === 'cross-site') return 'SameSite=None; Secure; Partitioned'
  return isSecure ? 'SameSite=Strict; Secure' : 'SameSite=Strict'
}
