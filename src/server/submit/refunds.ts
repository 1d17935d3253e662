import type { Endpoint } from '#providers/provider.ts'
import { providers } from '#providers/registry.ts'
import type { Log } from '#server/log.ts'
import type { Budget } from '#server/shared/memory/budget.ts'
import type { Reply } from '#server/upstream/relay.ts'

/**
 * Returns a function that checks each answer of this status endpoint: if a task failed and was not charged, the
 * task's credits return to the budget they came from. `question`: a path with the task as its only parameter.
 * Never rejects, because a failure of the budget must not prevent the answer.
 */
export function createRefunds(
  budget: Budget,
  log: Log,
  endpoint: Endpoint,
): (question: string, reply: Reply) => Promise<void> {
  const provider = providers.find(({ endpoints }) => endpoints.includes(endpoint))
  return async (question, { status, body }) => {
    const task = decodeURIComponent(question.slice(question.indexOf('=') + 1))
    if (!budget.mayRefund(task)) return
    const told = provider?.readStatus?.(status, body)
    if (told?.state !== 'failed' || told.chargePossible) return
    await budget.refund(task).catch((error: unknown) => log.error({ task, err: error }, 'credits were not refunded'))
  }
}
