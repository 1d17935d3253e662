import 'fake-indexeddb/auto'
import { setMaxListeners } from 'node:events'
import { QueryClient } from '@tanstack/react-query'
import type { Failure } from '#domain/failure.ts'
import type { RunId } from '#domain/ids.ts'
import { createGenerator, type Generator } from '#generation/generator.ts'
import { createRunLock, type LockWorld } from '#generation/run-lock.ts'
import { createRunner } from '#generation/runner.ts'
import type { Send } from '#providers/provider.ts'
import { createSend } from '#providers/send.ts'
import { readConfig } from '#server/config.ts'
import { createLog } from '#server/log.ts'
import { type Running, startServer } from '#server/start.ts'
import type { ServedSimulator } from '#simulator/serve.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { isSubmitPath } from './broken-network.ts'
import { lightDarkroom } from './light-studio.ts'
import { machineKey } from './machine.ts'
import { createWindows } from './windows.ts'

/** How many of the next requests or writes go wrong. */
export interface Faults {
  /** Submissions that never reach the proxy. */
  lostBefore: number
  /** Submissions whose answer never reaches the page. */
  lostAfter: number
  /** Questions, uploads and pictures that fail. */
  free: number
  /** Pictures for which the disk has no room. */
  fullDisk: number
}

/** One window of the browser, with a connection, a machine and a generator of its own. */
export interface Page {
  store: GalleryStore
  generator: Generator
  /** Runs that are being driven here. */
  busy(): number
  /** The window is gone at once: nothing that was under way ever comes back to it, its locks are free. */
  crash(): void
}

/** An answer that reached a window which then lived on for `ticks` of its event loop, a millisecond or more each. */
export interface Told {
  run: RunId
  taskId: string
  ticks(): number
}

/** A browser with a database of its own before a proxy of its own; the simulator is shared and begins anew. */
export interface World {
  faults: Faults
  /** The task ids that windows were given. */
  told: readonly Told[]
  openPage(): Promise<Page>
  /** A proxy that remembers nothing. What was under way in the old one goes on there, and its answers are lost. */
  restartProxy(): Promise<void>
  close(): Promise<void>
}

// One signal of a run holds the deadlines of all that is asked for it, which Node takes for a leak.
setMaxListeners(0)
let worlds = 0

export async function openWorld(service: ServedSimulator): Promise<World> {
  service.simulator.reset()
  worlds += 1
  const name = `world-${worlds}`
  const faults: Faults = { lostBefore: 0, lostAfter: 0, free: 0, fullDisk: 0 }
  const windows = createWindows()
  const pages = new Set<Page>()
  const proxies: Running[] = []
  const told: Told[] = []
  const loop = createTicks()
  const restartProxy = async () => void proxies.push(await startProxy(service))
  await restartProxy()

  const send: Send = async (path, init) => {
    const proxy = proxies.at(-1) as Running
    if (takes(faults, isSubmitPath(path) ? 'lostBefore' : 'free')) throw lost()
    const response = await sendTo(proxy)(path, init)
    if (proxy !== proxies.at(-1) || (isSubmitPath(path) && takes(faults, 'lostAfter'))) throw lost()
    return response
  }

  async function openPage(): Promise<Page> {
    const life = new AbortController()
    const store = await openGallery({ name, darkroom: crampedDarkroom(faults) })
    const mortal = <T extends object>(target: T) => untilDeath(target, life.signal)
    const queryClient = new QueryClient({ defaultOptions: { mutations: { networkMode: 'always', retry: false } } })
    const clock = mortal({ wait: pause, monotonic: () => performance.now() })
    const { locks, channel } = windows.open()
    const lock = createRunLock({
      ...clock,
      channel,
      locks: releasedByDeath(locks, life.signal),
      isVisible: () => !life.signal.aborted,
    })
    const ports = { ...mortal({ now: () => Date.now(), newId: () => crypto.randomUUID() }), store: mortal(store) }
    const { send: sendWhileAlive } = mortal({ send: sendIn(life.signal, send) })
    let diedAt: number | undefined
    const sendAndTell: Send = async (path, init) => {
      const response = await sendWhileAlive(path, init)
      const at = loop.now()
      const given = isSubmitPath(path) ? await taskIdIn(response.clone()) : undefined
      const run = new Headers(init?.headers).get('idempotency-key') as RunId | null
      if (run && given) told.push({ run, taskId: given, ticks: () => (diedAt ?? loop.now()) - at })
      return response
    }
    const runner = createRunner({ ...ports, ...clock, lock, send: sendAndTell, runsAtOnce: () => 3 })
    const generator = createGenerator({ runner: async () => runner, ports, queryClient, tell: ignore })
    const page: Page = {
      store,
      generator,
      busy: () => (life.signal.aborted ? 0 : queryClient.isMutating()),
      crash() {
        life.abort()
        diedAt = loop.now()
        generator.close()
        store.close()
        pages.delete(page)
      },
    }
    pages.add(page)
    await generator.resume()
    return page
  }

  return {
    faults,
    told,
    openPage,
    restartProxy,
    async close() {
      loop.end()
      for (const page of pages) page.crash()
      indexedDB.deleteDatabase(name)
      for (const proxy of proxies) void proxy.close()
    },
  }
}

