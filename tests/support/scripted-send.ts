import type { Send } from '#providers/provider.ts'

export type Scripted = Response | Error | ((init: RequestInit | undefined) => Response | Promise<Response>)

export interface ScriptedSend {
  send: Send
  /** Method and path of all requests, in order. */
  asked: string[]
}

/**
 * A connection that answers from a script: the next answer of the first path that matches. Any other request fails
 * the test.
 */
export function scriptSend(script: Record<string, Scripted[]>): ScriptedSend {
  const asked: string[] = []
  const send: Send = async (path, init) => {
    asked.push(`${init?.method ?? 'GET'} ${path}`)
    const name = Object.keys(script).find((start) => path.startsWith(start))
    const answer = name === undefined ? undefined : script[name]?.shift()
    if (answer === undefined) throw new Error(`nobody answers ${path}`)
    if (answer instanceof Error) throw answer
    return answer instanceof Response ? answer : answer(init)
  }
  return { send, asked }
}

/** Never answers; rejects when its signal aborts. */
export const silent: Scripted = (init) =>
  new Promise((_, reject) => {
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
  })

export function json(value: unknown, status = 200): Response {
  return Response.json(value, { status })
}
