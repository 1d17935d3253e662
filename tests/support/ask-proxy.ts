import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import { connect } from 'node:net'

export interface Asked {
  method?: string
  headers?: Record<string, string | string[]>
  body?: string | Buffer
}

// biome-ignore lint/suspicious/noExplicitAny: the body of a real answer has no type
type Json = any

export interface Told {
  status: number
  headers: IncomingMessage['headers']
  bytes: Buffer
  text: string
  /** The body as JSON; the test knows its members. */
  json: () => Json
}

/** Sends a request like our own page, except for the given headers. A header with an empty value is left out. */
export async function askProxy(port: number, path: string, asked: Asked = {}): Promise<Told> {
  const incoming = await openAnswer(port, path, asked)
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  const text = bytes.toString()
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, bytes, text, json: () => JSON.parse(text) }
}

/** Resolves with the head of the answer; its body is not read yet. */
export async function openAnswer(port: number, path: string, asked: Asked = {}): Promise<IncomingMessage> {
  const request = openRequest(port, path, asked)
  // A server that refuses a body may close before all of it is written; the answer has arrived by then.
  request.on('error', () => undefined)
  request.end(asked.body)
  const [incoming] = (await once(request, 'response')) as [IncomingMessage]
  return incoming
}

export function openRequest(port: number, path: string, { method = 'GET', headers = {} }: Asked): http.ClientRequest {
  const own = { host: `localhost:${port}`, ...(method === 'POST' ? { origin: `http://localhost:${port}` } : {}) }
  const given = Object.entries({ ...own, ...headers }).filter(([, value]) => value !== '')
  return http.request({ host: '127.0.0.1', port, path, method, headers: Object.fromEntries(given), agent: false })
}

export function jsonRequest(body: unknown, headers: Record<string, string> = {}): Asked {
  return { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

/** Writes raw bytes and resolves with everything received until the other side closes or is silent for `silenceMs`. */
export function sendRaw(port: number, bytes: string | Buffer, silenceMs = 1000): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    const finish = () => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(silenceMs, finish)
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
    })
    socket.on('error', finish)
    socket.on('close', finish)
  })
}

/** The statuses of all answers received on one connection. */
export function statusesIn(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]))
}
