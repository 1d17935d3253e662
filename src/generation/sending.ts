import { type Failure, GenerationError, isAbort, toFailure } from '#domain/failure.ts'
import type { RunId, TaskId } from '#domain/ids.ts'
import type { Run } from '#domain/run.ts'
import type { ModelFamily } from '#models/model.ts'
import type { Provider, Send } from '#providers/provider.ts'
import { keptSubmission } from '#providers/proxy.ts'
import { type Health, parseJson, proxyPaths, readHealth } from '#providers/send.ts'
import { type Push, type RunnerPorts, within } from './ports.ts'
import { toRequestBody } from './request-body.ts'

const reachMs = 10_000
const submitMs = 90_000
const askMs = 15_000
/** How long a lost answer is asked for before the run counts as unconfirmed. */
const recoverMs = 60_000
/** The same where the service calls back: with the picture at the latest, its call brings the answer. */
const calledBackMs = 120_000

const unreachable: Failure = { kind: 'unavailable', detail: 'The proxy cannot be reached.' }

/** What a question that got no answer means as long as nothing paid is under way. */
export function lostContact(error: unknown): Failure {
  if (error !== null && typeof error === 'object' && (error as { name?: unknown }).name === 'GenerationError') {
    return toFailure(error)
  }
  if (isTimeout(error)) return { kind: 'unavailable', detail: 'The proxy does not answer.' }
  return unreachable
}

function isTimeout(error: unknown): boolean {
  return error !== null && typeof error === 'object' && (error as { name?: unknown }).name === 'TimeoutError'
}

/**
 * Asks the proxy whether it is there, so that a proxy that is down is known before anything paid leaves. A proxy of
 * another make need not know the route; a web page in its place is no proxy. Gives what it says of itself.
 */
export async function reach(send: Send, signal: AbortSignal): Promise<Partial<Health>> {
  const { ok, json } = await within(reachMs, signal, async (soon) => {
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
 * Submits once. From here on bytes may have left: whatever is not a certain refusal or a task id is `unconfirmed`.
 * "Stop waiting" does not reach this step: a submission under way is always brought to its answer.
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
    const task = await within(submitMs, undefined, (signal) =>
      provider.submit(body, run.id, { send: ports.send, signal }),
    )
    return { task }
  } catch (error) {
    const failure = toFailure(error)
    if (error instanceof Error && error.name === 'GenerationError' && failure.kind !== 'unconfirmed') return { failure }
    return recover(ports, push, run.id, provider, failure)
  }
}

/** Asks the proxy for the answer to a submission that never reached this page. Sends nothing paid. */
export async function recover(
  { send, monotonic }: RunnerPorts,
  push: Push,
  run: RunId,
  provider: Provider,
  known?: Failure,
): Promise<Sent> {
  const unconfirmed: Failure = { ...said(known), kind: 'unconfirmed' }
  const forever = new AbortController().signal
  const startedAt = monotonic()
  let patienceMs = recoverMs
  for (let pauseMs = 500; monotonic() - startedAt < patienceMs; pauseMs = Math.min(5_000, pauseMs * 2)) {
    try {
      const kept = await within(askMs, undefined, (signal) => keptSubmission(send, run, signal))
      if (provider.standIn && kept && kept.state !== 'none') return { task: run as string as TaskId }
      if (kept?.state === 'answered') return { task: provider.readSubmission(kept.status, kept.body) }
      if (kept?.state !== 'pending') {
        if (!provider.callbacks || !(await isCalledBack(send))) return { failure: unconfirmed }
        patienceMs = calledBackMs
      }
    } catch (error) {
      if (error instanceof Error && error.name === 'GenerationError') return { failure: toFailure(error) }
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

function said(failure: Failure | undefined): { code?: number; said?: string } {
  if (failure?.kind !== 'unconfirmed') return {}
  const { code, said } = failure
  return { ...(code === undefined ? {} : { code }), ...(said === undefined ? {} : { said }) }
}