/** Turns of the event loop: a machine that stands still for a while has not had any time. */
function createTicks() {
  let count = 0
  const timer = setInterval(() => {
    count += 1
  }, 1)
  return { now: () => count, end: () => clearInterval(timer) }
}

async function taskIdIn(response: Response): Promise<string | undefined> {
  const answer = (await response.json().catch(() => undefined)) as { data?: { taskId?: string } | null } | undefined
  return answer?.data?.taskId
}

function startProxy(service: ServedSimulator): Promise<Running> {
  const config = readConfig({
    PORT: '0',
    KIE_API_KEY: machineKey,
    KIE_API_BASE_URL: service.origin,
    KIE_UPLOAD_BASE_URL: service.origin,
    KIE_RESULT_HOSTS: `127.0.0.1:${service.port}`,
  })
  return startServer(config, { log: createLog([], () => undefined) })
}

function sendTo(proxy: Running): Send {
  return createSend(
    () => `http://localhost:${proxy.port}/api`,
    (input, init) =>
      fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), origin: proxy.origin } }),
  )
}

/** A window that closes takes its connections with it. */
function sendIn(life: AbortSignal, send: Send): Send {
  return (path, init) => send(path, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, life]) : life })
}

function takes(faults: Faults, kind: keyof Faults): boolean {
  if (faults[kind] === 0) return false
  faults[kind] -= 1
  return true
}

function lost(): TypeError {
  return new TypeError('Failed to fetch')
}

function crampedDarkroom(faults: Faults): typeof lightDarkroom {
  return {
    async develop(...given) {
      if (takes(faults, 'fullDisk')) throw new DOMException('no room', 'QuotaExceededError')
      return lightDarkroom.develop(...given)
    },
  }
}

/** The same functions, whose promises never settle once the window is dead. */
function untilDeath<T extends object>(target: T, life: AbortSignal): T {
  const never = () => new Promise<never>(() => undefined)
  const wrap = (work: (...args: unknown[]) => unknown) =>
    function (this: unknown, ...args: unknown[]) {
      if (life.aborted) return never()
      const result = work.apply(target, args)
      if (!(result instanceof Promise)) return result
      return result.then(
        (value) => (life.aborted ? never() : value),
        (error) => (life.aborted ? never() : Promise.reject(error)),
      )
    }
  const entries = Object.entries(target).map(([key, value]) => [key, typeof value === 'function' ? wrap(value) : value])
  return Object.fromEntries(entries)
}

function releasedByDeath(locks: LockWorld['locks'], life: AbortSignal): LockWorld['locks'] {
  const died = new Promise<never>((_resolve, reject) => {
    life.addEventListener('abort', () => reject(life.reason))
  })
  died.catch(ignore)
  return {
    request: (name, options, work) => {
      const inLine = 'signal' in options ? { signal: AbortSignal.any([options.signal, life]) } : options
      return locks.request(name, inLine, () => Promise.race([work(), died]))
    },
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', fail)
      resolve()
    }, ms)
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}

function ignore(_failure?: Failure): void {}
