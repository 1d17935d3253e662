import { once } from 'node:events'
import http, { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A small load balancer: each request goes to the next proxy that accepts it. An accepted request is never sent again. */
export interface RoundRobin {
  port: number
  origin: string
  /** Sets the proxies that get requests from now on. */
  serve(ports: readonly number[]): void
  close(): Promise<void>
}

export async function openRoundRobin(): Promise<RoundRobin> {
  let ports: readonly number[] = []
  let turn = 0

  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
    } catch {
      return
    }
    const body = Buffer.concat(chunks)
    for (let tries = 0; tries < Math.max(1, ports.length); tries += 1) {
      turn += 1
      const port = ports[turn % ports.length]
      if (port !== undefined && (await forward(port, incoming, body, outgoing)) !== 'refused') return
    }
    fail(outgoing)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    origin: `http://localhost:${port}`,
    serve(given) {
      ports = given
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function forward(
  port: number,
  { method = 'GET', url = '/', headers }: IncomingMessage,
  body: Buffer,
  outgoing: ServerResponse,
): Promise<'done' | 'refused'> {
  return new Promise((resolve) => {
    const request = http.request({ host: '127.0.0.1', port, method, path: url, headers, agent: false })
    request.once('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
      answer.once('error', () => outgoing.destroy())
      resolve('done')
    })
    request.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') return resolve('refused')
      fail(outgoing)
      resolve('done')
    })
    outgoing.once('close', () => request.destroy())
    request.end(body)
  })
}

function fail(outgoing: ServerResponse): void {
  if (outgoing.headersSent) return void outgoing.destroy()
  outgoing.writeHead(502, { 'content-type': 'text/html' })
  outgoing.end('<h1>502 Bad Gateway</h1>')
}
