import { createSend } from '#providers/send.ts'
import { serveSimulator } from '#simulator/serve.ts'
import { countsOf } from './broken-network.ts'
import { machineKey, openMachine } from './machine.ts'
import { openRedisServer } from './redis-server.ts'
import { openReplica } from './replica.ts'
import { openRoundRobin } from './round-robin.ts'

export interface ManyRunsOptions {
  runs: number
  /** Called when half of the images are saved. `end` stops a proxy and starts it again. */
  disturb(end: (index: number, signal: NodeJS.Signals) => Promise<void>): Promise<void>
  /** Use the built server instead of its source. */
  entry?: string
  say?(line: string): void
}

export interface ManyRuns {
  pictures: number
  /** Tasks of the images. */
  tasks: number
  charges: number
  /** Runs that ended as unconfirmed. The user starts each of them again. */
  doubtful: number
  /** Task ids that were learned from a callback, because the answer was lost. */
  callbacks: number
  seconds: number
}

const halfLife = 0.5

/** A page makes many images through two proxies with one Redis, behind a load balancer, with callbacks. */
export async function makeManyRuns({
  runs,
  disturb,
  entry,
  say = () => undefined,
}: ManyRunsOptions): Promise<ManyRuns> {
  const startedAt = performance.now()
  const redis = await openRedisServer()
  // Answers are slow enough for a proxy to be stopped during one.
  const switches = { durationMs: [200, 1500] as [number, number], latencyMs: 50 }
  const service = await serveSimulator({ key: machineKey, switches })
  service.simulator.set({ credits: 100 * runs })
  const balancer = await openRoundRobin()
  const env = {
    KIE_API_KEY: machineKey,
    KIE_API_BASE_URL: service.origin,
    KIE_RESULT_HOSTS: `127.0.0.1:${service.port}`,
    PUBLIC_URL: balancer.origin,
    REDIS_URL: redis.url,
    REPLICAS: '2',
  }
  const replicas = await Promise.all([
    openReplica(env, entry === undefined ? {} : { entry }),
    openReplica(env, entry === undefined ? {} : { entry }),
  ])
  const serve = () => balancer.serve(replicas.map(({ port }) => port))
  serve()
  const machine = await openMachine({ service })
  const headers = (init?: RequestInit) => ({
    ...Object.fromEntries(new Headers(init?.headers)),
    origin: balancer.origin,
  })
  machine.network.send = createSend(
    () => `${balancer.origin}/api`,
    (input, init) => fetch(input, { ...init, headers: headers(init) }),
  )
  const runner = machine.window({ wait, monotonic: () => performance.now() })
  let saved = 0
  let doubtful = 0
  let disturbed: Promise<void> | undefined

  async function end(index: number, signal: NodeJS.Signals): Promise<void> {
    await replicas[index]?.kill(signal)
    say(`proxy ${index + 1} ended by ${signal}`)
    replicas[index] = await openReplica(env, entry === undefined ? {} : { entry })
    serve()
    say(`proxy ${index + 1} is there again`)
  }

  async function make(number: number): Promise<void> {
    const run = await machine.create(machine.recipe({ prompt: `picture ${number}` }))
    const ended = await runner.drive(run.id, machine.never)
    const failure = ended?.state.phase === 'failed' && ended.state.failure.kind
    if (failure === 'unconfirmed') doubtful += 1
    // A proxy that is stopping refuses requests, so nothing was sent.
    if (failure === 'unconfirmed' || failure === 'unavailable') return make(number)
    if (ended?.state.phase !== 'saved') throw new Error(`picture ${number} ended as ${JSON.stringify(ended)}`)
    saved += 1
    if (saved % 50 === 0) say(`${saved} pictures`)
    if (saved >= runs * halfLife) disturbed ??= disturb(end)
  }

  try {
    await Promise.all(Array.from({ length: runs }, (_, number) => make(number)))
    await disturbed
    const pictures = await machine.store.pictures('gallery', 2 * runs)
    const tasks = pictures.map(({ origin }) => (origin.kind === 'made' ? JSON.stringify(origin.task) : ''))
    const { callbacks } = await service.simulator.state()
    return {
      pictures: pictures.length,
      tasks: new Set(tasks).size,
      charges: (await countsOf(machine)).charges,
      doubtful,
      callbacks: callbacks.length,
      seconds: Math.round((performance.now() - startedAt) / 1000),
    }
  } finally {
    await machine.close()
    await Promise.all(replicas.map((replica) => replica.kill()))
    await balancer.close()
    await service.close()
    await redis.close()
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
