import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod/mini'
import type { Endpoint } from '#providers/provider.ts'
import type { KeptSubmission } from '#providers/proxy.ts'
import type { Health } from '#providers/send.ts'
import { lastPartOf, queryOf } from '#server/edge/address.ts'
import { readJson } from '#server/edge/body.ts'
import { type Handler, refusalIn, refused, sendJson, sendRefusal, toRefusal } from '#server/edge/refusals.ts'
import { jsonLimitsOf, type Route, type RouteKind } from '#server/edge/routes.ts'
import type { Fallback } from '#server/gemini/gemini.ts'
import type { Budget } from '#server/shared/memory/budget.ts'
import { createRefunds } from '#server/submit/refunds.ts'
import type { Streams } from '#server/submit/stream.ts'
import { type Submit, type SubmitParts, submissionKey } from '#server/submit/submit.ts'
import { serviceHeaders } from '#server/upstream/gateways.ts'
import type { Outbound } from '#server/upstream/guard.ts'
import { createImageHandler } from '#server/upstream/image.ts'
import { createSharedQuestions } from '#server/upstream/questions.ts'
import { type Reply, readReply, refusedFor, sendReply, toReply } from '#server/upstream/relay.ts'
import type { Transfers } from '#server/upstream/transfers.ts'
import { createUploadHandler } from '#server/upstream/upload.ts'
import type { Metrics } from './metrics.ts'
import { createSpendHandler } from './spend.ts'

export interface ApiParts extends SubmitParts {
  outbound: Outbound
  routes: readonly Route[]
  submit: Submit
  streams: Streams
  transfers: Transfers
  fallback: Fallback | undefined
  budget: Budget
  /** Absent if no monitor may ask for metrics. */
  metrics: Metrics | undefined
  /** For tests: divides the time that slow readers get. */
  timeoutDivisor?: number
}

/** Answers a request that the edge passed on, on Node's own response. `route`: the row for its path, whatever its method. */
export type Api = (incoming: IncomingMessage, outgoing: ServerResponse, route: Route | undefined) => Promise<void>

const LinkBody = z.strictObject({ url: z.string() })

/** Builds a handler for each row of the table. Paths without a row do not exist. */
export function createApi(parts: ApiParts): Api {
  const { routes, log } = parts
  const kinds = createHandlers(parts)
  const handlers = new Map(routes.map((route) => [route, kinds[route.kind](route)]))

  function fail(outgoing: ServerResponse, { path, isPaid }: Route, error: unknown): void {
    // A client that left needs no answer, and errors caused by its leaving are not faults.
    if (outgoing.closed) return
    const id = randomUUID()
    const refusal = refusalIn(error)
    if (!refusal) log.error({ id, path, err: error }, 'a request failed')
    // Something may have been sent before an unexpected error.
    const sent = isPaid ? 'unknown' : 'no'
    sendRefusal(outgoing, refusal ?? toRefusal(500, `The proxy failed. See its log: ${id}`, { sent }))
  }

  return async (incoming, outgoing, route) => {
    if (route === undefined || route.method !== incoming.method) {
      sendRefusal(outgoing, toRefusal(404, 'There is nothing at this address.'))
      return
    }
    try {
      await present(handlers.get(route))(incoming, outgoing)
    } catch (error) {
      fail(outgoing, route, error)
    }
  }
}

function createHandlers(parts: ApiParts): Record<RouteKind, (route: Route) => Handler> {
  const { access, streams, callbacks, fallback } = parts
  return {
    health: () => createHealthHandler(parts),
    access: () => access.enter,
    image: (route) => createImageHandler(parts, route),
    submission: () => createKeptHandler(parts),
    events: () => streams.handler,
    callback: (route) => present(callbacks).handlerFor(route),
    status: (route) => createReadHandler(route, parts, createRefunds(parts.budget, parts.log, present(route.endpoint))),
    credits: (route) => createReadHandler(route, parts),
    link: (route) => createLinkHandler(route, parts),
    upload: (route) => createUploadHandler(parts, route),
    submit: (route) => parts.submit.handlerFor(route),
    generate: (route) => present(fallback).generateFor(route),
    picture: (route) => present(fallback).pictureFor(route),
    spend: () => createSpendHandler(parts.budget, parts.log),
    metrics: () => present(parts.metrics).handler,
  }
}

