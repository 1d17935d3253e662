import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createAccess } from '#server/edge/access.ts'
import { pathOf } from '#server/edge/address.ts'
import { createClientOf } from '#server/edge/client.ts'
import { createEdge, isApi } from '#server/edge/edge.ts'
import { cutUnreadBody } from '#server/edge/linger.ts'
import { createRouteFinder, createRoutes } from '#server/edge/routes.ts'
import { createGemini } from '#server/gemini/gemini.ts'
import { createPage, findPage } from '#server/page/page.ts'
import type { SharedParts } from '#server/shared/redis/redis-shared.ts'
import { createMemoryShared, type Shared } from '#server/shared/shared.ts'
import { createAdmission } from '#server/submit/admission.ts'
import { createCallbacks } from '#server/submit/callbacks.ts'
import { createStreams, type Streams } from '#server/submit/stream.ts'
import { createSubmit } from '#server/submit/submit.ts'
import { createBreaker } from '#server/upstream/breaker.ts'
import { createOutbound, type Resolve } from '#server/upstream/guard.ts'
import { createMask } from '#server/upstream/relay.ts'
import { createTransfers, type TransferLimits, type Transfers } from '#server/upstream/transfers.ts'
import { openUpstream } from '#server/upstream/upstream.ts'
import { createApi } from './api.ts'
import { type Config, callableUrl } from './config.ts'
import { listen, originOf } from './listen.ts'
import { createLog, type Log } from './log.ts'
import { createMetrics } from './metrics.ts'

/** What tests may replace. */
export interface StartOptions extends Partial<Omit<Shared, 'close'>> {
  resolve?: Resolve
  log?: Log
  /** Folder of the built page; found relative to this file if absent. */
  pageFolder?: string
  /** For tests: how many images may be transferred at the same time. */
  transferLimits?: TransferLimits
  /** For tests: divides the time that slow clients get. */
  timeoutDivisor?: number
  /** For tests: divides the time that the service gets. */
  serviceTimeoutDivisor?: number
}

export interface Proxy {
  mode: 'live' | 'simulated'
  simulatorOrigin: string | undefined
  listener: (incoming: IncomingMessage, outgoing: ServerResponse) => void
  /**
   * Accepts no new submissions and waits for those under way, then for all other answers within their time limits.
   * Finally releases everything.
   */
  close(): Promise<void>
}

export interface Running {
  port: number
  /** Where a browser on this machine reaches it. */
  origin: string
  mode: 'live' | 'simulated'
  simulatorOrigin: string | undefined
  /** Closes once, however often it is called. */
  close(): Promise<void>
}

/** Time for transfers and polls to finish. */
const stopMs = 20_000

/** Everything behind the listening socket. `page: false`: another server serves everything but the API. */
export async function openProxy(config: Config, options: StartOptions & { page: boolean }): Promise<Proxy> {
  const upstream = await openUpstream(config)
  const { gateway, gemini } = upstream
  const log = options.log ?? createLog(config.secrets)
  const { outbound, isAnswering } = createBreaker(createOutbound(options.resolve, config.companyProxy), gateway)
  const isSecure = config.publicUrl?.startsWith('https:') ?? false
  const { timeoutDivisor = 1, serviceTimeoutDivisor = 1 } = options
  const access = createAccess({ ...config, isSecure, clientOf: createClientOf(config.trustedProxy), log })
  const mask = createMask(gateway.mode === 'live' ? gateway.key : undefined)
  const shared = await openShared(config, { limits: config.limits, gateway, log })
  const { submissions, limiter, budget, events, pictures } = { ...shared, ...options }
  const streams = createStreams(events, access)
  const transfers = createTransfers(options.transferLimits)
  const spending = { budget, limits: config.limits, log }
  const metrics = await openMetrics(config, streams, transfers)
  const admit = createAdmission({ ...spending, limiter: metrics?.timed(limiter) ?? limiter, isAnswering })
  const service = { gateway, outbound, submissions, mask, log }
  const publicUrl = callableUrl(config)
  const { webhookKeys } = config
  const callbacks = publicUrl ? createCallbacks({ ...service, events, publicUrl, webhookKeys }) : undefined
  const submitParts = { ...service, admit, access, callbacks, countOutcome: metrics?.countOutcome }
  const submit = createSubmit(submitParts)
  const admitFallback = createAdmission({ ...spending, limiter: async () => 0, isAnswering: async () => true })
  const geminiParts = { outbound, submissions, pictures, access, transfers, log, timeoutDivisor }
  const fallback = gemini && createGemini({ ...geminiParts, service: gemini, admit: admitFallback })
  const routes = createRoutes({
    callbacks: callbacks !== undefined,
    fallback: fallback !== undefined,
    spend: config.adminToken !== undefined,
    metrics: metrics !== undefined,
    timeoutDivisor: serviceTimeoutDivisor,
  })
  const findRoute = createRouteFinder(routes)
  const edge = createEdge(config, access)
  const apiParts = { ...submitParts, routes, submit, streams, transfers, fallback, budget, metrics, timeoutDivisor }
  const api = createApi(apiParts)
  const answers = createAnswers()
  const page = options.page ? createPage(options.pageFolder ?? findPage(import.meta.dirname), isSecure) : undefined

  return {
    mode: gateway.mode,
    simulatorOrigin: upstream.simulatorOrigin,
    listener(incoming, outgoing) {
      const path = pathOf(incoming)
      const route = findRoute(path)
      answers.add(outgoing)
      cutUnreadBody(incoming, outgoing)
      metrics?.watch(outgoing, route)
      if (!edge(incoming, outgoing, route)) return
      if (isApi(path)) void api(incoming, outgoing, route)
      else page?.(incoming, outgoing).catch(() => outgoing.destroy())
    },
    async close() {
      streams.close()
      await Promise.all([submit.drain(), fallback?.drain()])
      await callbacks?.settled()
      await answers.settled(stopMs / timeoutDivisor)
      await shared.close()
      outbound.close()
      await upstream.close()
    },
  }
}

