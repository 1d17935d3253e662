import * as z from 'zod/mini'
import type { Fetch } from '#providers/provider.ts'
import { type Dialect, dialects } from './dialects.ts'
import { count } from './journal.ts'
import { createSubmission, type KieOptions, type Reply, unauthorized } from './submissions.ts'

const LinkRequest = z.object({ url: z.string() })

/** The routes of KIE's API host, by method and path. Business errors are HTTP 200. docs/services.md 1 to 5. */
export function createKie(options: KieOptions): Readonly<Record<string, Fetch>> {
  const { files, ledger, journal, tasks, isAuthorized, switches } = options
  const reply: Reply = (code, msg, data = null, status = 200) =>
    new Response(JSON.stringify({ code, [switches().message]: msg, data }), {
      status,
      headers: { 'content-type': 'application/json;charset=UTF-8' },
    })
  const guarded =
    (route: Fetch): Fetch =>
    async (request) =>
      isAuthorized(request) ? route(request) : reply(401, unauthorized)

  const statusOf =
    (dialect: Dialect): Fetch =>
    async (request) => {
      const taskId = new URL(request.url).searchParams.get('taskId')
      if (taskId === null || taskId === '') return reply(400, 'taskId parameter is required')
      count(journal.polls, taskId)
      const task = await tasks.find(dialect.name, taskId)
      if (!task) return reply(dialect.missing.code, dialect.missing.msg)
      return reply(200, 'success', dialect.record(task, options))
    }

  const routes = dialects.flatMap((dialect) => [
    [`POST ${dialect.submit}`, createSubmission(dialect, options, reply)] as const,
    [`GET ${dialect.status}`, guarded(statusOf(dialect))] as const,
  ])
  return {
    ...Object.fromEntries(routes),
    'GET /api/v1/chat/credit': guarded(async () => {
      // Gives back the price of tasks that have failed by now.
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
