import type { createServer } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { Fetch } from '#providers/provider.ts'
import type { Simulator } from '#simulator/simulator.ts'
import { isSubmitPath } from './broken-network.ts'
import type { Faults } from './model-faults.ts'

interface Env {
  incoming: { socket: { destroy(): void } }
}

const nobodyListens = new Response(null, { status: 499 })
const never = () => new Promise<never>(() => undefined)
const badGateway = () => new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } })
const internal = () =>
  Response.json(
    { error: { code: 500, status: 'INTERNAL', message: 'An internal error has occurred.' } },
    { status: 500 },
  )

/** The simulator with faults. Calls `spoil` with the prompt of each image whose answer is lost. */
export function serveBadly(simulator: Simulator, { takes }: Faults, spoil: (prompt: string) => void) {
  // A hanging request ends when its connection is closed.
  const ask = (request: Request) => simulator.fetch(request).catch(() => nobodyListens)

  async function submit(request: Request, { incoming }: Env): Promise<Response> {
    if (takes('crowded')) return Response.json({ code: 429, msg: 'Rate limit exceeded' }, { status: 429 })
    if (takes('brokenOff')) {
      incoming.socket.destroy()
      return nobodyListens
    }
    const response = await ask(request)
    if (takes('answerLost')) incoming.socket.destroy()
    if (takes('silence')) await never()
    return takes('outage') ? badGateway() : response
  }

  async function standIn(request: Request, { incoming }: Env): Promise<Response> {
    if (takes('standInBroken')) {
      incoming.socket.destroy()
      return nobodyListens
    }
    const asked = request.clone()
    const response = await ask(request)
    const isLost = takes('standInLost')
    const instead = isLost || takes('standInOutage') ? badGateway() : takes('standInFailed') ? internal() : undefined
    if (!instead) return response
    spoil(await promptIn(asked))
    if (isLost) incoming.socket.destroy()
    return instead
  }

  const fetch = (request: Request, env: Env) => {
    const { pathname } = new URL(request.url)
    if (isSubmitPath(pathname)) return submit(request, env)
    return pathname.endsWith(':generateContent') ? standIn(request, env) : ask(request)
  }
  return createAdaptorServer({ fetch: fetch as never, overrideGlobalObjects: false }) as ReturnType<typeof createServer>
}

async function promptIn(call: Request): Promise<string> {
  const { contents } = (await call.json()) as { contents: { parts: { text?: string }[] }[] }
  return contents.flatMap(({ parts }) => parts.map(({ text = '' }) => text)).join('')
}

interface CallingBadly {
  faults: Faults
  /** The connection to the proxy. */
  carry: Fetch
  lateMs(): number
  /** Called with the task of each callback that the proxy accepted. */
  heard(taskId: string): void
  /** Number of times the proxy was killed. */
  lives(): number
}

/** Delivers the service's callbacks to the proxy. */
export function callBadly({ faults, carry, lateMs, heard, lives }: CallingBadly): Fetch {
  return async (request) => {
    if (faults.takes('unheard')) throw new TypeError('Failed to fetch')
    if (faults.takes('late')) await new Promise((resolve) => setTimeout(resolve, lateMs()))
    const { data } = (await request.clone().json()) as { data: { taskId: string } }
    // A restarted proxy does not know the callbacks that the killed one accepted.
    const life = lives()
    const response = await carry(request)
    if (response.ok && life === lives()) heard(data.taskId)
    return response
  }
}
