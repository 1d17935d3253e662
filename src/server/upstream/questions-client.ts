import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { buildConnector, Dispatcher } from 'undici'
import Client from 'undici/lib/dispatcher/client.js'
import type { Fault } from './fault.ts'
import type { Destination, Reach } from './hosts.ts'

/** A free request with a small answer: always a GET without a body, so that nothing paid can be sent this way. */
export interface Question {
  to: Destination
  path: string
  /** Names and values alternate. */
  headers: readonly string[]
  /** Time until the last byte, from now. */
  deadlineMs: number
  /** A larger answer is refused. */
  maxBytes: number
  method?: never
  body?: never
}

/** An answer that was received completely. */
export interface Whole {
  ok: true
  /** From 200. Redirects are not followed. */
  status: number
  /** The header Content-Type. */
  type: string | undefined
  bytes: Buffer
}

export interface QuestionsClient {
  /** Sent again once, on a new socket, if the other side was just closing a kept one. */
  ask(question: Question): Promise<Whole | Fault>
  /** Ends everything. Later questions get no answer. */
  close(): void
}

const mostSockets = 256
/** An idle socket is closed after this time, or earlier if the other side announced so. */
const idleMs = 60_000

/**
 * Sends with the client of undici, which needs half the processor time of Node's own (docs/decisions/0033). The lookup
 * has to check all addresses of a name; an address instead of a name is to be checked by the caller.
 */
export function createQuestionsClient(lookupFor: (reach: Reach) => LookupFunction): QuestionsClient {
  const hosts = new Map<string, Host>()
  let isClosed = false

  // A socket is checked when it is opened, and only reused for questions with the same destination and reach.
  function hostFor(to: Destination): Host {
    const name = `${to.reach} ${to.secure} ${to.authority}`
    const known = hosts.get(name)
    if (known) return known
    const host = createHost(to, lookupFor(to.reach))
    hosts.set(name, host)
    return host
  }

  return {
    ask(question) {
      if (isClosed) return Promise.resolve({ ok: false, sent: 'no', cause: 'unreachable' })
      return new Promise((done) => ask(question, hostFor(question.to), done))
    },
    close() {
      isClosed = true
      for (const host of hosts.values()) host.close()
    },
  }
}

/** One socket, which carries one question at a time. */
interface Line {
  client: Client
  socket: Socket | undefined
  /** Whether its socket has carried another question. */
  isReused: boolean
}

/** A question under way. */
interface Asking {
  start(line: Line): void
  fail(cause: Fault['cause']): void
}

/** The sockets of one destination. */
interface Host {
  /** Starts it on a socket of its own: at once, or when there is one. */
  take(asking: Asking): void
  /** No longer waits for a socket. */
  leave(asking: Asking): void
  /** After a whole answer. */
  free(line: Line): void
  /** After anything else: closes the socket. */
  drop(line: Line): void
  /** The same, and gives a new one. */
  replace(line: Line): Line
  close(): void
}

function createHost(to: Destination, lookup: LookupFunction): Host {
  const origin = `${to.secure ? 'https' : 'http'}://${to.authority}`
  const connectTo = createConnector(to, lookup)
  const lines = new Set<Line>()
  /** The one used last is used next, so that sockets that are not needed time out. */
  const idle: Line[] = []
  const waiting = new Set<Asking>()

  function open(): Line {
    const connect = (_: unknown, done: buildConnector.Callback) => {
      line.isReused = false
      line.socket = connectTo(done)
    }
    const line: Line = { client: new Client(origin, { ...options, connect }), socket: undefined, isReused: false }
    lines.add(line)
    return line
  }

  function end(line: Line): void {
    lines.delete(line)
    void line.client.destroy()
    // The client does not end a socket that is still connecting.
    line.socket?.destroy()
  }

  function nextWaiting(): Asking | undefined {
    const [next] = waiting
    if (next) waiting.delete(next)
    return next
  }

  return {
    take(asking) {
      const line = idle.pop() ?? (lines.size < mostSockets ? open() : undefined)
      if (line) asking.start(line)
      else waiting.add(asking)
    },
    leave: (asking) => waiting.delete(asking),
    free(line) {
      line.isReused = true
      const next = nextWaiting()
      // The client has not finished with the answer yet.
      if (next) queueMicrotask(() => next.start(line))
      else idle.push(line)
    },
    drop(line) {
      end(line)
      nextWaiting()?.start(open())
    },
    replace(line) {
      end(line)
      return open()
    },
    close() {
      for (const asking of [...waiting]) asking.fail('unreachable')
      for (const line of lines) {
        line.isReused = false
        end(line)
      }
    },
  }
}

