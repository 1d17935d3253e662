import type { ServerResponse } from 'node:http'
import type { SimulatorOptions } from '#simulator/simulator.ts'
import { createSimulator, type Simulator } from '#simulator/simulator.ts'
import { openFakeService, type Reply, type Seen } from './fake-service.ts'
import { plainPainter } from './light-images.ts'

/** The simulator behind a server whose answers a test can replace. */
export interface BreakableService {
  port: number
  origin: string
  simulator: Simulator
  /** All requests that arrived, broken or not. */
  seen: Seen[]
  /** Makes `reply` answer the requests that `when` selects. Returns a function that ends this. */
  break(when: (seen: Seen) => boolean, reply: Reply): () => void
  /** The simulator handles the request, but the connection breaks instead of carrying its answer. */
  loseAnswers(when: (seen: Seen) => boolean): () => void
  close(): Promise<void>
}

export async function openBreakableService(
  options: Partial<Omit<SimulatorOptions, 'origin'>>,
): Promise<BreakableService> {
  const breaks = new Set<{ when: (seen: Seen) => boolean; reply: Reply }>()
  let origin = ''
  const simulator = createSimulator({ painter: plainPainter, ...options, origin: () => origin })
  const service = await openFakeService((incoming, outgoing, seen) => {
    const broken = [...breaks].find(({ when }) => when(seen))
    if (broken) broken.reply(incoming, outgoing, seen)
    else void answer(simulator, origin, seen, outgoing)
  })
  origin = service.origin
  const breakWith = (when: (seen: Seen) => boolean, reply: Reply) => {
    const one = { when, reply }
    breaks.add(one)
    return () => void breaks.delete(one)
  }
  return {
    port: Number(service.host.split(':')[1]),
    origin,
    simulator,
    seen: service.seen,
    break: breakWith,
    loseAnswers: (when) =>
      breakWith(when, async (_incoming, outgoing, seen) => {
        await simulator.fetch(toRequest(origin, seen)).catch(() => undefined)
        outgoing.destroy()
      }),
    async close() {
      simulator.close()
      await service.close()
    },
  }
}

async function answer(simulator: Simulator, origin: string, seen: Seen, outgoing: ServerResponse): Promise<void> {
  const left = new AbortController()
  outgoing.once('close', () => left.abort())
  try {
    const response = await simulator.fetch(toRequest(origin, seen, left.signal))
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    outgoing.end(Buffer.from(await response.arrayBuffer()))
  } catch {
    // The client has left, or the simulator was closed during a request that hangs.
    outgoing.destroy()
  }
}

/** The same request for the simulator itself. */
export function toRequest(origin: string, { method, url, headers, body }: Seen, signal?: AbortSignal): Request {
  const plain = Object.entries(headers).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  const init = { method, headers: plain, ...(signal ? { signal } : {}) }
  return new Request(origin + url, body.length > 0 ? { ...init, body: new Uint8Array(body) } : init)
}

export const isSubmission = ({ method, url }: Pick<Seen, 'method' | 'url'>) =>
  method === 'POST' && /\/(generate|createTask)$/.test(url)
export const isPoll = ({ url }: Pick<Seen, 'url'>) => /\/(record-info|recordInfo)\?/.test(url)
export const isPicture = ({ method, url }: Pick<Seen, 'method' | 'url'>) => method === 'GET' && /^\/[rop]\//.test(url)
