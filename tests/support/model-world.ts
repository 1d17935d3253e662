import { createServer } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { IDBFactory } from 'fake-indexeddb'
import 'fake-indexeddb/auto'
import { vi } from 'vitest'
import type { Send } from '#providers/provider.ts'
import { createSend } from '#providers/send.ts'
import { readConfig } from '#server/config.ts'
import { createLog } from '#server/log.ts'
import { openProxy, type Proxy as RunningProxy } from '#server/start.ts'
import { createSimulator, type Simulator } from '#simulator/simulator.ts'
import { isSubmitPath } from './broken-network.ts'
import { lightDarkroom, lightPainter } from './light-studio.ts'
import { machineKey } from './machine.ts'
import { createMemoryNetwork } from './memory-network.ts'
import { openPage, type Page, type Told } from './model-window.ts'
import { startVirtualTime } from './virtual-time.ts'
import { createWindows } from './windows.ts'

/** How many of the next of a kind go wrong. */
export interface Faults {
  /** Submissions that never reach the proxy. */
  lostBefore: number
  /** Submissions whose answer never reaches the page. */
  lostAfter: number
  /** Questions, uploads and pictures that fail. */
  free: number
  /** Connections that the service refuses. */
  refused: number
  /** Submissions that break before the service has read them. */
  brokenOff: number
  /** Submissions that the service takes, and whose answer is lost on the way to the proxy. */
  answerLost: number
  /** Submissions that the service takes, answered by a page of the machine before it. */
  outage: number
  /** Submissions that are taken and never answered. */
  silence: number
  /** Submissions that the service does not take because of its limit. */
  crowded: number
  /** Pictures for which the disk has no room. */
  fullDisk: number
  /** Writes of any kind for which the disk has no room. */
  refusedWrites: number
}

const noFaults: Faults = {
  lostBefore: 0,
  lostAfter: 0,
  free: 0,
  refused: 0,
  brokenOff: 0,
  answerLost: 0,
  outage: 0,
  silence: 0,
  crowded: 0,
  fullDisk: 0,
  refusedWrites: 0,
}

/** A browser before a proxy before the service, on a clock of its own: nothing in it takes real time. */
export interface World {
  faults: Faults
  simulator: Simulator
  /** The windows that live. */
  pages: Page[]
  /** The task ids that windows were given. */
  told: readonly Told[]
  /** Whether a write was ever refused: what was known may then have died with its window. */
  wasFull(): boolean
  openPage(): Promise<Page>
  /** All windows are gone at once. */
  crash(): void
  /** The browser is killed at its `nth` write from now: as soon as the disk has it, or before. */
  crashAtWrite(nth: number, written: boolean): void
  /** A proxy that remembers nothing. The old one is killed, with what was under way to it and from it. */
  restartProxy(): Promise<void>
  /** Sets the clock on the wall. */
  setClock(byMs: number): void
  endFaults(): void
  pass(ms: number): Promise<void>
  close(): Promise<void>
}

const [proxyPort, servicePort] = [4001, 4002]
const serviceOrigin = `http://127.0.0.1:${servicePort}`

export async function openWorld(seed: number): Promise<World> {
  const time = startVirtualTime(seed)
  const between = (least: number, most: number) => Math.round(least + time.random() * (most - least))
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.stubGlobal('BroadcastChannel', createChannels())
  const faults = { ...noFaults }
  const takes = (kind: keyof Faults) => {
    if (faults[kind] === 0) return false
    faults[kind] -= 1
    return true
  }
  const network = createMemoryNetwork({
    delayMs: () => between(1, 60),
    refuses: (port) => port === servicePort && takes('refused'),
  })
  const pages: Page[] = []
  const told: Told[] = []
  const windows = createWindows()
  const disk = watchDisk(() => takes('refusedWrites'))
  const ids = countUp('run')
  let wallMs = 0

  const simulator = createSimulator({
    origin: () => serviceOrigin,
    painter: lightPainter,
    key: machineKey,
    random: time.random,
    switches: { durationMs: [500, 8_000] },
  })
  network.listen(servicePort, serve(simulator, takes))

  let proxy: RunningProxy | undefined
  async function restartProxy() {
    network.unplug(proxyPort)
    // What the old one was told from now on it does not hear, and nobody hears what it says.
    network.cut(servicePort)
    void proxy?.close()
    proxy = await openProxy(config, { page: false, log: createLog([], () => undefined) })
    network.listen(proxyPort, createServer(proxy.listener))
  }
  await restartProxy()

  const sendFor = (life: AbortSignal): Send => {
    const fetchHere = network.fetchFor(life)
    const origin = { origin: `http://localhost:${proxyPort}` }
    const direct = createSend(
      () => `http://localhost:${proxyPort}/api`,
      (url, init) =>
        fetchHere(String(url), { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...origin } }),
    )
    return async (path, init) => {
      if (takes(isSubmitPath(path) ? 'lostBefore' : 'free')) throw lost()
      const response = await direct(path, init)
      if (isSubmitPath(path) && takes('lostAfter')) throw lost()
      return response
    }
  }

  const world: World = {
    faults,
    simulator,
    pages,
    told,
    wasFull: disk.wasFull,
    async openPage() {
      const page = await openPage({
        name: 'world',
        darkroom: {
          async develop(...given) {
            if (takes('fullDisk')) throw new DOMException('no room', 'QuotaExceededError')
            return lightDarkroom.develop(...given)
          },
        },
        windows,
        sendFor,
        wall: () => Date.now() + wallMs,
        newId: ids,
        storeMs: () => between(0, 8),
        tell: (one) => told.push(one),
      })
      pages.push(page)
      return page
    },
    crash() {
      for (const page of pages.splice(0)) page.crash()
    },
    crashAtWrite: (nth, written) => disk.at(nth, written, world.crash),
    restartProxy,
    setClock(byMs) {
      wallMs += byMs
    },
    endFaults() {
      Object.assign(faults, noFaults)
      disk.forget()
    },
    pass: time.pass,
    async close() {
      world.crash()
      network.close()
      simulator.close()
      void proxy?.close()
      await time.settle()
      disk.close()
      vi.unstubAllGlobals()
      time.restore()
    },
  }
  return world
}

