import type { Files } from './files.ts'
import type { Ledger } from './ledger.ts'
import type { Switches } from './switches.ts'
import type { Task } from './tasks.ts'

export interface CallbackContext {
  files: Files
  ledger: Ledger
  now: () => number
  switches: () => Switches
}

/**
 * The body of a Kontext callback, which has its own field names; without an image its addresses are empty.
 * docs/services.md 2.4.
 */
export function kontextCall(task: Task, context: CallbackContext): object {
  const { id, outcome, fileName } = task
  const fault = outcome?.kind === 'fail' ? outcome.fault : undefined
  const code = fault?.code ?? 200
  const msg = fault?.msg ?? 'BFL image generated successfully.'
  if (isReduced(task, context)) return { code, msg, data: { taskId: id } }
  const { files } = context
  const info = fault
    ? { originImageUrl: '', resultImageUrl: '' }
    : { originImageUrl: files.spareUrl(fileName), resultImageUrl: files.resultUrl(fileName) }
  return { code, msg, data: { taskId: id, info } }
}

/** The body of a job's callback: the record, and the whole submission in it. docs/services.md 3.4. */
export function jobCall(task: Task, context: CallbackContext): object {
  const { id, outcome, order, body, fileName, createdAt } = task
  const fault = outcome?.kind === 'fail' ? outcome.fault : undefined
  const code = fault ? 501 : 200
  const msg = fault ? 'Playground task failed.' : 'Playground task completed successfully.'
  if (isReduced(task, context)) return { code, msg, data: { task_id: id } }
  const endedAt = Math.min(task.endsAt, context.now())
  const results = { resultUrls: [context.files.resultUrl(fileName)] }
  return {
    code,
    msg,
    data: {
      taskId: id,
      model: order.model,
      state: fault ? 'fail' : 'success',
      param: JSON.stringify(body),
      resultJson: fault ? null : JSON.stringify(results),
      ...(fault ? { failCode: String(fault.code), failMsg: fault.msg } : {}),
      consumeCredits: fault ? 0 : order.priceCredits,
      remainedCredits: context.ledger.balance(),
      costTime: Math.round((endedAt - createdAt) / 1000),
      createTime: createdAt,
      completeTime: endedAt,
      updateTime: context.now(),
    },
  }
}

/** The documented samples differ in the spelling of the one member that is always there. docs/services.md 5.3. */
function isReduced({ faults }: Task, { switches }: CallbackContext): boolean {
  return (faults.callback.body ?? switches().callbackBody) === 'reduced'
}