/** `undefined` if metrics are not enabled. */
async function openMetrics({ metricsToken }: Config, streams: Streams, { downloads, uploads, bodies }: Transfers) {
  if (metricsToken === undefined) return undefined
  const transfers = () => downloads.held() + uploads.held()
  return createMetrics({ streams: streams.count, transfers, bodies: bodies.held })
}

/** Loads the Redis client only if a Redis is configured. */
async function openShared({ redisUrl, limits }: Config, parts: SharedParts): Promise<Shared> {
  if (redisUrl === undefined) return createMemoryShared(limits)
  const { openRedisShared } = await import('#server/shared/redis/redis-shared.ts')
  return openRedisShared(redisUrl, parts)
}

/** Serves the page and the API. Rejects if the port is in use. */
export async function startServer(config: Config, options: StartOptions = {}): Promise<Running> {
  const proxy = await openProxy(config, { ...options, page: true })
  const create = () => {
    const server = createServer({ ...timeoutsOf(options), maxHeaderSize: 16 * 1024 }, proxy.listener)
    server.on('connect', (_, socket) => socket.end('HTTP/1.1 405 Method Not Allowed\r\nconnection: close\r\n\r\n'))
    return server
  }
  const listening = await listen(create, config.host, config.port).catch(async (error: unknown) => {
    await proxy.close()
    throw error
  })
  let closing: Promise<void> | undefined
  async function close(): Promise<void> {
    const stopped = listening.stop()
    await proxy.close()
    listening.cut()
    await stopped
  }
  return {
    port: listening.port,
    origin: originOf(config.host, listening.port),
    mode: proxy.mode,
    simulatorOrigin: proxy.simulatorOrigin,
    close() {
      closing ??= close()
      return closing
    },
  }
}

interface Answers {
  add(outgoing: ServerResponse): void
  /** Resolves when all have ended, or after `timeoutMs`. */
  settled(timeoutMs: number): Promise<void>
}

/** The answers that are under way. */
function createAnswers(): Answers {
  const open = new Set<ServerResponse>()
  let isSettled: (() => void) | undefined
  return {
    add(outgoing) {
      open.add(outgoing)
      // While the server stops, connections are not kept.
      if (isSettled) outgoing.setHeader('connection', 'close')
      outgoing.on('close', () => {
        open.delete(outgoing)
        if (open.size === 0) isSettled?.()
      })
    },
    settled(timeoutMs) {
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, timeoutMs)
        isSettled = () => {
          clearTimeout(timer)
          resolve()
        }
        if (open.size === 0) isSettled()
      })
    },
  }
}

/** Timeouts for clients that send slowly. By default, Node checks them only every 30 s. */
function timeoutsOf({ timeoutDivisor = 1 }: StartOptions) {
  return {
    headersTimeout: 10_000 / timeoutDivisor,
    requestTimeout: 120_000 / timeoutDivisor,
    keepAliveTimeout: 5_000 / timeoutDivisor,
    connectionsCheckingInterval: 5_000 / timeoutDivisor,
  }
}
