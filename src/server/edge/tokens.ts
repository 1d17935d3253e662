import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** An access token and its user's name, if tokens have names. */
export interface NamedToken {
  name: string | undefined
  token: string
}

/** The user behind a token or cookie: `name` if tokens have names, `browser` if it came as a cookie. */
export interface Holder {
  name: string | undefined
  browser?: string
}

/** Checks tokens and makes cookies. Comparisons take the same time whatever differs. */
export interface Tokens {
  readonly isAsked: boolean
  findByToken(token: string): Holder | undefined
  /** Checks every cookie of that name in a Cookie header, because a browser may send several. */
  findByCookie(header: string): Holder | undefined
  hasCookie(header: string): boolean
  /** A cookie for this user, for the same browser as before if there was one. */
  cookieFor(holder: Holder, browser?: string): string
}

export const accessCookie = 'atelier-access'
const longestHeader = 16 * 1024

export function createTokens(tokens: readonly NamedToken[]): Tokens {
  const known = tokens.map(({ name, token }) => ({
    name,
    digest: digest(token),
    // Derived from the token, so that all proxies of a studio accept each other's cookies, and none outlives its token.
    signingKey: digest(`atelier pass ${token}`),
  }))
  const byName = new Map(known.map((one) => [one.name ?? '', one]))
  const sign = (key: Buffer, browser: string) => createHmac('sha256', key).update(browser).digest('base64url')

  function readCookie(value: string): Holder | undefined {
    const [, browser = '', mark = '', name = ''] =
      /^([\w-]{22})\.([\w-]{43})(?:\.([A-Za-z0-9._-]{1,40}))?$/.exec(value) ?? []
    const one = byName.get(name)
    if (!one || browser === '') return undefined
    return isEqual(mark, digest(sign(one.signingKey, browser))) ? { name: one.name, browser } : undefined
  }

  return {
    isAsked: known.length > 0,
    findByToken(token) {
      // All tokens are compared, so that the time does not tell which one matched.
      const given = digest(token)
      const found = known.filter((one) => timingSafeEqual(given, one.digest))
      return found[0] && { name: found[0].name }
    },
    findByCookie: (header) =>
      cookiesIn(header)
        .map(readCookie)
        .find((holder) => holder !== undefined),
    hasCookie: (header) => cookiesIn(header).length > 0,
    cookieFor({ name }, browser = randomBytes(16).toString('base64url')) {
      const key = byName.get(name ?? '')?.signingKey ?? Buffer.alloc(0)
      return `${accessCookie}=${browser}.${sign(key, browser)}${name === undefined ? '' : `.${name}`}`
    },
  }
}

function cookiesIn(header: string): string[] {
  if (header.length > longestHeader) return []
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${accessCookie}=`))
    .map((pair) => pair.slice(accessCookie.length + 1))
}

/** Takes the same time whatever differs, including the length. */
export function isEqual(given: string, expected: Buffer): boolean {
  return timingSafeEqual(digest(given), expected)
}

export function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
