import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Failure, toFailure } from '#domain/failure.ts'
import type { TaskId } from '#domain/ids.ts'
import { checkedFamilies as families } from '#models/catalogue.ts'
import type { CheckedFamily } from '#models/model.ts'
import { objections } from '#models/objections.ts'
import type { Provider } from '#providers/provider.ts'
import { providers } from '#providers/registry.ts'
import { parseJson } from '#providers/send.ts'
import type { Access } from '#server/edge/access.ts'
import { readJson } from '#server/edge/body.ts'
import { type Handler, refused, sendText, tellWhen, toRefusal } from '#server/edge/refusals.ts'
import { jsonLimitsOf, type Route } from '#server/edge/routes.ts'
import type { Log } from '#server/log.ts'
import { nameIn } from '#server/shared/memory/budget.ts'
import { type Outcome, type Reservation, type SubmissionStore, toOutcome } from '#server/shared/memory/submissions.ts'
import type { Fault } from '#server/upstream/fault.ts'
import { type Gateway, serviceHeaders } from '#server/upstream/gateways.ts'
import type { Outbound } from '#server/upstream/guard.ts'
import { type Mask, type Reply, readReply } from '#server/upstream/relay.ts'
import type { Admission, Admit } from './admission.ts'
import type { Callbacks } from './callbacks.ts'

export const submissionKey = /^[A-Za-z0-9_-]{16,64}$/

export interface SubmitParts {
  gateway: Gateway
  outbound: Pick<Outbound, 'request'>
  submissions: SubmissionStore
  admit: Admit
  access: Access
  mask: Mask
  log: Log
  /** Present if the service can be asked to call back. */
  callbacks?: Callbacks | undefined
  /** Called with the outcome of each submission. */
  countOutcome?: ((state: Outcome['state']) => void) | undefined
}

export interface Submit {
  handlerFor(route: Route): Handler
  /** Accepts no new ones; resolves when those under way have their answers. */
  drain(): Promise<void>
}

type Admitted = Extract<Admission, { admitted: true }>

interface Submission {
  route: Route
  key: string
  body: unknown
  user: string
  credits: number
}

/** The paid requests. Each key is sent at most once, also if the browser leaves in the middle. */
export function createSubmit(parts: SubmitParts): Submit {
  const { submissions, admit, access, log } = parts
  const reserve = createReserve(parts)
  const underWay = new Set<Promise<unknown>>()
  let draining = false

  function track<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => underWay.delete(tracked))
    underWay.add(tracked)
    return tracked
  }

  async function sendOnce({ route, key, body, user, credits }: Submission): Promise<Outcome> {
    const text = JSON.stringify(parts.callbacks?.addTo(body, route.path, key) ?? body)
    const admission = await admit(user, credits, key)
    const outcome = admission.admitted
      ? await forward(parts, route, text).catch(() => inDoubt())
      : toOutcome('free', admission.refusal)
    if (admission.admitted) await keepAccount(admission, route.path, outcome)
    // The answer matters more than storing it: the page that sent this run must get it.
    await submissions
      .settle(key, outcome)
      .catch((error: unknown) => log.error({ run: key, err: error }, 'the answer to a submission could not be stored'))
    parts.countOutcome?.(outcome.state)
    if (outcome.state === 'unknown')
      log.warn({ run: key, user: nameIn(user) || undefined, path: route.path }, 'a submission has no certain answer')
    return outcome
  }

  async function answer(route: Route, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const key = readKey(incoming)
    const body = await readJson(incoming, jsonLimitsOf(route))
    const family = checkBody(parts.gateway, route.path, body)
    if (draining) throw refused(503, 'The proxy is being stopped.', { retryAfterMs: 5000 })
    // Serialised again from what was checked: another parser may see different members in the original.
    const text = JSON.stringify(body)
    const user = access.userOf(incoming)
    const reservation = await reserve(key, hash(route.path + text))
    if (reservation.state === 'same') return sendOutcome(outgoing, await reservation.outcome)
    const sent = track(sendOnce({ route, key, body, user, credits: family.priceOf(body) }))
    // Stops waiting for an answer that has become known in another way.
    return sendOutcome(outgoing, await Promise.race([sent, reservation.learned ?? sent]))
  }

  return {
    handlerFor: (route) => (incoming, outgoing) => track(answer(route, incoming, outgoing)),
    async drain() {
      draining = true
      await Promise.allSettled(underWay)
    },
  }
}

