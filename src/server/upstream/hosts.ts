import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Which addresses a name may resolve to. */
export type Reach = 'public' | 'loopback' | 'any'

export interface Destination {
  secure: boolean
  /** Without brackets. */
  host: string
  port: number
  /** As it is written in a Host header. */
  authority: string
  reach: Reach
}

export interface HostRules {
  /** Where a request for this address may go; `undefined` where it may not be asked at all. */
  find(url: URL): Destination | undefined
  /** The same for an address as it was written. */
  read(address: string): URL | undefined
}

/** Azure's own service address: public by its number, private by its use. */
const privateByUse = new Set(['168.63.129.16'])
const longestAddress = 4096

/**
 * Entries without a port are domains: that host and all below it, over https on its usual port, at public addresses.
 * Entries with a port are exact, on this machine, and may be plain http.
 */
export function createHostRules(entries: readonly string[]): HostRules {
  const exact = new Set(entries.filter((entry) => entry.includes(':')))
  const domains = entries.filter((entry) => !entry.includes(':')).map((entry) => entry.replace(/^\./, ''))

  const find = (url: URL): Destination | undefined => {
    if (url.username !== '' || url.password !== '') return undefined
    if (exact.has(url.host) && /^https?:/.test(url.protocol)) return toDestination(url, 'loopback')
    if (url.protocol !== 'https:' || url.port !== '') return undefined
    const isListed = domains.some((domain) => url.hostname === domain || url.hostname.endsWith(`.${domain}`))
    return isListed ? toDestination(url, 'public') : undefined
  }

  return {
    find,
    read(address) {
      // Parsers disagree about these characters; no service uses them in an address.
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

/** Whether a connection to this IP address is within reach. Whatever cannot be read is not. */
export function isReachable(address: string, reach: Reach): boolean {
  if (reach === 'any') return true
  if (isIP(address) === 0) return false
  try {
    const parsed = ipaddr.process(address)
    if (reach === 'loopback') return parsed.range() === 'loopback'
    // Outside 2000::/3 there is no public IPv6 address; ::7f00:1 is an old spelling of 127.0.0.1.
    if (parsed instanceof ipaddr.IPv6 && (parsed.parts[0] ?? 0) >> 13 !== 1) return false
    return parsed.range() === 'unicast' && !privateByUse.has(parsed.toString())
  } catch {
    return false
  }
}
