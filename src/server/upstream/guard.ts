import { lookup } from 'node:dns/promises'
import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { type CompanyProxy, createTunnelAgent, isBypassed } from './company-proxy.ts'
import type { Fault } from './fault.ts'
import { type Destination, type HostRules, isReachable, type Reach } from './hosts.ts'
import { createQuestionsClient, type Question, type Whole } from './questions-client.ts'

/** One request from this proxy to another machine. */
export interface OutboundCall {
  to: Destination
  path: string
  method: 'GET' | 'POST'
  /** Names and values alternate: Node writes such a list unchanged, which saves a fifth of the cost of a poll. */
  headers: readonly string[]
  /** Several pieces are sent one after another. */
  body?: string | readonly (string | Buffer)[] | Readable
  /** Time until the answer starts; the whole deadline if absent. */
  headerDeadlineMs?: number
  /** Time until the last byte, from now. */
  deadlineMs: number
  /** The transfer ends when this closes. Absent if the proxy itself needs the answer. */
  client?: Writable
}

export interface Answer {
  ok: true
  status: number
  /** From the other side: to be read, never to be copied. */
  headers: IncomingMessage['headers']
  /** Aborted when a deadline passes or the client leaves. */
  body: IncomingMessage
}

/** All outgoing requests of this proxy. Never follows a redirect on its own. */
export interface Outbound {
  request(call: OutboundCall): Promise<Answer | Fault>
  /** A free request, whose small answer is read to its end. */
  ask(question: Question): Promise<Whole | Fault>
  close(): void
}

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>

const resolveName: Resolve = (hostname) => lookup(hostname, { all: true, verbatim: true })
const late = new Error('late')
const redirects = new Set([301, 302, 303, 307, 308])
const mostHops = 3
const mostSockets = 256

/**
 * Node's own client, and a faster one for questions; both ignore proxies in the environment. With `companyProxy`,
 * everything for other machines goes through it; that proxy resolves names, so addresses cannot be checked then.
 */
export function createOutbound(resolve: Resolve = resolveName, companyProxy?: CompanyProxy): Outbound {
  const agents = new Map<string, http.Agent>()
  const questions = createQuestionsClient((reach) => guardedLookup(resolve, reach))
  const isThroughProxy = (to: Destination) => companyProxy !== undefined && !isBypassed(to, companyProxy)

  // A socket is checked when it is opened, and only reused for calls of the same reach. Each submission gets a new one:
  // if the other side were just closing a reused socket, it would be unknown whether the submission arrived.
  function agentFor(to: Destination, keepAlive: boolean): http.Agent {
    const { secure, reach } = to
    const proxy = isThroughProxy(to) ? companyProxy : undefined
    const name = `${secure} ${reach} ${keepAlive} ${proxy !== undefined}`
    const kept = agents.get(name)
    if (kept) return kept
    // With a limit, Node would pass a used socket on to the next waiting call.
    const maxSockets = keepAlive ? mostSockets : Number.POSITIVE_INFINITY
    const options = { keepAlive, maxSockets, lookup: guardedLookup(resolve, reach) }
    const agent = createAgent(secure, options, proxy)
    agents.set(name, agent)
    return agent
  }

  async function request(call: OutboundCall): Promise<Answer | Fault> {
    if (isForbidden(call.to)) return forbidden
    const unkept = agentFor(call.to, false)
    return call.method === 'GET' ? send(call, agentFor(call.to, true), unkept) : send(call, unkept)
  }

  return {
    request,
    async ask(question) {
      if (isForbidden(question.to)) return forbidden
      if (!isThroughProxy(question.to)) return questions.ask(question)
      const answer = await request({ ...question, method: 'GET' })
      if (!answer.ok) return answer
      const read = await readAnswer(answer, question.maxBytes)
      return read.ok ? { ...read, status: answer.status, type: answer.headers['content-type'] } : read
    },
    close() {
      questions.close()
      for (const agent of agents.values()) agent.destroy()
    },
  }
}

function createAgent(secure: boolean, options: https.AgentOptions, proxy: CompanyProxy | undefined): http.Agent {
  if (!secure) return new http.Agent(options)
  return proxy ? createTunnelAgent(proxy.address, options) : new https.Agent(options)
}

const forbidden: Fault = { ok: false, sent: 'no', cause: 'forbidden' }

/** A host that is an address already is not looked up, so it is checked here. */
function isForbidden({ host, reach }: Destination): boolean {
  return isIP(host) !== 0 && !isReachable(host, reach)
}

/** Checks all addresses of a name before connecting to any of them. */
function guardedLookup(resolve: Resolve, reach: Reach): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (first === undefined || !addresses.every(({ address }) => isReachable(address, reach))) {
          const refusal = Object.assign(new Error('address refused'), { code: 'EFORBIDDEN' })
          callback(refusal, [])
        } else if (options.all) callback(null, addresses)
        else callback(null, first.address, first.family)
      },
      (error) => callback(error, []),
    )
  }
}