/** The only place that allows a run to be sent: a run that cannot be recorded is refused. */
export function createReserve({ submissions, log }: Pick<SubmitParts, 'submissions' | 'log'>) {
  return async (key: string, bodyHash: string): Promise<Extract<Reservation, { state: 'fresh' | 'same' }>> => {
    const reservation = await submissions.reserve(key, bodyHash).catch((error: unknown) => {
      log.error({ run: key, err: error }, 'a submission could not be remembered, and was not sent')
      throw refused(503, 'The proxy cannot remember submissions at the moment.', { retryAfterMs: 5000 })
    })
    switch (reservation.state) {
      case 'other-body':
        throw refused(409, 'This run was sent before with other settings.')
      case 'full':
        throw refused(503, 'The proxy remembers too many submissions at the moment.')
      default:
        return reservation
    }
  }
}

export function readKey(incoming: IncomingMessage): string {
  const key = incoming.headers['idempotency-key']
  if (typeof key === 'string' && submissionKey.test(key)) return key
  const message = 'Idempotency-Key must be 16 to 64 letters, digits, _ or -'
  throw refused(422, message, { issues: [{ field: 'Idempotency-Key', message }] })
}

/** Accepts what one of the endpoint's families accepts, with sources from our own uploads only. */
function checkBody(gateway: Gateway, path: string, body: unknown): CheckedFamily {
  const here = providersAt(path).map(({ id }) => id)
  const candidates = families.filter(({ provider }) => here.includes(provider))
  const family = candidates.find((candidate) => objections(candidate, body).length === 0)
  if (!family) {
    const issues = candidates.flatMap((candidate) => objections(candidate, body))
    throw refused(422, 'The service does not accept these settings.', { issues })
  }
  if (!family.sourcesIn(body).every((source) => gateway.uploads.read(source) !== undefined)) {
    const message = 'Source images must be addresses of uploaded images.'
    throw refused(422, message, { issues: [{ field: 'sources', message }] })
  }
  return family
}

/** Those that take submissions at this path. */
function providersAt(path: string): readonly Provider[] {
  return providers.filter(({ endpoints }) => endpoints.some((one) => one.kind === 'submit' && one.path === path))
}

/** Whether the service certainly accepted nothing, so that nothing was spent. */
async function keepAccount(admission: Admitted, path: string, outcome: Outcome): Promise<void> {
  if (outcome.state === 'free') return admission.giveBack()
  if (outcome.state !== 'answered') return
  const { task, failure } = readSubmission(path, outcome)
  if (failure) await admission.giveBack()
  else if (task !== undefined) await admission.tieTo(task)
}

/** The task in an answer, or the failure in one that names no task. */
function readSubmission(
  path: string,
  { status, body }: Pick<Reply, 'status' | 'body'>,
): { task?: TaskId | undefined; failure?: Failure } {
  try {
    const [task] = providersAt(path).map((provider) => provider.readSubmission(status, body))
    return { task }
  } catch (error) {
    return { failure: toFailure(error) }
  }
}

async function forward(
  { gateway, outbound, mask }: SubmitParts,
  { path, deadlineMs }: Route,
  text: string,
): Promise<Outcome> {
  const answer = await outbound.request({
    to: gateway.api.to,
    path: gateway.api.path + path,
    method: 'POST',
    headers: [...serviceHeaders(gateway), 'content-type', 'application/json'],
    body: text,
    deadlineMs,
  })
  if (!answer.ok) return answer.sent === 'no' ? notSent(answer) : inDoubt(answer)
  const reply = await readReply(answer, mask)
  if (!reply.ok) return inDoubt(reply)
  return { state: stateOf(path, reply), ...reply }
}

function stateOf(path: string, reply: Reply): Outcome['state'] {
  if (isOverLimit(reply)) return 'free'
  return readSubmission(path, reply).failure?.kind === 'unconfirmed' ? 'unclear' : 'answered'
}

/**
 * The only answer after which sending again is right: the service accepted nothing and says so. docs/services.md 1.4a.
 */
function isOverLimit({ status, body }: Reply): boolean {
  const envelope = parseJson(body) as { code?: unknown } | null | undefined
  return Number(envelope?.code ?? status) === 429
}

function notSent({ cause }: Fault): Outcome {
  const message = cause === 'late' ? 'The service did not answer in time.' : 'The service cannot be reached.'
  return toOutcome('free', toRefusal(503, message))
}

function inDoubt(fault?: Fault): Outcome {
  const message = fault?.cause === 'late' ? 'No answer came in time.' : 'The answer was lost.'
  return toOutcome('unknown', toRefusal(fault?.cause === 'late' ? 504 : 502, message, { sent: 'unknown' }))
}

function sendOutcome(outgoing: ServerResponse, { status, type, body, retryAfterMs }: Outcome): void {
  if (retryAfterMs !== undefined) tellWhen(outgoing, retryAfterMs)
  sendText(outgoing, status, type, body)
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
