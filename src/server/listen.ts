import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isThisMachine } from './config.ts'

export interface Listening {
  port: number
  /** Accepts no new connections. Resolves when the open ones have ended. */
  stop(): Promise<void>
  /** Ends all connections. */
  cut(): void
}

const absent = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'])
const mostTries = 5

/**
 * A browser may resolve "localhost" to either loopback address. If one of them is ours, the other must not belong to
 * another program, so both are bound. Rejects if one is in use; a machine may lack one of them.
 */
export async function listen(create: () => Server, host: string, port: number): Promise<Listening> {
  const other = otherLoopback(host)
  for (let tries = 1; ; tries += 1) {
    const first = await listenAt(create(), host, port)
    const servers = [first]
    const taken = (first.address() as AddressInfo).port
    try {
      if (other !== undefined) servers.push(await listenAt(create(), other, taken))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (!absent.has(String(code))) {
        for (const server of servers) server.close()
        // A port chosen by the system may be free at one address only.
        if (port === 0 && tries < mostTries) continue
        throw error
      }
    }
    return {
      port: taken,
      async stop() {
        await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))))
      },
      cut() {
        for (const server of servers) server.closeAllConnections()
      },
    }
  }
}

/** Where a browser on this machine reaches it, by name if the name resolves to it. */
export function originOf(host: string, port: number): string {
  const bare = host.replace(/[[\]]/g, '')
  const isNamed = otherLoopback(host) !== undefined || bare === '::'
  return `http://${isNamed ? 'localhost' : bare.includes(':') ? `[${bare}]` : bare}:${port}`
}

/** What the operator is told about an origin that browsers do not treat as secure; `undefined` if they do. */
export function plainHttpNote(origin: string): string | undefined {
  return origin.startsWith('http://') && !isThisMachine(new URL(origin).hostname)
    ? 'Over plain http, browsers disable some features of the page. Put a server with TLS in front: docs/deploy.md.'
    : undefined
}

function otherLoopback(host: string): string | undefined {
  switch (host) {
    case '127.0.0.1':
    case 'localhost':
    case '0.0.0.0':
      return '::1'
    case '::1':
    case '[::1]':
      return '127.0.0.1'
    default:
      return undefined
  }
}

function listenAt(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host === 'localhost' ? '127.0.0.1' : host.replace(/[[\]]/g, ''), () => resolve(server))
  })
}
