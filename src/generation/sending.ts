import { type Failure, GenerationError, isAbort, isNamed, toFailure } from '#domain/failure.ts'
import type { RunId, TaskId } from '#domain/ids.ts'
import type { Run } from '#domain/run.ts'
import type { ModelFamily } from '#models/model.ts'
import type { Provider, Send } from '#providers/provider.ts'
import { keptSubmission } from '#providers/proxy.ts'
import { type Health, parseJson, proxyPaths, readHealth } from '#providers/send.ts'
import { type Push, type RunnerPorts, withDeadline } from './ports.ts'
import { toRequestBody } from './request-body.ts'

const reachMs = 10_000
const submitMs = 90_000
const askMs = 15_000
/** How long the proxy is asked for a lost answer before the run counts as unconfirmed. */
const recoverMs = 60_000
/** The same if the service calls back: at the latest, the callback brings the answer. */
const calledBackMs = 120_000

const unreachable: Failure = { kind: 'unavailable', detail: 'The proxy cannot be reached.' }

/** The meaning of a request without an answer, as long as nothing paid is under way. */
export function lostContact(error: unknown): Failure {
  if (isNamed(error, 'GenerationError')) return toFailure(error)
  if (isNamed(error, 'TimeoutError')) return { kind: 'unavailable', detail: 'The proxy does not answer.' }
  return unreachable
}

/**
 * Asks whether the proxy is there, so that an outage is known before anything paid is sent. A proxy of another make may
 * not have the route; a web page in its place is not a proxy. Gives what the proxy says about itself.
 */
export async function reach(send: Send, signal: AbortSignal): Promise<Partial<Health>> {
  const { ok, json } = await withDeadline(reachMs, signal, async (soon) => {
    const response = await send(proxyPaths.health, { signal: soon })
    return { ok: response.ok, json: parseJson(await response.text()) }
  })
  if (ok && json === undefined) {
    throw new GenerationError({
      kind: 'unavailable',
      detail: 'The proxy address answers with a web page, not as a proxy.',
    })
  }
  return readHealth(json) ?? {}
}

export type Sent = { task: TaskId } | { failure: Failure }

/**
 * Submits once. From here on bytes may have been sent: anything but a certain refusal or a task id is `unconfirmed`.
 * "Stop waiting" does not interrupt this step: a submission is always brought to its answer.
 */
export async function submitOnce(
  ports: RunnerPorts,
  push: Push,
  run: Run,
  family: ModelFamily,
  provider: Provider,
  sourceUrls: readonly string[],
): Promise<Sent> {
  const body = toRequestBody(run.recipe, family, provider, sourceUrls)
  try {
    const task = await withDeadline(submitMs, undefined, (signal) =>
      provider.submit(body, run.id, { send: ports.send, signal }),
    )
    return { task }
  } catch (error) {
    const failure = toFailure(error)
    if (isNamed(error, 'GenerationError') && failure.kind !== 'unconfirmed') return { failure }
    return recover(ports, push, run.id, provider, failure)
  }
}

/** Asks the proxy for the answer to a submission that did not reach this page. Sends nothing paid. */
export async function recover(
  { send, monotonic }: RunnerPorts,
  push: Push,
  run: RunId,
  provider: Provider,
  known?: Failure,
): Promise<Sent> {
  const unconfirmed: Failure = { ...wordsOf(known), kind: 'unconfirmed' }
  const forever = new AbortController().signal
  const startedAt = monotonic()
  let timeoutMs = recoverMs
  for (let pauseMs = 500; monotonic() - startedAt < timeoutMs; pauseMs = Math.min(5_000, pauseMs * 2)) {
    try {
      const kept = await withDeadline(askMs, undefined, (signal) => keptSubmission(send, run, signal))
      if (provider.standIn && kept && kept.state !== 'none') return { task: run as string as TaskId }
      if (kept?.state === 'answered') return { task: provider.readSubmission(kept.status, kept.body) }
      if (kept?.state !== 'pending') {
        if (!provider.callbacks || !(await isCalledBack(send))) return { failure: unconfirmed }
        timeoutMs = calledBackMs
      }
    } catch (error) {
      if (isNamed(error, 'GenerationError')) return { failure: toFailure(error) }
      if (isAbort(error)) throw error
    }
    await push.pause(run, pauseMs, forever)
  }
  return { failure: unconfirmed }
}

async function isCalledBack(send: Send): Promise<boolean> {
  try {
    return (await reach(send, new AbortController().signal)).callbacks === true
  } catch {
    return false
  }
}

function wordsOf(failure: Failure | undefined): { code?: number; said?: string } {
  if (failure?.kind !== 'unconfirmed') return {}
  const { code, said } = failure
  return { ...(code === undefined ? {} : { code }), ...(said === undefined ? {} : { said }) }
}
