import 'fake-indexeddb/auto'
import { setMaxListeners } from 'node:events'
import type { RunId } from '#domain/ids.ts'
import type { FallbackRule, Recipe, Run } from '#domain/run.ts'
import { createRun } from '#generation/create-run.ts'
import { createOwnStream } from '#generation/event-stream.ts'
import type { RunnerPorts } from '#generation/ports.ts'
import { createPush } from '#generation/push.ts'
import { createRunner, type Runner } from '#generation/runner.ts'
import { findFamily } from '#models/catalogue.ts'
import type { Send } from '#providers/provider.ts'
import { createSend } from '#providers/send.ts'
import { readConfig } from '#server/config.ts'
import { type StartOptions, startServer } from '#server/start.ts'
import { type ServeOptions, serveSimulator } from '#simulator/serve.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { ImageProcessor } from '#store/image-processor.ts'
import type { GalleryStore } from '#store/store.ts'
import { callIn, publicUrl } from './call-in.ts'
import { plainPainter } from './light-images.ts'
import { nodeProcessor } from './node-processor.ts'

/** The runner over the real store, the real proxy and the simulator; only pauses are shortened. */
export interface Machine {
  runner: Runner
  create(recipe: Recipe): Promise<Run>
  store: GalleryStore
  simulator: Awaited<ReturnType<typeof serveSimulator>>['simulator']
  /** The relay in front of the proxy, where a test can break the network. */
  network: { send: Send }
  /** The same store and proxy with a new runner, as after a reload. */
  reload(): Runner
  /** One more window of the same browser: it shares the locks of the others. */
  window(own?: Partial<RunnerPorts>): Runner
  /** Offset of the runners' clocks to the real time, ms. */
  clock: { wallMs: number; monotonicMs: number }
  /** All pauses that runners requested, ms, before they were shortened. */
  pauses: readonly number[]
  /** Ends the proxy with all requests under way. Nothing answers until it is restarted. */
  killProxy(): Promise<void>
  /** Restarts the proxy without its memory. */
  restartProxy(): Promise<void>
  /** The name of the store's database. */
  databaseName: string
  /** The present address of the proxy. */
  proxyPort(): number
  never: AbortSignal
  recipe(draft?: Recipe['draft'], family?: string): Recipe
  /** Starts a run and resolves after its last stored step. */
  generate(draft?: Recipe['draft'], family?: string): Promise<Run | undefined>
  close(): Promise<void>
}

let databases = 0

interface MachineOptions extends ServeOptions {
  /** Used instead of a new simulator; it must accept `machineKey`, and its opener closes it. */
  service?: Pick<Awaited<ReturnType<typeof serveSimulator>>, 'origin' | 'port' | 'simulator' | 'close'>
  processor?: ImageProcessor
  runsAtOnce?: number
  env?: Record<string, string>
  proxy?: StartOptions
  /** Whether the service calls the proxy back and the page listens to events. */
  callbacks?: boolean
  fallback?: () => FallbackRule
}

/** The API key of the tests; only the service may receive it. */
export const machineKey = 'canary-5f0c9a71e2'

