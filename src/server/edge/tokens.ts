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
  findByCookie(header: string | undefined): Holder | undefined
  hasCookie(header: string | undefined): boolean
  /** A cookie for a holder found here, for the same browser as before if there was one. */
  cookieFor(holder: Holder, browser?: string): string
}

export const accessCookie = 'atelier-access'
/** A random id of 16 bytes, and the SHA-256 that signs it, both in base64url. */
const browserLength = 22
const signatureLength = 43

export function createTokens(tokens: readonly NamedToken[]): Tokens {
  const known = tokens.map(({ name, token }) => ({ name, digest: digest(token) }))
  // Derived from the token, so that all proxies of a studio accept each other's cookies, and none outlives its token.
  const signingKeys = new Map(tokens.map(({ name, token }) => [name, digest(`atelier pass ${token}`)]))

  /** The value of a cookie: browser, signature and name. `undefined` if nobody has that name. */
  function passFor(name: string | undefined, browser: string): string | undefined {
    const key = signingKeys.get(name)
    if (key === undefined) return undefined
    const signature = createHmac('sha256', key).update(browser).digest('base64url')
    return [browser, signature, ...(name === undefined ? [] : [name])].join('.')
  }

  /** Whatever is not ours differs from the pass that we would have given. */
  function readCookie(value: string): Holder | undefined {
    const browser = value.slice(0, browserLength)
    const name = value.slice(browserLength + signatureLength + '..'.length) || undefined
    const pass = passFor(name, browser)
    return pass !== undefined && isEqual(value, digest(pass)) ? { name, browser } : undefined
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
      return `${accessCookie}=${passFor(name, browser)}`
    },
  }
}

function cookiesIn(header: string | undefined): string[] {
  if (header === undefined) return []
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
