import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import * as z from 'zod/mini'
import { eventsPath } from '#providers/events.ts'
import type { Endpoint } from '#providers/provider.ts'
import type { KeptSubmission } from '#providers/proxy.ts'
import { providers } from '#providers/registry.ts'
import { type Health, proxyPaths } from '#providers/send.ts'
import { readJson } from '#server/edge/body.ts'
import { callbackPath } from '#server/edge/edge.ts'
import { type Handler, refusalIn, refused, sendJson, sendRefusal, toRefusal } from '#server/edge/refusals.ts'
import type { FallbackRoutes } from '#server/gemini/gemini.ts'
import type { Streams } from '#server/submit/stream.ts'
import { type Submit, type SubmitParts, submissionKey } from '#server/submit/submit.ts'
import { serviceHeaders } from '#server/upstream/gateways.ts'
import type { Outbound, OutboundCall } from '#server/upstream/guard.ts'
import { createImageHandler } from '#server/upstream/image.ts'
import { createSharedQuestions } from '#server/upstream/questions.ts'
import { readReply, refusedFor, sendReply } from '#server/upstream/relay.ts'
import { createUploadHandler } from '#server/upstream/upload.ts'

export interface ApiParts extends SubmitParts {
  submit: Submit
  streams: Streams
  fallback: FallbackRoutes | undefined
}

export type Api = Hono<{ Bindings: HttpBindings }>

const freeDeadlineMs = 20_000
const linkBytes = 8192
const LinkBody = z.strictObject({ url: z.string() })

/** The endpoints of the providers under their own paths, and the proxy's own routes. Whatever is not listed is not there. */
export function createApi(parts: ApiParts): Api {
  const { gateway, outbound, access, fallback, log } = parts
  const api: Api = new Hono()
  const route = (method: Endpoint['method'], path: string, handler: Handler) => {
    api.on(method, path, async ({ env }) => {
      await handler(env.incoming, env.outgoing)
      return RESPONSE_ALREADY_SENT
    })
  }

  const { callbacks } = parts
  const health: Health = { mode: gateway.mode, gateway: gateway.id, ...(callbacks ? { callbacks: true } : {}) }
  route('GET', proxyPaths.health, (incoming, outgoing) => {
    const more = fallback ? { fallback: fallback.describe() } : {}
    sendJson(outgoing, 200, access.isAllowed(incoming) ? { ...health, ...more } : { ...health, locked: true })
  })
  route('GET', proxyPaths.image, createImageHandler(outbound, gateway.results))
  route('GET', `${proxyPaths.submissions}/:run`, createKeptHandler(parts))
  route('POST', proxyPaths.access, access.enter)
  if (callbacks) {
    route('GET', eventsPath, parts.streams.handler)
    route('POST', `${callbackPath}/:provider/:run/:token`, callbacks.handler)
  }
  const endpoints = new Map(providers.flatMap((provider) => provider.endpoints).map((one) => [one.path, one]))
  for (const entry of fallback?.routes ?? []) route(...entry)
  for (const endpoint of endpoints.values()) route(endpoint.method, endpoint.path, handlerFor(endpoint, parts))

  api.notFound(({ env }) => {
    sendRefusal(env.outgoing, toRefusal(404, 'There is nothing at this address.'))
    return RESPONSE_ALREADY_SENT
  })
  api.onError((error, { env, req }) => {
    // Whoever left does not need an answer, and what the leaving broke is no fault.
    if (env.outgoing.closed || env.incoming.errored) return RESPONSE_ALREADY_SENT
    const refusal = refusalIn(error)
    const id = randomUUID()
    if (!refusal) log.error({ id, path: req.path, err: error }, 'a request failed')
    sendRefusal(env.outgoing, refusal ?? toRefusal(500, `The proxy failed. See its log: ${id}`))
    return RESPONSE_ALREADY_SENT
  })
  return api
}

function handlerFor(endpoint: Endpoint, parts: ApiParts): Handler {
  switch (endpoint.kind) {
    case 'submit':
      return parts.submit.handlerFor(endpoint)
    case 'upload':
      return createUploadHandler(parts.gateway, parts.outbound, parts.mask, endpoint)
    case 'link':
      return createLinkHandler(endpoint, parts)
    case 'status':
    case 'credits':
      return createReadHandler(endpoint, parts)
  }
}

/** Free questions: passed on as they are, answered as they are. One that several ask goes on though one of them leaves. */
function createReadHandler(endpoint: Endpoint, { gateway, outbound, mask }: ApiParts): Handler {
  const headers = serviceHeaders(gateway)
  const base = gateway.api.path + endpoint.path
  const share = createSharedQuestions((path) => {
    return ask(outbound, { to: gateway.api.to, path, method: 'GET', headers, deadlineMs: freeDeadlineMs }, mask)
  })
  return async (incoming, outgoing) => sendReply(outgoing, await share(base + readQuery(incoming, endpoint)))
}

function createLinkHandler(endpoint: Endpoint, { gateway, outbound, mask }: ApiParts): Handler {
  const headers = [...serviceHeaders(gateway), 'content-type', 'application/json']
  return async (incoming, outgoing) => {
    const body = LinkBody.safeParse(await readJson(incoming, linkBytes))
    if (!body.success || gateway.results.read(body.data.url) === undefined) {
      throw refused(422, 'Links are renewed for pictures of the service only.')
    }
    const path = gateway.api.path + endpoint.path
    const call = {
      to: gateway.api.to,
      path,
      method: 'POST',
      headers,
      deadlineMs: freeDeadlineMs,
      client: outgoing,
    } as const
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

/** The listed parameters, each once and in its form. All others are dropped. */
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
