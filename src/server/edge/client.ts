import type { IncomingMessage } from 'node:http'
import ipaddr from 'ipaddr.js'
import { refused } from './refusals.ts'

/** The network that a request comes from: an address, or the half of an IPv6 address that one subscriber has. */
export type ClientOf = (incoming: IncomingMessage) => string

const mostForwards = 20
const smallestPrefix = { ipv4: 8, ipv6: 32 }

/**
 * `trusted` is the server in front: one address or network, as TRUSTED_PROXY names it. Only where a request comes from
 * there does X-Forwarded-For count, and of it only the last address that is not trusted itself: what stands before it is
 * whatever the client wrote. Throws a refusal where the header cannot be read.
 */
export function createClientOf(trusted: string | undefined): ClientOf {
  const isTrusted = trusted === undefined ? () => false : createNetworkTest(trusted)
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

/** Whether `text` names one address, or one network that is not most of the world. */
export function isTrustable(text: string): boolean {
  const range = readNetwork(text)
  return range !== undefined && range[1] >= smallestPrefix[range[0].kind()]
}

function createNetworkTest(network: string): (address: string) => boolean {
  const range = readNetwork(network)
  return (address) => {
    if (!range || !ipaddr.isValid(address)) return false
    const parsed = ipaddr.process(address)
    return parsed.kind() === range[0].kind() && parsed.match(range)
  }
}

function readNetwork(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  // Old spellings such as 127.1 are left out: they are read in more than one way.
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/** Of IPv6 the first half: one subscriber has all of the other. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`
}
