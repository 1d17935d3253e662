import type { IncomingMessage, ServerResponse } from 'node:http'
import { proxyPaths } from '#providers/send.ts'
import type { Config } from '#server/config.ts'
import type { Access } from './access.ts'
import { sendRefusal, toRefusal } from './refusals.ts'

/** The door for the service: below it, an address for each run. */
export const callbackPath = '/api/callbacks'

/** Lets a request on to its handler, or answers it. */
export type Edge = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean

type EdgeSettings = Pick<Config, 'host' | 'publicUrl' | 'allowedOrigins'>

/** Our own paths are plain: no escapes, no empty or dotted segments. */
const plainPath = /^\/(?:[\w~@+-][\w~@+.-]*\/)*(?:[\w~@+-][\w~@+.-]*)?$/
const mostHeaders = 100
const corsHeaders = 'content-type, idempotency-key, authorization, last-event-id'
const preflightAgeSeconds = '600'

/**
 * What every request must be before anything reads it: for one of our hosts, of a plain path, and, where it is for the
 * API, from our own page or a named one. Any page in the same browser could spend the owner's credits otherwise.
 */
export function createEdge(settings: EdgeSettings, access: Access): Edge {
  const { allowedOrigins, publicUrl } = settings
  const origins = new Set(publicUrl === undefined ? allowedOrigins : [...allowedOrigins, publicUrl])
  const isOurHost = createHostCheck(
    settings,
    [...origins].map((origin) => new URL(origin).host),
  )

  return (incoming, outgoing) => {
    const { headers, method = '' } = incoming
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
    if (!isOurHost(host, incoming.socket.localPort))
      return refuse(421, 'This host is not served here. See ALLOWED_ORIGINS.')
    const path = pathOf(target)
    if (!plainPath.test(path)) return refuse(404, 'There is nothing at this address.')
    if (!isApi(path)) return method === 'GET' || method === 'HEAD' || refuse(405, 'Pages are only read.')

    // The service is no page: it has no origin and no cookie, and shows its right to call in the address.
    if (path.startsWith(`${callbackPath}/`)) return method === 'POST' || refuse(405, 'This cannot be done here.')

    const { origin } = headers
    const isNamed = origin !== undefined && origins.has(origin)
    const isOwn = origin === `http://${host}`
    const site = headers['sec-fetch-site']
    if (isNamed) allowOrigin(outgoing, origin)
    if (!isNamed && site !== undefined && site !== 'same-origin' && site !== 'none') {
      return refuse(403, 'Requests from this page are not allowed.')
    }
    switch (method) {
      case 'GET':
        break
      case 'POST':
        if (!isNamed && !isOwn) return refuse(403, 'Requests from this page are not allowed.')
        break
      case 'OPTIONS':
        return isNamed ? answerPreflight(outgoing) : refuse(403, 'Requests from this page are not allowed.')
      default:
        return refuse(405, 'This cannot be done here.')
    }
    const isPublic = path === proxyPaths.health || path === proxyPaths.access
    return isPublic || access.isAllowed(incoming) || refuse(401, 'This proxy asks for its access token.')
  }
}

export function isApi(path: string): boolean {
  return path === '/api' || path.startsWith('/api/')
}

export function pathOf(target: string): string {
  const end = target.indexOf('?')
  return end === -1 ? target : target.slice(0, end)
}

/** A foreign name that resolves to this machine (rebinding) is not one of ours. */
function createHostCheck({ host }: EdgeSettings, named: readonly string[]) {
  const names = ['localhost', '127.0.0.1', '[::1]', host.includes(':') ? `[${host}]` : host.toLowerCase()]
  let known: ReadonlySet<string> = new Set()
  let knownPort: number | undefined
  return (asked: string, port: number | undefined) => {
    if (port !== knownPort) {
      known = new Set([...named, ...names.map((name) => (port === 80 ? name : `${name}:${port}`))])
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