/** The table has no rows for parts that this proxy does not have. */
function present<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('a route without what it is for')
  return part
}

function createHealthHandler({ gateway, callbacks, fallback, access }: ApiParts): Handler {
  const health: Health = { mode: gateway.mode, gateway: gateway.id, ...(callbacks ? { callbacks: true } : {}) }
  return (incoming, outgoing) => {
    const more = fallback ? { fallback: fallback.describe() } : {}
    sendJson(outgoing, 200, access.isAllowed(incoming) ? { ...health, ...more } : { ...health, locked: true })
  }
}

/**
 * Free requests: passed on and answered unchanged. A request shared by several clients goes on if one of them leaves.
 * `look` is shown each answer before it is passed on.
 */
function createReadHandler(
  route: Route,
  { gateway, outbound, mask }: ApiParts,
  look: (path: string, reply: Reply) => Promise<void> = async () => undefined,
): Handler {
  const endpoint = present(route.endpoint)
  const headers = serviceHeaders(gateway)
  const base = gateway.api.path + endpoint.path
  const { deadlineMs, answerBytes: maxBytes } = route
  const share = createSharedQuestions(async (path) => {
    const whole = await outbound.ask({ to: gateway.api.to, path, headers, deadlineMs, maxBytes })
    const reply = whole.ok ? toReply(whole, mask) : whole
    if (!reply.ok) throw refusedFor(reply)
    await look(path, reply)
    return reply
  })
  const readQuery = createQueryReader(endpoint)
  return async (incoming, outgoing) => sendReply(outgoing, await share(base + readQuery(queryOf(incoming))))
}

function createLinkHandler(route: Route, { gateway, outbound, mask }: ApiParts): Handler {
  const headers = [...serviceHeaders(gateway), 'content-type', 'application/json']
  const path = gateway.api.path + route.path
  const { deadlineMs } = route
  const limits = jsonLimitsOf(route)
  return async (incoming, outgoing) => {
    const body = LinkBody.safeParse(await readJson(incoming, limits))
    if (!body.success || gateway.results.read(body.data.url) === undefined) {
      throw refused(422, 'Links are renewed for images of the service only.')
    }
    const call = { to: gateway.api.to, path, method: 'POST', headers, deadlineMs, client: outgoing } as const
    const answer = await outbound.request({ ...call, body: JSON.stringify(body.data) })
    const reply = answer.ok ? await readReply(answer, mask) : answer
    if (!reply.ok) throw refusedFor(reply)
    sendReply(outgoing, reply)
  }
}

function createKeptHandler({ submissions, log }: ApiParts): Handler {
  return async (incoming, outgoing) => {
    const run = lastPartOf(incoming)
    if (!submissionKey.test(run)) throw refused(400, 'This is not the id of a run.')
    const kept: KeptSubmission = await submissions.find(run).catch((error: unknown) => {
      log.error({ run, err: error }, 'a submission could not be looked up')
      throw refused(503, 'The proxy cannot look up submissions at the moment.', { retryAfterMs: 5000 })
    })
    sendJson(outgoing, 200, kept)
  }
}

/** Writes the listed parameters of a query, each at most once and of the right form. All others are dropped. */
function createQueryReader({ query }: Endpoint): (given: URLSearchParams) => string {
  if (query === undefined) return () => ''
  const forms = Object.entries(query)
  return (given) => {
    const pairs = forms.map(([name, form]) => {
      const [value, ...more] = given.getAll(name)
      if (value === undefined || more.length > 0 || !form.test(value))
        throw refused(400, `${name} is missing or malformed.`)
      return `${name}=${encodeURIComponent(value)}`
    })
    return `?${pairs.join('&')}`
  }
}
