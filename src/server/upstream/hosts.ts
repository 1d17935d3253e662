import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** The addresses to which a name may resolve. */
export type Reach = 'public' | 'loopback' | 'any'

export interface Destination {
  secure: boolean
  /** Without brackets. */
  host: string
  port: number
  /** As in a Host header. */
  authority: string
  reach: Reach
}

export interface HostRules {
  /** Where a request for this URL may go; `undefined` if it is not allowed. */
  find(url: URL): Destination | undefined
  /** The same for an address as text. */
  read(address: string): URL | undefined
}

/** Azure's own service address, which is in a public range but used privately. */
const privateByUse = new Set(['168.63.129.16'])
const longestAddress = 4096
const webProtocols = new Set(['http:', 'https:'])

/**
 * Entries without a port are domains: that host and its subdomains, over https on the default port, at public
 * addresses. Entries with a port are exact, on this machine, and may be plain http.
 */
export function createHostRules(entries: readonly string[]): HostRules {
  const exact = new Set(entries.filter((entry) => entry.includes(':')))
  const domains = entries.filter((entry) => !entry.includes(':')).map((entry) => entry.replace(/^\./, ''))

  const find = (url: URL): Destination | undefined => {
    if (url.username !== '' || url.password !== '') return undefined
    if (exact.has(url.host) && webProtocols.has(url.protocol)) return toDestination(url, 'loopback')
    if (url.protocol !== 'https:' || url.port !== '') return undefined
    const isListed = domains.some((domain) => url.hostname === domain || url.hostname.endsWith(`.${domain}`))
    return isListed ? toDestination(url, 'public') : undefined
  }

  return {
    find,
    read(address) {
      // Parsers disagree about these characters, and no service uses them in an address.
      if (address.length > longestAddress || /[\\\s\p{Cc}]/u.test(address) || !URL.canParse(address)) return undefined
      const url = new URL(address)
      return find(url) && url
    },
  }
}

export function toDestination(url: URL, reach: Reach): Destination {
  const secure = url.protocol === 'https:'
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  return { secure, host: url.hostname.replace(/[[\]]/g, ''), port, authority: url.host, reach }
}

/** Whether this IP address is within reach. One that cannot be parsed is not. */
export function isReachable(address: string, reach: Reach): boolean {
  if (reach === 'any') return true
  if (isIP(address) === 0) return false
  try {
    const parsed = ipaddr.process(address)
    if (reach === 'loopback') return parsed.range() === 'loopback'
    // There is no public IPv6 address outside 2000::/3; ::7f00:1 is an old spelling of 127.0.0.1.
    if (parsed instanceof ipaddr.IPv6 && (parsed.parts[0] ?? 0) >> 13 !== 1) return false
    return parsed.range() === 'unicast' && !privateByUse.has(parsed.toString())
  } catch {
    return false
  }
}