export async function openMachine(options: MachineOptions = {}): Promise<Machine> {
  const {
    runsAtOnce = 8,
    processor = nodeProcessor,
    env,
    proxy: start,
    callbacks = false,
    fallback,
    ...serve
  } = options
  const key = machineKey
  const call = callIn(() => proxy.port)
  const service =
    options.service ??
    (await serveSimulator({ key, painter: plainPainter, switches: { durationMs: 30 }, call, ...serve }))
  const config = readConfig({
    PORT: '0',
    KIE_API_KEY: key,
    KIE_API_BASE_URL: service.origin,
    KIE_UPLOAD_BASE_URL: service.origin,
    KIE_RESULT_HOSTS: `127.0.0.1:${service.port}`,
    ...(callbacks ? { PUBLIC_URL: publicUrl } : {}),
    ...env,
  })
  let proxy = await startServer(config, start)
  /** Aborted when the proxy is killed. */
  let life = new AbortController()
  databases += 1
  const databaseName = `machine-${databases}`
  const store = await openGallery({ name: databaseName, processor })
  const network = { send: sendTo(() => ({ ...proxy, life: life.signal })) }
  const clock = { wallMs: 0, monotonicMs: 0 }
  const pauses: number[] = []
  const ports: RunnerPorts = {
    store,
    send: (path, init) => network.send(path, init),
    runsAtOnce: () => runsAtOnce,
    now: () => Date.now() + clock.wallMs,
    monotonic: () => performance.now() * pauseScale + clock.monotonicMs,
    newId: () => crypto.randomUUID(),
    wait(ms, signal) {
      pauses.push(ms)
      return shortWait(ms, signal)
    },
    lock: createLock(),
    ...(fallback ? { fallback } : {}),
  }
  /** The runner of a further window. */
  const listening = (): Partial<RunnerPorts> => {
    if (!callbacks) return {}
    const world = { ...ports, random: Math.random }
    return { push: createPush({ ...world, listen: createOwnStream(world) }) }
  }
  const runner = openRunner({ ...ports, ...listening() })
  const never = new AbortController().signal
  setMaxListeners(0, never)
  const recipe = (draft: Recipe['draft'] = {}, family = 'flux-kontext'): Recipe => ({
    family,
    draft: { ...findFamily(family)?.defaults, prompt: 'a red fox', ...draft },
    sources: [],
  })
  return {
    runner,
    create: (given) => createRun(ports, given),
    store,
    simulator: service.simulator,
    network,
    reload: () => openRunner({ ...ports, ...listening(), lock: createLock() }),
    window: (own) => openRunner({ ...ports, ...listening(), ...own }),
    clock,
    pauses,
    async killProxy() {
      life.abort(new TypeError('Failed to fetch'))
      await proxy.close()
    },
    async restartProxy() {
      if (!life.signal.aborted) await proxy.close()
      life = new AbortController()
      proxy = await startServer(config, start)
    },
    databaseName,
    proxyPort: () => proxy.port,
    never,
    recipe,
    async generate(draft, family) {
      const run = await createRun(ports, recipe(draft, family))
      return runner.drive(run.id, never)
    },
    async close() {
      store.close()
      if (!life.signal.aborted) await proxy.close()
      if (!options.service) await service.close()
    },
  }
}

/** Ignores errors of runs that are still driven when a test ends and its store is closed. */
export function openRunner(ports: RunnerPorts): Runner {
  const runner = createRunner(ports)
  return {
    ...runner,
    drive(...run) {
      const driving = runner.drive(...run)
      driving.catch(() => undefined)
      return driving
    },
  }
}

/** Sends requests like our own page to the present proxy. They fail when `life` ends. */
function sendTo(proxy: () => { port: number; origin: string; life: AbortSignal }): Send {
  return createSend(
    () => `http://localhost:${proxy().port}/api`,
    (input, init) => {
      const { origin, life } = proxy()
      const signal = init?.signal ? AbortSignal.any([init.signal, life]) : life
      return fetch(input, { ...init, signal, headers: { ...Object.fromEntries(new Headers(init?.headers)), origin } })
    },
  )
}

/** Pauses and deadlines are divided by this factor. */
export const pauseScale = 20

function shortWait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', fail)
      resolve()
    }, ms / pauseScale)
    const fail = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}

/** A fake of Web Locks: one holder per name, in order of request. */
function createLock(): RunnerPorts['lock'] {
  const queues = new Map<string, Promise<unknown>>()
  return async (name, signal, work) => {
    const before = queues.get(name) ?? Promise.resolve()
    const turn = before.then(() => {
      signal.throwIfAborted()
      return work(signal)
    })
    queues.set(
      name,
      turn.catch(() => undefined),
    )
    return turn
  }
}

export function idOf(run: Run | undefined): RunId {
  if (!run) throw new Error('there is no run')
  return run.id
}
