import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Config } from '#server/config.ts'
import type { Access } from './access.ts'
import { refusalIn, sendRefusal, toRefusal } from './refusals.ts'
import { callbackPath, createRouteFinder, metricsPath, type Route } from './routes.ts'

/** Lets a request on to its handler, or answers it. */
export type Edge = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean

type EdgeSettings = Pick<Config, 'host' | 'publicUrl' | 'allowedOrigins'>

/** Our own paths are plain: no escapes, no empty or dotted segments. */
const plainPath = /^\/(?:[\w~@+-][\w~@+.-]*\/)*(?:[\w~@+-][\w~@+.-]*)?$/
const mostHeaders = 100
const corsHeaders = 'content-type, idempotency-key, authorization, last-event-id'
const preflightAgeSeconds = '600'
const foreignPage = 'Requests from this page are not allowed.'

/**
 * What every request must be before anything reads it: for one of our hosts, of a plain path, and, where it is for the
 * API, from our own page or a named one, and of somebody whom the route lets in. Any page in the same browser could spend
 * the owner's credits otherwise.
 */
export function createEdge(settings: EdgeSettings, access: Access, routes: readonly Route[]): Edge {
  const { allowedOrigins, publicUrl } = settings
  const origins = new Set(publicUrl === undefined ? allowedOrigins : [...allowedOrigins, publicUrl])
  const namedHosts = new Set([...origins].map((origin) => new URL(origin).host))
  const isOurName = createNameCheck(settings)
  const findRoute = createRouteFinder(routes)

  const isSecure = publicUrl?.startsWith('https:') ?? false

  return (incoming, outgoing) => {
    const { headers, method = '' } = incoming
    if (isSecure) outgoing.setHeader('strict-transport-security', 'max-age=31536000')
    const target = incoming.url ?? ''
    const refuse = (code: number, msg: string) => {
      // Says nothing that another site must not read, and lets its page tell "refused" from "not there".
      sendRefusal(outgoing, toRefusal(code, msg), 'cross-origin')
      return false
    }
    if (!target.startsWith('/') || countHosts(incoming.rawHeaders) !== 1)
      return refuse(400, 'Not a request for a proxy.')
    if (incoming.rawHeaders.length > mostHeaders * 2) return refuse(431, 'The request has too many headers.')
    const host = headers.host?.toLowerCase() ?? ''
    const path = pathOf(target)
    const who = findRoute(path)?.who ?? 'user'
    const isNamedHost = namedHosts.has(host)
    const isOwnName = !isNamedHost && isOurName(host, incoming.socket.localPort)
    // A monitor asks each replica at its own address, and shows a token that no page has.
    if (!isNamedHost && !isOwnName && who !== 'monitor')
      return refuse(421, 'This host is not served here. See ALLOWED_ORIGINS.')
    if (!plainPath.test(path)) return refuse(404, 'There is nothing at this address.')
    if (!isApi(path)) return method === 'GET' || method === 'HEAD' || refuse(405, 'Pages are only read.')

    // The service is no page: it has no origin and no cookie, and shows its right to call in the address.
    if (path.startsWith(`${callbackPath}/`)) return method === 'POST' || refuse(405, 'This cannot be done here.')

    const { origin } = headers
    const isNamed = origin !== undefined && origins.has(origin)
    // Over plain http. A page of the public address has an origin that is named.
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
        return refuse(405, 'This cannot be done here.')
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

export function pathOf(target: string): string {
  const end = target.indexOf('?')
  return end === -1 ? target : target.slice(0, end)
}

/** The names of this machine, and the one it listens at. A foreign name that resolves to it (rebinding) is none of them. */
function createNameCheck({ host }: EdgeSettings) {
  const names = ['localhost', '127.0.0.1', '[::1]', host.includes(':') ? `[${host}]` : host.toLowerCase()]
  let known: ReadonlySet<string> = new Set()
  let knownPort: number | undefined
  return (asked: string, port: number | undefined) => {
    if (port !== knownPort) {
      known = new Set(names.map((name) => (port === 80 ? name : `${name}:${port}`)))
      knownPort = port
    }
    return known.has(asked)
  }
}

/** Node keeps the first of several and says nothing. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
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
