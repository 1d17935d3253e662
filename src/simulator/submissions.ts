import type { CheckedFamily } from '#models/model.ts'
import type { Fetch } from '#providers/provider.ts'
import type { Callbacks } from './callbacks.ts'
import type { Dialect } from './dialects.ts'
import { type Faults, outagePage, readFaults, refusals } from './faults.ts'
import type { Files } from './files.ts'
import type { Journal, Submission } from './journal.ts'
import type { Ledger } from './ledger.ts'
import { checkBody, checkSources, type Objection } from './objections.ts'
import type { Order } from './orders.ts'
import type { Switches } from './switches.ts'
import type { Tasks } from './tasks.ts'

export interface KieOptions {
  families: readonly CheckedFamily[]
  tasks: Tasks
  callbacks: Callbacks
  files: Files
  ledger: Ledger
  journal: Journal
  now: () => number
  switches: () => Switches
  /** Whether one more submission is within the rate limit. */
  admit: () => boolean
  isAuthorized: (request: Request) => boolean
  /** Ends requests that hang. */
  closed: AbortSignal
}

/** An answer in the service's envelope; the HTTP status is 200 unless given. */
export type Reply = (code: number, msg: string, data?: unknown, status?: number) => Response

export const unauthorized = 'Unauthorized – check the key'

/** The route for a dialect's submissions. Checks key, rate, body, tokens and balance, in this order. */
export function createSubmission(dialect: Dialect, options: KieOptions, reply: Reply): Fetch {
  const { journal, tasks, switches } = options
  return async (request) => {
    const json = await request.json().catch(() => undefined)
    const entry: Submission = { route: dialect.submit, body: json, headers: [...request.headers.keys()].sort() }
    journal.submissions.push(entry)
    const answered: Reply = (code, ...rest) => {
      entry.code = code
      return reply(code, ...rest)
    }
    if (!options.isAuthorized(request)) return answered(401, unauthorized)
    if (!options.admit()) return answered(429, 'Rate limit exceeded', null, switches().limiterStatus)

    const judged = judge(dialect, json, options)
    if ('code' in judged) return answered(judged.code, judged.msg)
    const faults = readFaults(judged.order.prompt)
    if (faults.submit !== undefined) {
      const refusal = refuse(faults.submit, answered, switches().limiterStatus)
      if (refusal) return refusal
      entry.code = Number(faults.submit)
      return outagePage(entry.code)
    }

    const task = tasks.start(dialect.name, judged.order, judged.body, judged.sources)
    if (!task) return answered(402, 'Credits insufficient : balance too low for this request')
    entry.taskId = task.id
    const called = judged.address && options.callbacks.follow(task, judged.address, dialect.call)
    if (faults.callback.early) await called
    return acceptance(faults, dialect.accepted(task.id), answered, AbortSignal.any([request.signal, options.closed]))
  }
}

/** The refusal that a token asks for; `undefined` if it names the code of an outage. */
function refuse(word: string, answered: Reply, limiterStatus: number): Response | undefined {
  const refusal = refusals[word]
  if (refusal) return answered(refusal.code, refusal.msg, null, refusal.code === 429 ? limiterStatus : 200)
  const isOutage = /^5\d\d$/.test(word)
  return isOutage ? undefined : answered(500, `Server exception: ${word}`)
}

/** What the service makes of a body: an order with its sources, or an objection. */
function judge(
  dialect: Dialect,
  json: unknown,
  { families, files, switches }: KieOptions,
): Objection | { order: Order; body: unknown; sources: Uint8Array[]; address?: string } {
  const isObject = json !== null && typeof json === 'object' && !Array.isArray(json)
  // Only this spelling counts; any other is ignored like every unknown member. docs/services.md 2.1.
  const { callBackUrl, ...rest } = (isObject ? json : {}) as { callBackUrl?: unknown }
  const body = isObject ? { ...dialect.defaults, ...rest } : json
  const checked = checkBody(
    families.filter((family) => family.provider === dialect.provider),
    body,
  )
  if ('code' in checked) return checked
  const order = dialect.readOrder(checked.family, checked.body)
  if (switches().refuse16by21 && (checked.body as { aspectRatio?: unknown }).aspectRatio === '16:21') {
    return { code: 422, msg: 'aspectRatio must be one of 21:9, 16:9, 4:3, 1:1, 3:4, 9:16' }
  }
  const checkedSources = checkSources(order.sourceUrls, dialect.sourceField, files)
  if ('code' in checkedSources) return checkedSources
  const isAddress = typeof callBackUrl === 'string' && URL.canParse(callBackUrl)
  return { order, body: json, sources: checkedSources.sources, ...(isAddress ? { address: callBackUrl } : {}) }
}

/** The answer to a submission that was accepted and charged: it may never come, or be empty. */
async function acceptance({ answer }: Faults, data: unknown, answered: Reply, over: AbortSignal): Promise<Response> {
  if (answer === 'hang') {
    await new Promise((_, reject) => {
      if (over.aborted) reject(over.reason)
      over.addEventListener('abort', () => reject(over.reason), { once: true })
    })
  }
  return answered(200, 'success', answer === 'null' ? null : data)
}
