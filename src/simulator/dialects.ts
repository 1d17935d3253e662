import type { CheckedFamily } from '#models/model.ts'
import { kieJobs, kieKontext } from '#providers/kie.ts'
import { type CallbackContext, jobCall, kontextCall } from './callback-bodies.ts'
import type { Objection } from './objections.ts'
import { type Order, readJobOrder, readKontextOrder } from './orders.ts'
import { jobRecord, kontextRecord, type RecordContext } from './records.ts'
import type { DialectName, Task } from './tasks.ts'

/** One family of routes: how it is submitted to, and how its records look. */
export interface Dialect {
  name: DialectName
  provider: string
  submit: string
  status: string
  sourceField: string
  /** The service's values for members that were left out. */
  defaults: object
  readOrder(family: CheckedFamily, body: unknown): Order
  record(task: Task, context: RecordContext): unknown
  accepted(taskId: string): unknown
  /** The callback that is sent when a task has ended. */
  call(task: Task, context: CallbackContext): object
  missing: Objection
}

export const dialects: readonly Dialect[] = [
  {
    name: 'kontext',
    provider: kieKontext.id,
    submit: '/api/v1/flux/kontext/generate',
    status: '/api/v1/flux/kontext/record-info',
    sourceField: 'inputImage',
    defaults: { model: 'flux-kontext-pro' },
    readOrder: readKontextOrder,
    record: kontextRecord,
    accepted: (taskId) => ({ taskId }),
    call: kontextCall,
    missing: { code: 422, msg: 'The record does not exist' },
  },
  {
    name: 'jobs',
    provider: kieJobs.id,
    submit: '/api/v1/jobs/createTask',
    status: '/api/v1/jobs/recordInfo',
    sourceField: 'input_urls',
    defaults: {},
    readOrder: readJobOrder,
    record: jobRecord,
    accepted: (taskId) => ({ taskId, recordId: taskId }),
    call: jobCall,
    missing: { code: 422, msg: 'recordInfo is null' },
  },
]
