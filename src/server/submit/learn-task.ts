import { toFailure } from '#domain/failure.ts'
import type { TaskId } from '#domain/ids.ts'
import type { Callbacks as Dialect, Provider, Send } from '#providers/provider.ts'
import type { Outcome, SubmissionStore } from '#server/shared/memory/submissions.ts'
import { type Gateway, serviceHeaders } from '#server/upstream/gateways.ts'
import type { Outbound } from '#server/upstream/guard.ts'
import { type Mask, mostReplyBytes, toReply } from '#server/upstream/relay.ts'

export interface TaskLearnerParts {
  gateway: Gateway
  outbound: Pick<Outbound, 'ask'>
  mask: Mask
  submissions: SubmissionStore
  /** Pauses before a task is looked up again, in ms. */
  pausesMs: readonly number[]
}

/**
 * What a call about a task means for its run. `known`: the task is the run's. `learned`: the run's answer was not known,
 * and the service has confirmed the task. Otherwise nothing was learned.
 */
export type Learned = 'known' | 'learned' | 'another task' | 'unknown task'

export type LearnTask = (provider: Provider, dialect: Dialect, run: string, task: TaskId) => Promise<Learned>

const askMs = 20_000

/**
 * Learns the task of a run from a call that may be forged: only after the service itself has confirmed that task. Rejects
 * with a `GenerationError` if the service refused the run.
 */
export function createTaskLearner(parts: TaskLearnerParts): LearnTask {
  const { submissions, pausesMs } = parts
  const send = createQuestions(parts)

  /** The task known for the run. Throws if the service refused it. */
  async function knownTask(provider: Provider, run: string): Promise<TaskId | undefined> {
    const kept = await submissions.find(run)
    if (kept.state !== 'answered') return undefined
    try {
      return provider.readSubmission(kept.status, kept.body)
    } catch (error) {
      // An answer without a certain meaning is no better than a lost one.
      if (toFailure(error).kind === 'unconfirmed') return undefined
      throw error
    }
  }

  /** Whether the service knows the task. Rejects if it cannot be asked. */
  async function isThere(provider: Provider, task: TaskId): Promise<boolean> {
    const call = { send, signal: new AbortController().signal }
    // Above this age, a missing record will not appear any more.
    const status = await provider.check(task, Number.POSITIVE_INFINITY, call)
    return status.state !== 'failed' || status.chargePossible !== true
  }

  async function confirm(provider: Provider, task: TaskId): Promise<boolean> {
    for (const pauseMs of pausesMs) {
      try {
        return await isThere(provider, task)
      } catch {
        await new Promise((resolve) => setTimeout(resolve, pauseMs).unref())
      }
    }
    return isThere(provider, task).catch(() => false)
  }

  return async (provider, dialect, run, task) => {
    const known = await knownTask(provider, run)
    if (known !== undefined) return known === task ? 'known' : 'another task'
    if (!(await confirm(provider, task))) return 'unknown task'
    await submissions.learn(run, toOutcome(dialect.toAnswer(task)))
    return 'learned'
  }
}

/** Free requests to the service with our own key. Rejects if no answer came. */
function createQuestions({ gateway, outbound, mask }: TaskLearnerParts): Send {
  const headers = serviceHeaders(gateway)
  return async (path) => {
    const { to, path: base } = gateway.api
    const whole = await outbound.ask({ to, path: base + path, headers, deadlineMs: askMs, maxBytes: mostReplyBytes })
    const reply = whole.ok ? toReply(whole, mask) : whole
    if (!reply.ok) throw new Error(reply.cause)
    return new Response(reply.body, { status: reply.status })
  }
}

function toOutcome(body: string): Outcome {
  return { state: 'answered', status: 200, type: 'application/json; charset=utf-8', body }
}