const config = readConfig({
  PORT: String(proxyPort),
  KIE_API_KEY: machineKey,
  KIE_API_BASE_URL: serviceOrigin,
  KIE_UPLOAD_BASE_URL: serviceOrigin,
  KIE_RESULT_HOSTS: `127.0.0.1:${servicePort}`,
})

/** The simulator behind a machine that fails. */
function serve(simulator: Simulator, takes: (kind: keyof Faults) => boolean) {
  const nobodyListens = new Response(null, { status: 499 })
  const fetchBadly = async (request: Request, env: { incoming: { socket: { destroy(): void } } }) => {
    if (!isSubmitPath(new URL(request.url).pathname)) return simulator.fetch(request).catch(() => nobodyListens)
    if (takes('crowded')) return Response.json({ code: 429, msg: 'Rate limit exceeded' }, { status: 429 })
    if (takes('brokenOff')) {
      env.incoming.socket.destroy()
      return nobodyListens
    }
    // A request that hangs ends with its connection.
    const response = await simulator.fetch(request).catch(() => nobodyListens)
    if (takes('answerLost')) env.incoming.socket.destroy()
    if (takes('silence')) await new Promise<never>(() => undefined)
    if (takes('outage'))
      return new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } })
    return response
  }
  return createAdaptorServer({ fetch: fetchBadly as never, overrideGlobalObjects: false }) as ReturnType<
    typeof createServer
  >
}

/** All writes of the database pass by here. */
function watchDisk(isFull: () => boolean) {
  let left = 0
  let isWritten = true
  let crash: () => void = () => undefined
  let wasFull = false
  const begin = IDBDatabase.prototype.transaction
  const spy = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...given) {
    const transaction = begin.apply(this, given)
    if (transaction.mode !== 'readwrite') return transaction
    if (isFull()) {
      wasFull = true
      setImmediate(() => (transaction as unknown as { _abort(reason: string): void })._abort('QuotaExceededError'))
    }
    if (left === 0) return transaction
    left -= 1
    if (left > 0) return transaction
    if (isWritten) transaction.addEventListener('complete', () => crash())
    else {
      transaction.abort()
      crash()
    }
    return transaction
  })
  return {
    wasFull: () => wasFull,
    at(nth: number, written: boolean, then: () => void) {
      left = nth
      isWritten = written
      crash = then
    },
    forget() {
      left = 0
    },
    close: () => spy.mockRestore(),
  }
}

/** What windows of one browser say to each other, told in turns of the event loop instead of by threads. */
function createChannels() {
  const open = new Map<string, Set<EventTarget>>()
  return class extends EventTarget {
    #others: Set<EventTarget>
    constructor(name: string) {
      super()
      this.#others = open.get(name) ?? new Set()
      open.set(name, this.#others.add(this))
    }
    postMessage(data: unknown) {
      for (const other of this.#others) {
        if (other === this) continue
        setImmediate(() => {
          if (this.#others.has(other)) other.dispatchEvent(new MessageEvent('message', { data: structuredClone(data) }))
        })
      }
    }
    close() {
      this.#others.delete(this)
    }
  }
}

function countUp(name: string): () => string {
  let count = 0
  return () => {
    count += 1
    return `${name}-${String(count).padStart(6, '0')}`
  }
}

function lost(): TypeError {
  return new TypeError('Failed to fetch')
}
