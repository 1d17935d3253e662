import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Config } from '#server/config.ts'
import type { Access } from './access.ts'
import { pathOf, targetOf } from './address.ts'
import { refusalIn, sendRefusal, toRefusal } from './refusals.ts'
import { callbackPath, metricsPath, type Route } from './routes.ts'

/** Passes a request on to its handler, or answers it. `route`: the row for its path, whatever its method. */
export type Edge = (incoming: IncomingMessage, outgoing: ServerResponse, route: Route | undefined) => boolean

type EdgeSettings = Pick<Config, 'host' | 'publicUrl' | 'allowedOrigins'>

/** Paths of this proxy are plain: no escapes, no empty or dotted segments. */
const plainPath = /^\/(?:[\w~@+-][\w~@+.-]*\/)*(?:[\w~@+-][\w~@+.-]*)?$/
const mostHeaders = 100
const corsHeaders = 'content-type, idempotency-key, authorization, last-event-id'
const preflightAgeSeconds = '600'
const foreignPage = 'Requests from this page are not allowed.'

/**
 * What every request must satisfy before anything reads it: one of our hosts, a plain path, and, for the API, a request
 * from our own page or a listed origin, by a client whom the route allows. Otherwise any page in the same browser could
 * spend the owner's credits.
 */
export function createEdge(settings: EdgeSettings, access: Access): Edge {
  const { allowedOrigins, publicUrl } = settings
  const origins = new Set(publicUrl === undefined ? allowedOrigins : [...allowedOrigins, publicUrl])
  const namedHosts = new Set([...origins].map((origin) => new URL(origin).host))
  const isOurName = createNameCheck(settings)
  const isSecure = publicUrl?.startsWith('https:') ?? false

  return (incoming, outgoing, route) => {
    const { headers, method } = incoming
    if (isSecure) outgoing.setHeader('strict-transport-security', 'max-age=31536000')
    const target = targetOf(incoming)
    const refuse = (code: number, msg: string) => {
      // Contains nothing that another site must not read, and lets its page distinguish "refused" from "unreachable".
      sendRefusal(outgoing, toRefusal(code, msg), 'cross-origin')
      return false
    }
    if (!target.startsWith('/') || countHosts(incoming.rawHeaders) !== 1)
      return refuse(400, 'The request line or the Host header is not valid.')
    if (incoming.rawHeaders.length > mostHeaders * 2) return refuse(431, 'The request has too many headers.')
    const host = String(headers.host).toLowerCase()
    const path = pathOf(incoming)
    const who = route?.who ?? 'user'
    const isNamedHost = namedHosts.has(host)
    const isOwnName = !isNamedHost && isOurName(host, incoming.socket.localPort)
    // A monitor asks each replica at its own address, and sends a token that no page has.
    if (!isNamedHost && !isOwnName && who !== 'monitor')
      return refuse(421, 'This host is not served here. See ALLOWED_ORIGINS.')
    if (!plainPath.test(path)) return refuse(404, 'There is nothing at this address.')
    if (!isApi(path)) return method === 'GET' || method === 'HEAD' || refuse(405, 'Pages accept only GET and HEAD.')

    // The service has no origin and no cookie; its right to call is the token in the address.
    if (path.startsWith(`${callbackPath}/`)) return method === 'POST' || refuse(405, 'This method is not allowed here.')

    const { origin } = headers
    const isNamed = origin !== undefined && origins.has(origin)
    // Over plain http. A page of the public address has a listed origin.
    const isOwn = isOwnName && origin === `http://${host}`
    const site = headers['sec-fetch-site']
    if (isNamed) allowOrigin(outgoing, origin)
    if (!isNamed && site !== undefined && site !== 'same-origin' && site !== 'none') return refuse(403, foreignPage)
    switch (method) {
      case 'GET':
        break
      case 'POST':
        if (!isNamed && !isOwn) return refuse(403, foreignPage)
        break
      case 'OPTIONS':
        return isNamed ? answerPreflight(outgoing) : refuse(403, foreignPage)
      default:
        return refuse(405, 'This method is not allowed here.')
    }
    try {
      access.check(incoming, who, outgoing)
      return true
    } catch (error) {
      const refusal = refusalIn(error)
      if (!refusal) throw error
      sendRefusal(outgoing, refusal, 'cross-origin')
      return false
    }
  }
}

export function isApi(path: string): boolean {
  return path === '/api' || path.startsWith('/api/') || path === metricsPath
}

/**
 * The names of this machine and the host it listens on. A foreign name that resolves to it (DNS rebinding) is not one.
 */
function createNameCheck({ host }: EdgeSettings) {
  const names = ['localhost', '127.0.0.1', '[::1]', host.includes(':') ? `[${host}]` : host.toLowerCase()]
  return (asked: string, port: number | undefined) => {
    const end = port === 80 ? '' : `:${port}`
    return names.some((name) => asked === name + end)
  }
}

/** Node silently keeps only the first of several Host headers. */
function countHosts(rawHeaders: readonly string[]): number {
  return rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === 'host').length
}

function allowOrigin(outgoing: ServerResponse, origin: string): void {
  outgoing.setHeader('access-control-allow-origin', origin)
  outgoing.setHeader('access-control-allow-credentials', 'true')
  outgoing.setHeader('access-control-expose-headers', 'retry-after')
  outgoing.setHeader('vary', 'origin')
}

function answerPreflight(outgoing: ServerResponse): boolean {
  outgoing.writeHead(204, {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': corsHeaders,
    'access-control-max-age': preflightAgeSeconds,
  })
  outgoing.end()
  return false
}
