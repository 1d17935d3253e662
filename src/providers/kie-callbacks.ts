import * as z from 'zod/mini'
import type { TaskId } from '#domain/ids.ts'
import type { Callbacks } from './provider.ts'

/** Bodies differ between families and may hold only the task, whose id has two spellings. docs/services.md 2.4, 3.4. */
const Call = z.object({ data: z.object({ taskId: z.optional(z.unknown()), task_id: z.optional(z.unknown()) }) })

/** How the service reports that a task has ended. docs/services.md 2.4, 3.4 and 5.3. */
export function createKieCallbacks(taskIdPattern: RegExp): Callbacks {
  return {
    // The service silently ignores any other spelling of this member.
    withAddress: (body, address) => ({ ...(body as object), callBackUrl: address }),
    readTask(call) {
      const read = Call.safeParse(call)
      if (!read.success) return undefined
      const named = [read.data.data.taskId, read.data.data.task_id].filter((id) => id !== undefined && id !== null)
      const [id, ...others] = [...new Set(named)]
      const isOne = typeof id === 'string' && others.length === 0 && taskIdPattern.test(id)
      return isOne ? (id as TaskId) : undefined
    },
    signature: {
      header: 'x-webhook-signature',
      timeHeader: 'x-webhook-timestamp',
      text: (task, seconds) => `${task}.${seconds}`,
    },
    toAnswer: (task) => JSON.stringify({ code: 200, msg: 'success', data: { taskId: task } }),
  }
}
