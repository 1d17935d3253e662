import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import ipaddr from 'ipaddr.js'
import { type Destination, toDestination } from './hosts.ts'

/** The outgoing proxy that the environment variables name. */
export interface CompanyProxy {
  address: URL
  /** Entries of NO_PROXY in lower case: hosts that are reached directly. */
  except: readonly string[]
}

/** Time for a company's proxy to open a tunnel, and as much for the TLS handshake in it. */
const usualTunnelMs = 15_000

/**
 * Whether a destination is reached directly: always for this machine, and for what NO_PROXY lists. An entry is "*", a host, a
 * domain with its subdomains (with or without "." or "*." in front), an address or a network, each with an optional port.
 */
export function isBypassed({ host, port, reach }: Destination, { except }: CompanyProxy): boolean {
  return reach === 'loopback' || except.some((entry) => entry === '*' || isOf(host.toLowerCase(), port, entry))
}

function isOf(host: string, port: number, entry: string): boolean {
  if (ipaddr.isValidCIDR(entry)) return isInNetwork(host, entry)
  const [, bracketed, plain = '', onlyPort] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? []
  // An IPv6 address without brackets.
  const name = bracketed ?? (ipaddr.IPv6.isValid(entry) ? entry : plain.replace(/^\*?\./, ''))
  if (name === '' || (onlyPort !== undefined && Number(onlyPort) !== port)) return false
  return host === name || host.endsWith(`.${name}`)
}

function isInNetwork(host: string, network: string): boolean {
  if (!ipaddr.isValid(host)) return false
  const address = ipaddr.process(host)
  const range = ipaddr.parseCIDR(network)
  return address.kind() === range[0].kind() && address.match(range)
}

/**
 * An agent whose connections go through a company's proxy: CONNECT, then TLS with the host itself, so that the proxy
 * sees only its name and port. If the tunnel fails, no byte of the request has been sent. The proxy resolves the name,
 * so the address cannot be checked here.
 */
export function createTunnelAgent(
  proxy: URL,
  options: https.AgentOptions,
  tunnelMs: number = usualTunnelMs,
): https.Agent {
  const agent = new https.Agent(options)
  agent.createConnection = (target, done) => {
    // The agent always gives both.
    const [host, port] = [String(target.host), String(target.port)]
    openTunnel(proxy, `${isIP(host) === 6 ? `[${host}]` : host}:${port}`, tunnelMs)
      .then((socket) => secure(socket, { ...target, servername: isIP(host) === 0 ? host : '' }, tunnelMs))
      .then(
        (socket) => done?.(null, socket),
        (error: Error) => done?.(error, undefined as unknown as Duplex),
      )
    return undefined
  }
  return agent
}

/** The socket after a proxy's "200" to CONNECT. */
function openTunnel(proxy: URL, authority: string, tunnelMs: number): Promise<Duplex> {
  const { secure, host, port } = toDestination(proxy, 'any')
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request({
      host,
      port,
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...authorizationOf(proxy) },
      agent: false,
      timeout: tunnelMs,
    })
    const fail = (socket: Duplex | undefined, why: string) => {
      socket?.destroy()
      reject(new Error(`the company's proxy ${why}`))
    }
    // Node reports every answer to CONNECT as this event, refusals too.
    request.once('connect', ({ statusCode }, socket, head) => {
      socket.on('error', () => undefined)
      // In TLS the client speaks first, so early bytes are an error.
      if (statusCode !== 200 || head.length > 0) return fail(socket, `answered ${statusCode}`)
      resolve(socket)
    })
    request.once('timeout', () => request.destroy(new Error('late')))
    request.once('error', reject)
    request.end()
  })
}

function authorizationOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}

function secure(socket: Duplex, options: object, tunnelMs: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secured = connectTls({ ...options, socket })
    const fail = (error: Error) => {
      clearTimeout(timer)
      secured.destroy()
      reject(error)
    }
    const timer = setTimeout(() => fail(new Error('late')), tunnelMs)
    secured.once('error', fail)
    secured.once('close', () => fail(new Error('closed')))
    secured.once('secureConnect', () => {
      clearTimeout(timer)
      resolve(secured)
    })
  })
}
