import * as z from 'zod/mini'
import type { ModelFamily } from '#models/model.ts'
import { kieJobs, kieKontext } from '#providers/kie.ts'
import type { Fetch } from '#providers/provider.ts'
import { type Faults, outagePage, readFaults, refusals } from './faults.ts'
import type { Files } from './files.ts'
import type { Journal, Submission } from './journal.ts'
import type { Ledger } from './ledger.ts'
import { checkBody, checkSources, type Objection } from './objections.ts'
import { type Order, readJobOrder, readKontextOrder } from './orders.ts'
import { jobRecord, kontextRecord } from './records.ts'
import type { Switches } from './switches.ts'
import type { DialectName, Task, Tasks } from './tasks.ts'

export interface KieOptions {
  families: readonly ModelFamily[]
  tasks: Tasks
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

/** One family of routes: how it is submitted to, and how its records look. */
interface Dialect {
  name: DialectName
  provider: string
  submit: string
  status: string
  sourceField: string
  /** What the service fills in where it was left out. */
  defaults: object
  readOrder(family: ModelFamily, body: unknown): Order
  record(task: Task, options: KieOptions): unknown
  accepted(taskId: string): unknown
  missing: Objection
}

const dialects: readonly Dialect[] = [
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
    missing: { code: 422, msg: 'recordInfo is null' },
  },
]

const LinkRequest = z.object({ url: z.string() })

/** The routes of KIE's API host, by method and path. Business errors are HTTP 200. Contract sections 1 to 5. */
export function createKie(options: KieOptions): Readonly<Record<string, Fetch>> {
  const { files, ledger, journal, tasks, isAuthorized, switches } = options
  const reply = (code: number, msg: string, data: unknown = null, status = 200) =>
    new Response(JSON.stringify({ code, [switches().message]: msg, data }), {
      status,
      headers: { 'content-type': 'application/json;charset=UTF-8' },
    })
  const unauthorized = () => reply(401, 'Unauthorized – check the key')
  const guarded =
    (route: Fetch): Fetch =>
    async (request) =>
      isAuthorized(request) ? route(request) : unauthorized()

  const submitTo =
    (dialect: Dialect): Fetch =>
    async (request) => {
      const json = await request.json().catch(() => undefined)
      const entry: Submission = { route: dialect.submit, body: json, headers: [...request.headers.keys()].sort() }
      journal.submissions.push(entry)
      const answered = (code: number, msg: string, data: unknown = null, status = 200) => {
        entry.code = code
        return reply(code, msg, data, status)
      }
      if (!isAuthorized(request)) return answered(401, 'Unauthorized – check the key')
      if (!options.admit()) return answered(429, 'Rate limit exceeded', null, switches().limiterStatus)

      const judged = judge(dialect, json, options)
      if ('code' in judged) return answered(judged.code, judged.msg)
      const faults = readFaults(judged.order.prompt)
      if (faults.submit !== undefined) return refuse(faults.submit, answered, entry)

      const task = tasks.start(dialect.name, judged.order, judged.body, judged.sources)
      if (!task) return answered(402, 'Credits insufficient : balance too low for this request')
      entry.taskId = task.id
      return acceptance(faults, dialect.accepted(task.id), answered, AbortSignal.any([request.signal, options.closed]))
    }

  const refuse = (word: string, answered: typeof reply, entry: Submission) => {
    const refusal = refusals[word]
    if (refusal) return answered(refusal.code, refusal.msg, null, refusal.code === 429 ? switches().limiterStatus : 200)
    const status = Number(word)
    if (!(status >= 500 && status < 600)) return answered(500, `Server exception: ${word}`)
    entry.code = status
    return outagePage(status)
  }

  const statusOf =
    (dialect: Dialect): Fetch =>
    async (request) => {
      const taskId = new URL(request.url).searchParams.get('taskId')
      if (taskId === null || taskId === '') return reply(400, 'taskId parameter is required')
      journal.polls[taskId] = (journal.polls[taskId] ?? 0) + 1
      const task = await tasks.find(dialect.name, taskId)
      if (!task) return reply(dialect.missing.code, dialect.missing.msg)
      return reply(200, 'success', dialect.record(task, options))
    }

  const routes = dialects.flatMap((dialect) => [
    [`POST ${dialect.submit}`, submitTo(dialect)] as const,
    [`GET ${dialect.status}`, guarded(statusOf(dialect))] as const,
  ])
  return {
    ...Object.fromEntries(routes),
    'GET /api/v1/chat/credit': guarded(async () => {
      // Tasks that failed by now have given their price back.
      await tasks.open()
      return reply(200, 'success', ledger.balance())
    }),
    'POST /api/v1/common/download-url': guarded(async (request) => {
      const parsed = LinkRequest.safeParse(await request.json().catch(() => undefined))
      const link = parsed.success ? files.mintLink(parsed.data.url) : undefined
      return link === undefined ? reply(422, 'url is wrong') : reply(200, 'success', link)
    }),
  }
}

/** What the service makes of a body: an order with its sources, or an objection. */
function judge(
  dialect: Dialect,
  json: unknown,
  { families, files, switches }: KieOptions,
): Objection | { order: Order; body: unknown; sources: Uint8Array[] } {
  const isObject = json !== null && typeof json === 'object' && !Array.isArray(json)
  const body = isObject ? { ...dialect.defaults, ...json } : json
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
  return 'code' in checkedSources ? checkedSources : { order, body: json, sources: checkedSources.sources }
}

/** The answer to a submission that was accepted and charged: it may stay away, or be empty. */
async function acceptance(
  { answer }: Faults,
  data: unknown,
  answered: (code: number, msg: string, data?: unknown) => Response,
  over: AbortSignal,
): Promise<Response> {
  if (answer === 'hang') {
    await new Promise((_, reject) => {
      if (over.aborted) reject(over.reason)
      over.addEventListener('abort', () => reject(over.reason), { once: true })
    })
  }
  return answered(200, 'success', answer === 'null' ? null : data)
}
