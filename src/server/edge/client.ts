import type { IncomingMessage } from 'node:http'
import ipaddr from 'ipaddr.js'
import { refused } from './refusals.ts'

/** The network of a request: an IPv4 address, or the half of an IPv6 address that belongs to one subscriber. */
export type ClientOf = (incoming: IncomingMessage) => string

const mostForwards = 20
const smallestPrefix = { ipv4: 8, ipv6: 32 }

/**
 * `trusted` is the server in front, an address or network (TRUSTED_PROXY). X-Forwarded-For is used only in requests
 * from there, and only its last address that is not trusted itself, because the client may have written those before
 * it. Throws a refusal if the header cannot be read.
 */
export function createClientOf(trusted: string | undefined): ClientOf {
  const network = trusted && readNetwork(trusted)
  const isTrusted = (address: string) => (network ? isIn(network, address) : false)
  return ({ socket, headers }) => {
    const near = socket.remoteAddress ?? ''
    const header = headers['x-forwarded-for']
    if (header === undefined || !isTrusted(near)) return networkOf(near)
    const addresses = String(header).split(',')
    if (addresses.length > mostForwards) throw refused(400, 'The request was forwarded too often.')
    const far = addresses.map((address) => address.trim()).findLast((address) => !isTrusted(address))
    if (far === undefined) return networkOf(near)
    if (!ipaddr.isValid(far)) throw refused(400, 'X-Forwarded-For cannot be read.')
    return networkOf(far)
  }
}

/** Whether `text` is one address, or one network that is not most of the Internet. */
export function isTrustable(text: string): boolean {
  const range = readNetwork(text)
  return range !== undefined && range[1] >= smallestPrefix[range[0].kind()]
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number]

function isIn(network: Network, address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return parsed.kind() === network[0].kind() && parsed.match(network)
}

function readNetwork(text: string): Network | undefined {
  if (ipaddr.isValidCIDR(text)) {
    const range = ipaddr.parseCIDR(text)
    // Clients are compared by their IPv4 address, so a network of IPv4-mapped addresses would contain none.
    return range[0] instanceof ipaddr.IPv6 && range[0].isIPv4MappedAddress() ? undefined : range
  }
  // Old spellings such as 127.1 are refused, because they can be read in more than one way.
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/** For IPv6 the first half: the other half belongs to one subscriber. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`
}
