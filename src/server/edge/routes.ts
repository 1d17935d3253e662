import { eventsPath } from '#providers/events.ts'
import { geminiPaths } from '#providers/gemini.ts'
import type { Endpoint } from '#providers/provider.ts'
import { providers } from '#providers/registry.ts'
import { proxyPaths } from '#providers/send.ts'
import type { JsonLimits } from './json-scan.ts'

/** The address that the service calls; each run has a path below it. */
export const callbackPath = '/api/callbacks'
export const spendPath = '/api/spend'
export const metricsPath = '/metrics'

/**
 * Who may use a route. `user`: anyone with an access token, if one is required. `service`: anyone who knows the token
 * in the address. `admin` and `monitor`: the holder of their own token.
 */
export type Who = 'anybody' | 'user' | 'service' | 'admin' | 'monitor'

/** What a route does; each kind has one handler. */
export type RouteKind =
  | Endpoint['kind']
  | 'health'
  | 'access'
  | 'image'
  | 'submission'
  | 'events'
  | 'callback'
  | 'generate'
  | 'picture'
  | 'spend'
  | 'metrics'

/** One address of this proxy. The server is built from these rows and has no others; tests loop over all of them. */
export interface Route {
  kind: RouteKind
  method: 'GET' | 'POST'
  /** A segment starting with ":" stands for one value. */
  path: string
  who: Who
  /** What part of the request goes to the service. Its headers and cookies never do. */
  forwards: 'nothing' | 'query' | 'body' | 'file' | 'address'
  /** Whether it may cost money: after an unexpected error it is uncertain whether it was sent. */
  isPaid: boolean
  body: { type: 'none' } | ({ type: 'json' } & JsonLimits) | { type: 'form'; bytes: number; fileBytes: number }
  /** The largest body of an answer. */
  answerBytes: number
  /** The time limit for the service; 0 if it is not asked. */
  deadlineMs: number
  /** The service's own endpoint, for requests that are forwarded unchanged. */
  endpoint?: Endpoint
}

export interface RouteOptions {
  callbacks: boolean
  fallback: boolean
  spend: boolean
  metrics: boolean
  /** For tests: divides all time limits. */
  timeoutDivisor?: number
}

const kiB = 1024
const miB = 1024 * kiB
const noBody = { type: 'none' } as const
/** Answers made by the proxy itself. */
const own = { forwards: 'nothing', isPaid: false, body: noBody, answerBytes: 64 * kiB, deadlineMs: 0 } as const
const fileBytes = 10 * miB
const freeDeadlineMs = 20_000
/** A request cannot be taken back from the service, so the longer the proxy waits, the fewer answers are lost. */
const submitDeadlineMs = 60_000

/** How the kinds of endpoints of a service differ. docs/services.md 1 to 4. */
const endpointRows = {
  status: { forwards: 'query', isPaid: false, body: noBody, deadlineMs: freeDeadlineMs },
  credits: { forwards: 'query', isPaid: false, body: noBody, deadlineMs: freeDeadlineMs },
  link: {
    forwards: 'body',
    isPaid: false,
    body: { type: 'json', bytes: 8 * kiB, levels: 2, members: 4 },
    deadlineMs: freeDeadlineMs,
  },
  submit: {
    forwards: 'body',
    isPaid: true,
    body: { type: 'json', bytes: 64 * kiB, levels: 8, members: 200 },
    deadlineMs: submitDeadlineMs,
  },
  upload: {
    forwards: 'file',
    isPaid: false,
    body: { type: 'form', bytes: fileBytes + 64 * kiB, fileBytes },
    deadlineMs: 120_000,
  },
} as const satisfies Record<Endpoint['kind'], Partial<Route>>

export function createRoutes({ timeoutDivisor = 1, ...options }: RouteOptions): readonly Route[] {
  const rows = [
    ...ownRoutes,
    ...endpointRoutes(),
    ...(options.callbacks ? callbackRoutes : []),
    ...(options.fallback ? fallbackRoutes : []),
    ...(options.spend ? [spendRoute] : []),
    ...(options.metrics ? [metricsRoute] : []),
  ]
  return rows.map((row) => ({ ...row, deadlineMs: row.deadlineMs / timeoutDivisor }))
}

const ownRoutes: readonly Route[] = [
  { ...own, kind: 'health', method: 'GET', path: proxyPaths.health, who: 'anybody' },
  {
    ...own,
    kind: 'access',
    method: 'POST',
    path: proxyPaths.access,
    who: 'anybody',
    body: { type: 'json', bytes: 4 * kiB, levels: 2, members: 4 },
  },
  {
    ...own,
    kind: 'image',
    method: 'GET',
    path: proxyPaths.image,
    who: 'user',
    forwards: 'address',
    answerBytes: 50 * miB,
    deadlineMs: 120_000,
  },
  {
    ...own,
    kind: 'submission',
    method: 'GET',
    path: `${proxyPaths.submissions}/:run`,
    who: 'user',
    answerBytes: 2 * miB,
  },
]

function endpointRoutes(): Route[] {
  const endpoints = new Map(providers.flatMap((provider) => provider.endpoints).map((one) => [one.path, one]))
  return [...endpoints.values()].map((endpoint) => ({
    ...endpointRows[endpoint.kind],
    kind: endpoint.kind,
    method: endpoint.method,
    path: endpoint.path,
    who: 'user',
    answerBytes: miB,
    endpoint,
  }))
}

const callbackRoutes: readonly Route[] = [
  // A stream has no end and no size; only new events are held in memory.
  { ...own, kind: 'events', method: 'GET', path: eventsPath, who: 'user', answerBytes: Number.POSITIVE_INFINITY },
  {
    ...own,
    kind: 'callback',
    method: 'POST',
    path: `${callbackPath}/:provider/:run/:token`,
    who: 'service',
    // The callback of a job repeats the whole submission.
    body: { type: 'json', bytes: 256 * kiB, levels: 32, members: 2000 },
  },
]

const fallbackRoutes: readonly Route[] = [
  {
    kind: 'generate',
    method: 'POST',
    path: geminiPaths.generate,
    who: 'user',
    forwards: 'body',
    isPaid: true,
    // A whole submission including its sources. docs/services.md 8.1.
    body: { type: 'json', bytes: 18 * miB, levels: 8, members: 200 },
    answerBytes: 64 * kiB,
    deadlineMs: 120_000,
  },
  { ...own, kind: 'picture', method: 'GET', path: `${geminiPaths.pictures}/:run`, who: 'user', answerBytes: 24 * miB },
]

const spendRoute: Route = { ...own, kind: 'spend', method: 'GET', path: spendPath, who: 'admin', answerBytes: 2 * miB }
const metricsRoute: Route = {
  ...own,
  kind: 'metrics',
  method: 'GET',
  path: metricsPath,
  who: 'monitor',
  answerBytes: miB,
}

/** The limits of a route that takes JSON. */
export function jsonLimitsOf({ body, path }: Route): JsonLimits {
  if (body.type !== 'json') throw new Error(`${path} takes no JSON`)
  return body
}

/** Finds a route by a path, whatever the method. */
export function createRouteFinder(routes: readonly Route[]): (path: string) => Route | undefined {
  const patterns = routes.map((route) => ({ route, pattern: new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`) }))
  return (path) => patterns.find(({ pattern }) => pattern.test(path))?.route
}
