import type { Files } from './files.ts'
import type { Switches } from './switches.ts'
import type { Task } from './tasks.ts'

export interface RecordContext {
  files: Files
  now: () => number
  switches: () => Switches
}

/** `data` of a Kontext record. docs/services.md 2.2. */
export function kontextRecord(task: Task, { files, switches }: RecordContext): unknown {
  const { times, successFlag } = switches()
  const { outcome, faults, fileName } = task
  const flag = outcome === undefined ? 0 : outcome.kind === 'success' ? 1 : outcome.fault.creation ? 2 : 3
  const fault = outcome?.kind === 'fail' ? outcome.fault : undefined
  const response = {
    originImageUrl: faults.address === 'nourl' ? '' : files.spareUrl(fileName),
    resultImageUrl: faults.address === 'result' ? files.resultUrl(fileName) : null,
  }
  const end = outcome ? task.endsAt : faults.lag ? task.createdAt + 1000 : undefined
  return {
    taskId: task.id,
    paramJson: JSON.stringify(task.body),
    successFlag: successFlag === 'text' ? String(flag) : flag,
    response: flag === 1 ? response : null,
    errorCode: fault?.code ?? null,
    errorMessage: fault?.msg ?? (flag === 1 ? '' : null),
    createTime: timeIn(times, task.createdAt),
    completeTime: end === undefined ? null : timeIn(times, end),
  }
}

/** `data` of a job's record. docs/services.md 3.2. */
export function jobRecord(task: Task, context: RecordContext): unknown {
  const { resultJson, records } = context.switches()
  const { outcome, order, body, faults } = task
  const done = outcome?.kind === 'success'
  const fault = outcome?.kind === 'fail' ? outcome.fault : undefined
  const results = { resultUrls: faults.address === 'result' ? [context.files.resultUrl(task.fileName)] : [] }
  const nothing = resultJson === 'null' ? null : ''
  const param = doubleEncoded(order.model, body)
  const newer = {
    successFlag: done ? 1 : fault ? 3 : 0,
    operationType: order.model,
    paramJson: param,
    creditsConsumed: fault ? 0 : order.priceCredits,
    ...(done ? { response: results } : {}),
  }
  const end = outcome ? task.endsAt : faults.lag ? task.createdAt + 1000 : null
  return {
    taskId: task.id,
    model: order.model,
    state: done ? 'success' : fault ? 'fail' : stateOf(task, context),
    param,
    resultJson: !done ? nothing : resultJson === 'object' ? results : JSON.stringify(results),
    failCode: fault ? String(fault.code) : null,
    failMsg: fault?.msg ?? null,
    costTime: outcome ? Math.round((task.endsAt - task.createdAt) / 1000) : null,
    completeTime: end,
    createTime: task.createdAt,
    ...(records === '2026-09' ? newer : {}),
  }
}

function stateOf(task: Task, { now, switches }: RecordContext): 'waiting' | 'queuing' | 'generating' {
  const { timeline } = switches()
  // A stuck task has no end to measure from; it goes through the same states as any other.
  const spanMs = Number.isFinite(task.endsAt) ? task.endsAt - task.createdAt : 5000
  const share = (now() - task.createdAt) / spanMs
  if (timeline === 'direct' || share < 0.15) return 'waiting'
  return timeline === 'queuing' && share < 0.3 ? 'queuing' : 'generating'
}

/** The input is JSON text inside JSON text. docs/services.md 3.2. */
function doubleEncoded(model: string, body: unknown): string {
  const { input } = body as { input?: unknown }
  return JSON.stringify({ input: JSON.stringify(input), model })
}

/** Kontext rounds to whole seconds, and writes times in three ways. docs/services.md 2.2. */
function timeIn(times: Switches['times'], at: number): number | string {
  const seconds = Math.floor(at / 1000) * 1000
  if (times === 'ms') return seconds
  const iso = new Date(seconds).toISOString()
  return times === 'iso' ? iso : iso.slice(0, 19).replace('T', ' ')
}
