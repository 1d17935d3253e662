import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import * as z from 'zod/mini'
import { readJson } from './body.ts'
import { type Handler, refused } from './refusals.ts'

const Asked = z.strictObject({ token: z.string().check(z.maxLength(1000)) })
const cookieName = 'atelier-access'
const mostBytes = 4096
const cookieAgeSeconds = 30 * 24 * 60 * 60

/** Who may use a proxy that asks for a token. */
export interface Access {
  /** By the token itself, or by the cookie that `enter` gave. */
  isAllowed(incoming: IncomingMessage): boolean
  /** `POST /api/access {token}`: gives the cookie. */
  enter: Handler
}

/** Without a token everybody who reaches the proxy may use it; it listens on this machine only then. */
export function createAccess(token: string | undefined, isSecure: boolean): Access {
  const tokenDigest = digest(token ?? '')
  // The cookie is not the token: what a browser keeps does not open the proxy elsewhere as a bearer.
  const pass = createHash('sha256').update(`atelier pass ${token}`).digest('base64url')
  const passDigest = digest(pass)
  const isToken = (given: string) => timingSafeEqual(digest(given), tokenDigest)

  return {
    isAllowed({ headers }) {
      if (token === undefined) return true
      const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1]
      if (bearer !== undefined && isToken(bearer)) return true
      const cookie = new RegExp(`(?:^|; )${cookieName}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1]
      return cookie !== undefined && timingSafeEqual(digest(cookie), passDigest)
    },
    async enter(incoming, outgoing) {
      const asked = Asked.safeParse(await readJson(incoming, mostBytes))
      if (token !== undefined && !(asked.success && isToken(asked.data.token))) {
        throw refused(401, 'This is not the access token of the proxy.')
      }
      const flags = `Path=/api; HttpOnly; SameSite=Strict; Max-Age=${cookieAgeSeconds}${isSecure ? '; Secure' : ''}`
      outgoing.writeHead(204, {
        ...(token === undefined ? {} : { 'set-cookie': `${cookieName}=${pass}; ${flags}` }),
        'cache-control': 'no-store',
      })
      outgoing.end()
    },
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
