import type { TaskId } from '#domain/ids.ts'
import type { Call, Send } from '#providers/provider.ts'

/** A request that was sent. */
export interface Seen {
  path: string
  method: string
  headers: Headers
  body: unknown
}

/** A `send` that returns prepared answers in order, the last one repeatedly, and records the requests. */
export function wire(...answers: (Response | Error | (() => Response))[]): { send: Send; call: Call; seen: Seen[] } {
  const seen: Seen[] = []
  let next = 0
  const send: Send = async (path, init = {}) => {
    seen.push({ path, method: init.method ?? 'GET', headers: new Headers(init.headers), body: init.body })
    const answer = answers[Math.min(next, answers.length - 1)]
    next += 1
    if (answer instanceof Error) throw answer
    if (!answer) throw new TypeError('no answer prepared')
    return typeof answer === 'function' ? answer() : answer.clone()
  }
  return { send, seen, call: { send, signal: new AbortController().signal } }
}

/** KIE's envelope. Errors of the API arrive as HTTP 200. */
export function reply(code: number | string | undefined, msg?: string, data?: unknown, status = 200): Response {
  return json({ code, msg, data }, status)
}

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json;charset=UTF-8' } })
}

export function page(status = 200): Response {
  return new Response('<!DOCTYPE html><html><body>Web server is down</body></html>', {
    status,
    headers: { 'content-type': 'text/html' },
  })
}

export const task = (id: string) => id as TaskId
