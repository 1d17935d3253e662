import { Agent, type IncomingMessage, request, type Server } from 'node:http'
import { Duplex, Readable } from 'node:stream'
import { vi } from 'vitest'

/** Machines that are reached by a port of this machine, without a socket: bytes take as long as `delayMs` says. */
export interface MemoryNetwork {
  listen(port: number, server: Server): void
  /** Its connections break at once on both sides, and new ones are refused. */
  unplug(port: number): void
  /** Its connections break; new ones are taken. */
  cut(port: number): void
  /** As a browser would; `closed` takes its connections with it. */
  fetchFor(closed: AbortSignal): (url: string, init?: RequestInit) => Promise<Response>
  /** Gives Node's client its sockets back. */
  close(): void
}

interface Ends {
  near: Wire
  far: Wire
}

interface MemoryNetworkOptions {
  delayMs(): number
  /** Whether the next connection to a port is refused. */
  refuses(port: number): boolean
}

export function createMemoryNetwork({ delayMs, refuses }: MemoryNetworkOptions): MemoryNetwork {
  const servers = new Map<number, Server>()
  const open = new Map<number, Set<Ends>>()

  function connect(port: number): Wire {
    const near = new Wire(delayMs)
    const server = servers.get(port)
    if (!server || refuses(port)) {
      near.connecting = true
      const refusal = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
      setTimeout(() => near.destroy(refusal), delayMs())
      return near
    }
    const far = new Wire(delayMs)
    near.peer = far
    far.peer = near
    far.localPort = port
    const ends = { near, far }
    const all = open.get(port) ?? new Set()
    open.set(port, all.add(ends))
    near.once('close', () => all.delete(ends))
    server.emit('connection', far)
    return near
  }

  // Whatever Node's client is asked to reach, it reaches here.
  const agents = Agent.prototype as unknown as { createConnection(options: { port: number | string }): Duplex }
  const plugged = vi.spyOn(agents, 'createConnection').mockImplementation(({ port }) => connect(Number(port)))

  function cut(port: number) {
    for (const { near, far } of open.get(port) ?? []) {
      near.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))
      far.destroy()
    }
  }

  return {
    cut,
    listen: (port, server) => servers.set(port, server),
    unplug(port) {
      servers.delete(port)
      cut(port)
    },
    fetchFor: (closed) => async (url, init) => {
      const asked = new Request(url, init)
      const { port, pathname, search, host } = new URL(asked.url)
      const body = Buffer.from(await asked.arrayBuffer())
      const signals = AbortSignal.any([asked.signal, closed])
      signals.throwIfAborted()
      const { method } = asked
      const length = method === 'GET' ? {} : { 'content-length': String(body.byteLength) }
      const headers = { host, ...Object.fromEntries(asked.headers), ...length }
      return new Promise((resolve, reject) => {
        const outgoing = request({ agent: false, port, path: pathname + search, method, headers })
        const fail = () => reject(signals.aborted ? signals.reason : new TypeError('Failed to fetch'))
        signals.addEventListener('abort', () => outgoing.destroy(), { once: true })
        let answered = false
        outgoing.once('response', (answer) => {
          answered = true
          toResponse(answer).then(resolve, fail)
        })
        outgoing.once('error', fail)
        outgoing.once('close', () => answered || fail())
        outgoing.end(body)
      })
    },
    close() {
      plugged.mockRestore()
      for (const port of servers.keys()) cut(port)
      servers.clear()
    },
  }
}

/** The whole of it, but of a stream that has no end. */
async function toResponse(answer: IncomingMessage): Promise<Response> {
  const headers = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)])
  const isStream = answer.headers['content-type']?.startsWith('text/event-stream')
  const body = isStream ? (Readable.toWeb(answer) as ReadableStream) : await readWhole(answer)
  return new Response(body, { status: answer.statusCode ?? 0, headers })
}

async function readWhole(answer: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** One end of a connection. What is sent arrives in order; what has not arrived when an end breaks is lost. */
class Wire extends Duplex {
  peer: Wire | undefined
  connecting = false
  localPort: number | undefined
  remoteAddress = '127.0.0.1'
  #delayMs: () => number
  #arrivesAt = 0

  constructor(delayMs: () => number) {
    super()
    this.#delayMs = delayMs
  }

  #carry(arrive: (peer: Wire) => void) {
    const now = performance.now()
    this.#arrivesAt = Math.max(this.#arrivesAt, now + this.#delayMs())
    setTimeout(() => {
      if (this.peer && !this.peer.destroyed) arrive(this.peer)
    }, this.#arrivesAt - now)
  }

  override _read() {}

  override _write(chunk: Buffer, _encoding: string, done: () => void) {
    this.#carry((peer) => peer.push(chunk))
    done()
  }

  override _final(done: () => void) {
    this.#carry((peer) => peer.push(null))
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void) {
    this.#carry((peer) => peer.destroy())
    done(error)
  }

  // What Node's client and server ask of a socket.
  destroySoon = () => {
    if (this.writableFinished) this.destroy()
    else this.end(() => this.destroy())
  }
  setNoDelay = () => this
  setKeepAlive = () => this
  setTimeout = () => this
  ref = () => this
  unref = () => this
}