const options = {
  pipelining: 1,
  keepAliveTimeout: idleMs,
  // Each question has one deadline for everything.
  headersTimeout: 0,
  bodyTimeout: 0,
} satisfies Client.Options

/** Opens sockets to one destination, which continue the same TLS session. */
function createConnector({ secure, host, port }: Destination, lookup: LookupFunction) {
  const plain = { host, port, lookup, noDelay: true }
  const servername = isIP(host) === 0 ? host : ''
  let session: Buffer | undefined

  return (done: buildConnector.Callback): Socket => {
    const socket = secure ? connectTls({ ...plain, servername, session }) : connect(plain)
    const fail = (error: Error) => done(error, null)
    socket.on('error', fail)
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      // The client listens from here on.
      socket.off('error', fail)
      done(null, socket)
    })
    // Only TLS has sessions.
    socket.on('session', (given: Buffer) => (session = given))
    return socket
  }
}

/** What undici reports about one question, up to its outcome. */
function ask(
  { path, headers, deadlineMs, maxBytes }: Question,
  host: Host,
  done: (outcome: Whole | Fault) => void,
): void {
  const chunks: Buffer[] = []
  let size = 0
  let status = 0
  let type: string | undefined
  let line: Line | undefined
  let isSent = false
  let hasBegun = false
  let isSettled = false
  const timer = setTimeout(() => fail('late'), deadlineMs)

  function settle(outcome: Whole | Fault) {
    isSettled = true
    clearTimeout(timer)
    done(outcome)
  }
  function fail(cause: Fault['cause']) {
    if (isSettled) return
    settle({ ok: false, sent: isSent ? 'unknown' : 'no', cause })
    if (line) host.drop(line)
    else host.leave(asking)
  }
  function start(given: Line) {
    line = given
    given.client.dispatch({ path, method: 'GET', headers: headers as string[] }, handlerOn(given))
  }
  const asking: Asking = { start, fail }
  const handlerOn = (given: Line): Dispatcher.DispatchHandler => ({
    onRequestStart() {
      isSent = true
    },
    onResponseStarted() {
      hasBegun = true
    },
    // Called for hints before the answer too (103).
    onResponseStart(_, code, { 'content-type': types = [], 'content-encoding': encodings = [] }) {
      // Compressed bytes are not decompressed, because they may expand without limit.
      if (![encodings].flat().every((encoding) => encoding.trim() === 'identity')) return fail('broken')
      status = code
      type = [types].flat()[0]
    },
    onResponseData(_, chunk) {
      size += chunk.length
      if (size > maxBytes) fail('too-large')
      else chunks.push(chunk)
    },
    onResponseEnd() {
      if (isSettled) return
      // For undici, an answer without a length is complete if the connection was reset.
      if (given.socket?.errored) return fail('broken')
      settle({ ok: true, status, type, bytes: Buffer.concat(chunks, size) })
      host.free(given)
    },
    onResponseError(_, error: NodeJS.ErrnoException) {
      if (isSettled) return
      if (given.isReused && !hasBegun) start(host.replace(given))
      else fail(error.code === 'EFORBIDDEN' ? 'forbidden' : isSent ? 'broken' : 'unreachable')
    },
  })
  host.take(asking)
}
