import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'

/** A request that a fake service received. */
export interface Seen {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: Buffer
}

export type Reply = (incoming: IncomingMessage, outgoing: ServerResponse, seen: Seen) => void

export interface FakeService {
  /** "127.0.0.1:PORT". */
  host: string
  origin: string
  /** Requests that arrived completely. */
  seen: Seen[]
  /** Number of connections accepted so far. */
  connections(): number
  /** Connections that are open now. */
  connected(): number
  /** Answers that are not sent completely. */
  underWay(): number
  close(): Promise<void>
}

/** Key and certificate for TLS. */
export interface Certificate {
  key: string
  cert: string
}

/** A service whose answers the test writes. Listens on 127.0.0.1 at a free port. */
export async function openFakeService(reply: Reply, certificate?: Certificate): Promise<FakeService> {
  const seen: Seen[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  let underWay = 0
  const take = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    underWay += 1
    outgoing.once('close', () => {
      underWay -= 1
    })
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('error', () => undefined)
    incoming.once('end', () => {
      const { method = '', url = '', headers } = incoming
      const one = { method, url, headers, body: Buffer.concat(chunks) }
      seen.push(one)
      reply(incoming, outgoing, one)
    })
  }
  const server = certificate ? createSecureServer(certificate, take) : createServer(take)
  server.on('connection', (socket) => {
    connections += 1
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    origin: `${certificate ? 'https' : 'http'}://${host}`,
    seen,
    connections: () => connections,
    connected: () => sockets.size,
    underWay: () => underWay,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The envelope of the service's answers. */
export function replyJson(outgoing: ServerResponse, value: unknown, status = 200): void {
  outgoing.writeHead(status, { 'content-type': 'application/json;charset=UTF-8' })
  outgoing.end(JSON.stringify(value))
}