/** `again` is given for free calls: it repeats the call if the other side was just closing a kept socket. */
function send(call: OutboundCall, agent: http.Agent, again?: http.Agent): Promise<Answer | Fault> {
  const { to, client } = call
  return new Promise((done) => {
    if (client?.closed) return done({ ok: false, sent: 'no', cause: 'gone' })
    const startedAt = performance.now()
    let sent = false
    let hasFailed = false
    let body: IncomingMessage | undefined
    const { path, method, headerDeadlineMs, deadlineMs } = call
    const headers = ['host', to.authority, ...lengthOf(call), ...call.headers]
    const options: RequestOptions = { agent, host: to.host, port: to.port, path, method, headers }
    const request = (to.secure ? https : http).request(options)
    let timer = setTimeout(giveUp, headerDeadlineMs ?? deadlineMs)
    client?.once('close', leave)

    function giveUp() {
      end('late', late)
    }
    function leave() {
      end('gone')
    }
    function end(cause: Fault['cause'], error?: Error) {
      if (body) body.destroy(error)
      else fail(cause)
      request.destroy()
    }
    function settle() {
      clearTimeout(timer)
      client?.off('close', leave)
    }
    function fail(cause: Fault['cause']) {
      settle()
      hasFailed = true
      done({ ok: false, sent: sent ? 'unknown' : 'no', cause })
    }

    // Each of these events comes once. Using `once` would make a poll more than 1 % slower.
    request.on('socket', (socket) => {
      if (!socket.connecting) sent = true
      else socket.once(to.secure ? 'secureConnect' : 'connect', () => (sent = true))
    })
    request.on('response', (response) => {
      body = response
      if (headerDeadlineMs !== undefined) {
        clearTimeout(timer)
        timer = setTimeout(giveUp, deadlineMs - (performance.now() - startedAt))
      }
      response.on('close', settle)
      response.on('error', () => undefined)
      done({ ok: true, status: response.statusCode ?? 0, headers: response.headers, body: response })
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (again && !body && !hasFailed && request.reusedSocket && error.code === 'ECONNRESET') {
        settle()
        return done(send(call, again))
      }
      fail(error.code === 'EFORBIDDEN' ? 'forbidden' : sent ? 'broken' : 'unreachable')
    })
    // An upgrade instead of an answer closes without an error.
    request.on('close', () => body ?? fail('broken'))
    writeBody(request, call.body)
  })
}

/** A streamed body is sent in chunks, without a length. */
function lengthOf({ body }: OutboundCall): readonly string[] {
  if (typeof body === 'string') return ['content-length', String(Buffer.byteLength(body))]
  if (!isInPieces(body)) return []
  return ['content-length', String(body.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0))]
}

function isInPieces(body: OutboundCall['body']): body is readonly (string | Buffer)[] {
  return Array.isArray(body)
}

function writeBody(request: ClientRequest, body: OutboundCall['body']): void {
  if (isInPieces(body)) {
    for (const piece of body) request.write(piece)
    request.end()
    return
  }
  if (body === undefined || typeof body === 'string') {
    request.end(body)
    return
  }
  body.once('error', () => request.destroy())
  request.once('close', () => body.destroy())
  body.pipe(request)
}

/** The whole body, refused above `maxBytes`. Compressed bodies are refused, because they may expand without limit. */
export function readAnswer({ body, headers }: Answer, maxBytes: number): Promise<{ ok: true; bytes: Buffer } | Fault> {
  return new Promise((done) => {
    const chunks: Buffer[] = []
    let size = 0
    const fail = (cause: Fault['cause']) => {
      body.destroy()
      done({ ok: false, sent: 'unknown', cause })
    }
    if (isPacked(headers) || body.destroyed) return fail('broken')
    body.on('data', (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size > maxBytes) fail('too-large')
    })
    body.on('end', () => done({ ok: true, bytes: Buffer.concat(chunks) }))
    body.on('error', (error) => fail(error === late ? 'late' : 'broken'))
    // Has no effect after the end.
    body.on('close', () => fail('broken'))
  })
}

/** The proxy asks for uncompressed bytes; a compressed answer is not decompressed. */
export function isPacked(headers: Answer['headers']): boolean {
  const encoding = headers['content-encoding']
  return encoding !== undefined && encoding !== 'identity'
}

/** A GET that follows redirects within the rules: each hop is checked again, and never goes from https to http. */
export async function followTo(
  outbound: Pick<Outbound, 'request'>,
  url: URL,
  rules: HostRules,
  call: Omit<OutboundCall, 'to' | 'path' | 'method'>,
): Promise<Answer | Fault> {
  const endsAt = performance.now() + call.deadlineMs
  let at = url
  for (let hop = 0; hop <= mostHops; hop++) {
    const to = rules.find(at)
    if (to === undefined) break
    const deadlineMs = Math.max(1, endsAt - performance.now())
    const answer = await outbound.request({ ...call, to, path: at.pathname + at.search, method: 'GET', deadlineMs })
    if (!answer.ok || !redirects.has(answer.status)) return answer
    answer.body.destroy()
    const { location } = answer.headers
    if (location === undefined || !URL.canParse(location, at)) break
    const next = new URL(location, at)
    if (at.protocol === 'https:' && next.protocol !== 'https:') break
    at = next
  }
  return { ok: false, sent: 'unknown', cause: 'forbidden' }
}
