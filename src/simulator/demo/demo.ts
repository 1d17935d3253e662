import type { Send } from '#providers/provider.ts'
import { providers } from '#providers/registry.ts'
import { type Health, parseJson, proxyPaths } from '#providers/send.ts'
import {
  createMemorySubmissions,
  type Outcome,
  type SubmissionStore,
  toOutcome,
} from '#server/shared/memory/submissions.ts'
import { createPagePainter } from '#simulator/painter/page-painter.ts'
import type { Painter } from '#simulator/painter/painter.ts'
import { createSimulator } from '#simulator/simulator.ts'
import { openShelf, type Shelf } from './demo-shelf.ts'

export interface DemoOptions {
  painter?: Painter
  shelf?: Shelf
  /** How long a task takes in ms, exactly or between two values. The simulator's own by default. */
  durationMs?: number
}

/** A host that does not exist: every request to it is answered in this page. */
const origin = 'https://demo.invalid'
const key = 'simulated'
const health: Health = { mode: 'simulated', gateway: 'kie' }
const submitMs = 60_000

/**
 * Proxy and service inside the page, for a host that only serves files. The page is the only client and there is no
 * key, so only the proxy's rules about runs remain: one submission per run, and its answer is kept.
 */
export async function openDemo({ painter, shelf, durationMs }: DemoOptions = {}): Promise<Send> {
  const memory = shelf ?? (await openShelf())
  const simulator = createSimulator({
    origin: () => origin,
    // Otherwise the first image of a prompt would be the same after every reload.
    painter: painter ?? createPagePainter({ seed: Math.floor(Math.random() * 2 ** 32) }),
    key,
    memory,
    ...(durationMs === undefined ? {} : { switches: { durationMs } }),
  })
  const submissions = createMemorySubmissions()
  const submit = createSubmit(simulator.fetch, submissions, memory)
  const endpoints = new Map(
    providers.flatMap((provider) => provider.endpoints).map((one) => [`${one.method} ${one.path}`, one.kind]),
  )

  async function findSubmission(run: string): Promise<Response> {
    const kept = await submissions.find(run)
    const answer = kept.state === 'none' ? await memory.findAnswer(run) : undefined
    return Response.json(answer ? { state: 'answered', ...answer } : kept)
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === proxyPaths.health) return Response.json(health)
    if (pathname === proxyPaths.image) return fetchPicture(simulator.fetch, searchParams.get('url') ?? '')
    if (pathname.startsWith(`${proxyPaths.submissions}/`)) return findSubmission(pathname.split('/').at(-1) ?? '')
    const kind = endpoints.get(`${request.method} ${pathname}`)
    if (kind === undefined) return refuse(404, 'There is nothing at this address.')
    return kind === 'submit' ? submit(request) : simulator.fetch(request)
  }

  return (path, init = {}) => {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${key}`)
    const request = new Request(origin + path, { ...init, headers })
    return unlessAborted(answer(request), request.signal)
  }
}

type Fetch = (request: Request) => Promise<Response>

/** One submission per run. As in the proxy, it continues when nobody waits for it any more. */
function createSubmit(service: Fetch, submissions: SubmissionStore, shelf: Shelf): Fetch {
  async function ask(request: Request, body: string): Promise<Outcome> {
    const { url, method, headers } = request
    const asked = new Request(url, { method, headers, body, signal: AbortSignal.timeout(submitMs) })
    const response = await service(asked).catch(() => undefined)
    if (!response)
      return toOutcome('unknown', { code: 504, msg: 'No answer came in time.', proxy: { sent: 'unknown' } })
    const { status } = response
    const text = await response.text()
    const code = Number((parseJson(text) as { code?: unknown } | undefined)?.code ?? status)
    const type = response.headers.get('content-type') ?? ''
    return { state: code === 429 ? 'free' : 'answered', status, type, body: text }
  }

  return async (request) => {
    const run = request.headers.get('idempotency-key') ?? ''
    const body = await request.text()
    const reservation = await submissions.reserve(run, new URL(request.url).pathname + body)
    if (reservation.state === 'other-body') return refuse(409, 'This run was sent before with other settings.')
    if (reservation.state === 'full') return refuse(503, 'The proxy remembers too many submissions at the moment.')
    if (reservation.state === 'same') return toResponse(await reservation.outcome)
    const outcome = await ask(request, body)
    if (outcome.state === 'answered') shelf.keepAnswer(run, outcome.status, outcome.body)
    await shelf.written()
    await submissions.settle(run, outcome)
    return toResponse(outcome)
  }
}

async function fetchPicture(service: Fetch, url: string): Promise<Response> {
  const isOurs = URL.canParse(url) && new URL(url).origin === origin
  if (!isOurs) return refuse(422, 'Images are fetched from the hosts of the service only.')
  const response = await service(new Request(url))
  return response.ok
    ? response
    : refuse(response.status, `The image cannot be fetched: its host answered ${response.status}.`)
}

function refuse(code: number, msg: string): Response {
  return toResponse(toOutcome('free', { code, msg, proxy: { sent: 'no' } }))
}

function toResponse({ status, type, body }: Outcome): Response {
  return new Response(body, { status, headers: { 'content-type': type } })
}

/** As with any request: whoever aborts gets no answer. */
function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, { once: true })
    work.then(resolve, reject)
  })
}
