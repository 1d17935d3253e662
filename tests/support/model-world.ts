import { createServer } from 'node:http'
import { IDBFactory } from 'fake-indexeddb'
import 'fake-indexeddb/auto'
import { vi } from 'vitest'
import type { FallbackRule } from '#domain/run.ts'
import type { Send } from '#providers/provider.ts'
import { createSend } from '#providers/send.ts'
import { readConfig } from '#server/config.ts'
import { createLog } from '#server/log.ts'
import { openProxy, type Proxy as RunningProxy } from '#server/start.ts'
import { createSimulator, type Simulator } from '#simulator/simulator.ts'
import { isSubmitPath } from './broken-network.ts'
import { callIn, publicUrl } from './call-in.ts'
import { lightPainter, lightProcessor } from './light-images.ts'
import { machineKey } from './machine.ts'
import { createMemoryNetwork } from './memory-network.ts'
import { watchDisk } from './model-disk.ts'
import { createFaults, type Faults } from './model-faults.ts'
import { callBadly, serveBadly } from './model-service.ts'
import { openPage, type Page, type Told } from './model-window.ts'
import { startVirtualTime } from './virtual-time.ts'
import { createWindows } from './windows.ts'

/** Settings that are fixed during a story. */
export interface Setting {
  /** The user's setting for the fallback. */
  rule: FallbackRule
  /** Whether the service can call the proxy. */
  callbacks: boolean
}

/** A browser, a proxy and the service on a virtual clock: nothing takes real time. */
export interface World {
  faults: Faults
  simulator: Simulator
  /** The open windows. */
  pages: Page[]
  /** The task ids that windows received. */
  told: readonly Told[]
  /** Prompts of the fallback's images whose answer was lost on the way to the proxy. */
  spoilt: ReadonlySet<string>
  /** Tasks of callbacks that this proxy accepted. */
  heard: ReadonlySet<string>
  /** Whether a free request ever failed, or was interrupted with its proxy. */
  wasCut(): boolean
  /** Whether a write ever failed: then a window may have been closed with answers that were not stored. */
  wasFull(): boolean
  openPage(): Promise<Page>
  /** Closes all windows at once. */
  crash(): void
  /** Kills the browser at its `nth` write from now, just after the write or before it. */
  crashAtWrite(nth: number, written: boolean): void
  /** Kills the proxy with all requests to and from it; nothing answers until it is started again. */
  stopProxy(): void
  /** Starts a proxy without memory. The old one is killed with all requests to and from it. */
  restartProxy(): Promise<void>
  /** Sets the wall clock. */
  setClock(byMs: number): void
  endFaults(): void
  pass(ms: number): Promise<void>
  close(): Promise<void>
}

const [proxyPort, servicePort] = [4001, 4002]
/** Longest delay of a callback. */
export const lateCallMs = 60_000
const serviceOrigin = `http://127.0.0.1:${servicePort}`

export async function openWorld(seed: number, { rule, callbacks }: Setting): Promise<World> {
  const time = startVirtualTime(seed)
  const between = (least: number, most: number) => Math.round(least + time.random() * (most - least))
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.stubGlobal('BroadcastChannel', createChannels())
  const faults = createFaults()
  const { takes } = faults
  const network = createMemoryNetwork({
    delayMs: () => between(1, 60),
    refuses: (port) => port === servicePort && takes('refused'),
  })
  const pages: Page[] = []
  const told: Told[] = []
  const spoilt = new Set<string>()
  const heard = new Set<string>()
  const windows = createWindows()
  /** The same windows, on the channel of their shared stream. */
  const eventWindows = createWindows()
  const disk = watchDisk(() => takes('refusedWrites'))
  const ids = countUp('run')
  let wallMs = 0
  let lives = 0

  const simulator = createSimulator({
    origin: () => serviceOrigin,
    painter: lightPainter,
    key: machineKey,
    random: time.random,
    switches: { durationMs: [500, 8_000] },
    call: callBadly({
      faults,
      carry: callIn(() => proxyPort),
      lateMs: () => between(10_000, lateCallMs),
      heard: (taskId) => heard.add(taskId),
      lives: () => lives,
    }),
  })
  network.listen(
    servicePort,
    serveBadly(simulator, faults, (prompt) => spoilt.add(prompt)),
  )

  let proxy: RunningProxy | undefined
  function stopProxy() {
    network.unplug(proxyPort)
    // From now on, nothing reaches the old proxy or leaves it.
    network.cut(servicePort)
    void proxy?.close()
    proxy = undefined
    lives += 1
    heard.clear()
  }
  async function restartProxy() {
    stopProxy()
    proxy = await openProxy(callbacks ? calledBack : config, { page: false, log: createLog([], () => undefined) })
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
    spoilt,
    heard,
    wasCut: () => lives > 1 || faults.taken('free') + faults.taken('refused') > 0,
    wasFull: disk.wasFull,
    async openPage() {
      const page = await openPage({
        name: 'world',
        processor: {
          async process(...given) {
            if (takes('fullDisk')) throw new DOMException('no room', 'QuotaExceededError')
            return lightProcessor.process(...given)
          },
        },
        windows,
        fallback: () => rule,
        ...(callbacks ? { eventWindows } : {}),
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
    stopProxy,
    restartProxy,
    setClock(byMs) {
      wallMs += byMs
    },
    endFaults() {
      faults.end()
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

const environment = {
  PORT: String(proxyPort),
  KIE_API_KEY: machineKey,
  KIE_API_BASE_URL: serviceOrigin,
  KIE_UPLOAD_BASE_URL: serviceOrigin,
  KIE_RESULT_HOSTS: `127.0.0.1:${servicePort}`,
  GEMINI_API_KEY: machineKey,
  GEMINI_API_BASE_URL: serviceOrigin,
}
const config = readConfig(environment)
const calledBack = readConfig({ ...environment, PUBLIC_URL: publicUrl })

/** Messages between windows, delivered in turns of the event loop instead of by threads. */
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
