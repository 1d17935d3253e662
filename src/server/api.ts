import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import * as z from 'zod/mini'
import type { Endpoint } from '#providers/provider.ts'
import type { KeptSubmission } from '#providers/proxy.ts'
import { type Health, proxyPaths } from '#providers/send.ts'
import { readJson } from '#server/edge/body.ts'
import { type Handler, refusalIn, refused, sendJson, sendRefusal, toRefusal } from '#server/edge/refusals.ts'
import { jsonLimitsOf, type Route, type RouteKind } from '#server/edge/routes.ts'
import type { Fallback } from '#server/gemini/gemini.ts'
import type { Budget } from '#server/shared/memory/budget.ts'
import type { Streams } from '#server/submit/stream.ts'
import { type Submit, type SubmitParts, submissionKey } from '#server/submit/submit.ts'
import { serviceHeaders } from '#server/upstream/gateways.ts'
import type { Outbound, OutboundCall } from '#server/upstream/guard.ts'
import { createImageHandler } from '#server/upstream/image.ts'
import { createSharedQuestions } from '#server/upstream/questions.ts'
import { readReply, refusedFor, sendReply } from '#server/upstream/relay.ts'
import type { Transfers } from '#server/upstream/transfers.ts'
import { createUploadHandler } from '#server/upstream/upload.ts'
import type { Metrics } from './metrics.ts'
import { createSpendHandler } from './spend.ts'

export interface ApiParts extends SubmitParts {
  routes: readonly Route[]
  submit: Submit
  streams: Streams
  transfers: Transfers
  fallback: Fallback | undefined
  budget: Budget
  /** Absent if no monitor may ask for metrics. */
  metrics: Metrics | undefined
  /** For tests: divides the time that slow readers get. */
  haste?: number
}

export type Api = Hono<{ Bindings: HttpBindings }>

const LinkBody = z.strictObject({ url: z.string() })

/** Builds the routes of the table, each with the handler of its kind. Paths without a row do not exist. */
export function createApi(parts: ApiParts): Api {
  const { routes, log } = parts
  const api: Api = new Hono()
  const handlers = createHandlers(parts)
  for (const route of routes) {
    const handler = handlers[route.kind](route)
    api.on(route.method, route.path, async ({ env }) => {
      try {
        await handler(env.incoming, env.outgoing)
      } catch (error) {
        // Something may have been sent before an unexpected error.
        if (!route.isPaid || refusalIn(error)) throw error
        fail(env, route.path, error, 'unknown')
      }
      return RESPONSE_ALREADY_SENT
    })
  }
  const fail = ({ incoming, outgoing }: HttpBindings, path: string, error: unknown, sent: 'no' | 'unknown') => {
    // A client that left needs no answer, and errors caused by its leaving are not faults.
    if (outgoing.closed || incoming.errored) return
    const refusal = refusalIn(error)
    const id = randomUUID()
    if (!refusal) log.error({ id, path, err: error }, 'a request failed')
    sendRefusal(outgoing, refusal ?? toRefusal(500, `The proxy failed. See its log: ${id}`, { sent }))
  }

  api.notFound(({ env }) => {
    sendRefusal(env.outgoing, toRefusal(404, 'There is nothing at this address.'))
    return RESPONSE_ALREADY_SENT
  })
  api.onError((error, { env, req }) => {
    fail(env, req.path, error, 'no')
    return RESPONSE_ALREADY_SENT
  })
  return api
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
    status: (route) => createReadHandler(route, parts),
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
 */
function createReadHandler(route: Route, { gateway, outbound, mask }: ApiParts): Handler {
  const endpoint = present(route.endpoint)
  const headers = serviceHeaders(gateway)
  const base = gateway.api.path + endpoint.path
  const { deadlineMs } = route
  const share = createSharedQuestions((path) => {
    return ask(outbound, { to: gateway.api.to, path, method: 'GET', headers, deadlineMs }, mask)
  })
  return async (incoming, outgoing) => sendReply(outgoing, await share(base + readQuery(incoming, endpoint)))
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
    sendReply(outgoing, await ask(outbound, { ...call, body: JSON.stringify(body.data) }, mask))
  }
}

function createKeptHandler({ submissions, log }: ApiParts): Handler {
  return async (incoming, outgoing) => {
    const run = incoming.url?.split('?')[0]?.slice(`${proxyPaths.submissions}/`.length) ?? ''
    if (!submissionKey.test(run)) throw refused(400, 'This is not the id of a run.')
    const kept: KeptSubmission = await submissions.find(run).catch((error: unknown) => {
      log.error({ run, err: error }, 'a submission could not be looked up')
      throw refused(503, 'The proxy cannot look up submissions at the moment.', { retryAfterMs: 5000 })
    })
    sendJson(outgoing, 200, kept)
  }
}

async function ask(outbound: Outbound, call: OutboundCall, mask: SubmitParts['mask']) {
  const answer = await outbound.request(call)
  const reply = answer.ok ? await readReply(answer, mask) : answer
  if (!reply.ok) throw refusedFor(reply)
  return reply
}

/** The listed parameters, each at most once and of the right form. All others are dropped. */
function readQuery({ url = '' }: IncomingMessage, { query }: Endpoint): string {
  if (query === undefined) return ''
  const given = new URLSearchParams(url.slice(url.indexOf('?') + 1))
  const pairs = Object.entries(query).map(([name, form]) => {
    const [value = '', ...more] = given.getAll(name)
    if (more.length > 0 || !form.test(value)) throw refused(400, `${name} is missing or malformed.`)
    return `${name}=${encodeURIComponent(value)}`
  })
  return `?${pairs.join('&')}`
}
