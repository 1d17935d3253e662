import { Agent, type IncomingMessage, request, type Server } from 'node:http'
import { Duplex, Readable } from 'node:stream'
import { vi } from 'vitest'

/** Simulated hosts, reached by port numbers of this machine without sockets. Bytes take `delayMs`. */
export interface MemoryNetwork {
  listen(port: number, server: Server): void
  /** Breaks its connections at once on both sides; new ones are refused. */
  unplug(port: number): void
  /** Breaks its connections; new ones are accepted. */
  cut(port: number): void
  /** `fetch` like a browser's; aborting `closed` breaks its connections. */
  fetchFor(closed: AbortSignal): (url: string, init?: RequestInit) => Promise<Response>
  /** Restores Node's sockets. */
  close(): void
}

interface Ends {
  near: Wire
  far: Wire
}

interface MemoryNetworkOptions {
  delayMs(): number
  /** Decides whether the next connection to a port is refused. */
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

  // All connections of Node's client end here.
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

/** The whole body, except of an endless stream. */
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

/** One end of a connection. Bytes arrive in order; bytes still under way when an end breaks are lost. */
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

  // Members of a socket that Node's client and server use.
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
