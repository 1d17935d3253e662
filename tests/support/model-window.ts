import { setMaxListeners } from 'node:events'
import { QueryClient } from '@tanstack/react-query'
import type { Failure } from '#domain/failure.ts'
import type { RunId } from '#domain/ids.ts'
import type { FallbackRule } from '#domain/run.ts'
import { createEventStream } from '#generation/event-stream.ts'
import { createGenerator, type Generator } from '#generation/generator.ts'
import { createPush } from '#generation/push.ts'
import { createRunLock, type LockWorld } from '#generation/run-lock.ts'
import { createRunner } from '#generation/runner.ts'
import { createSharedStream, type SharedWorld } from '#generation/shared-stream.ts'
import type { Send } from '#providers/provider.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { ImageProcessor } from '#store/image-processor.ts'
import type { GalleryStore } from '#store/store.ts'
import { isSubmitPath } from './broken-network.ts'
import type { createWindows } from './windows.ts'

// One signal of a run has listeners for all of its requests, which Node reports as a leak.
setMaxListeners(0)

/** One window of the browser, with its own connection, runner and generator. */
export interface Page {
  store: GalleryStore
  generator: Generator
  /** Runs that are being driven here. */
  busy(): number
  isGone(): boolean
  /** Hides or shows the window. */
  hide(hidden: boolean): void
  /** While frozen, the window does nothing, and messages to it wait. */
  freeze(frozen: boolean): void
  /** Closes the window at once: no answer reaches it any more, and its locks are released. */
  crash(): void
}

/** An answer that reached a window, which was open for another `livedMs`. */
export interface Told {
  run: RunId
  taskId: string
  livedMs(): number
  page(): Page
}

export interface PageParts {
  name: string
  processor: ImageProcessor
  windows: ReturnType<typeof createWindows>
  /** The stream that the windows share; without it they have no stream. */
  eventWindows?: ReturnType<typeof createWindows>
  fallback(): FallbackRule
  /** A connection that is closed with the window. */
  sendFor(life: AbortSignal): Send
  wall(): number
  newId(): string
  /** Duration of a store operation, before and after the write. */
  storeMs(): number
  tell(told: Told): void
}

export async function openPage(parts: PageParts): Promise<Page> {
  const life = new AbortController()
  const gate = createGate(life.signal)
  const disk = await openGallery({ name: parts.name, processor: parts.processor })
  const store = gate.guard({ ...disk, ...slowly(disk, parts.storeMs, gate.through) })
  const queryClient = new QueryClient({ defaultOptions: { mutations: { networkMode: 'always', retry: false } } })
  const window = parts.windows.open()
  let isVisible = true
  const clock = { ...gate.guard({ wait: pause }), monotonic: () => performance.now() }
  const lock = createRunLock({
    ...clock,
    channel: window.channel,
    locks: releasedByDeath(window.locks, life.signal),
    isVisible: () => isVisible && !life.signal.aborted,
  })
  const { send } = gate.guard({ send: parts.sendFor(life.signal) })
  let endedAt: number | undefined
  const sendAndTell: Send = async (path, init) => {
    const response = await send(path, init)
    const at = performance.now()
    const taskId = isSubmitPath(path) ? await taskIdIn(response.clone()) : undefined
    const run = new Headers(init?.headers).get('idempotency-key') as RunId | null
    if (run && taskId) parts.tell({ run, taskId, livedMs: () => (endedAt ?? performance.now()) - at, page: () => page })
    return response
  }
  const events = parts.eventWindows?.open()
  const stream = createEventStream({ send: heldBack(send, gate.through), ...clock, random: Math.random })
  const push = events && {
    push: createPush({
      ...clock,
      random: Math.random,
      listen: createSharedStream({
        ...clock,
        stream,
        channel: saidAlive(events.channel as unknown as SharedWorld['channel'], life.signal),
        locks: releasedByDeath(window.locks, life.signal),
      }),
    }),
  }
  const ports = { store, now: parts.wall, newId: parts.newId }
  const runner = createRunner({
    ...ports,
    ...clock,
    lock,
    ...push,
    send: sendAndTell,
    runsAtOnce: () => 3,
    fallback: parts.fallback,
  })
  const generator = createGenerator({ runner: async () => runner, ports, queryClient, tell: ignore })
  const page: Page = {
    store: disk,
    generator,
    busy: () => (life.signal.aborted ? 0 : queryClient.isMutating()),
    isGone: () => life.signal.aborted,
    hide(hidden) {
      isVisible = !hidden
    },
    freeze(frozen) {
      // A frozen window cannot store answers.
      endedAt ??= performance.now()
      for (const one of [window, ...(events ? [events] : [])]) {
        if (frozen) one.freeze()
        else one.thaw()
      }
      gate.hold(frozen)
    },
    crash() {
      endedAt ??= performance.now()
      life.abort()
      generator.close()
      disk.close()
      queryClient.clear()
    },
  }
  generator.resume().catch(ignore)
  return page
}

/** Delays everything that reaches a window while it is frozen, and drops it after the window is closed. */
function createGate(life: AbortSignal) {
  const never = new Promise<never>(() => undefined)
  let opened: Promise<void> | undefined
  let open = () => {}
  const through = async () => {
    while (opened) await opened
    if (life.aborted) await never
  }
  const wrap =
    (target: object, work: (...args: unknown[]) => unknown) =>
    (...args: unknown[]) => {
      if (life.aborted) return never
      const result = work.apply(target, args)
      if (!(result instanceof Promise)) return result
      return result.then(
        async (value) => {
          await through()
          return value
        },
        async (error) => {
          await through()
          throw error
        },
      )
    }
  return {
    through,
    hold(isHeld: boolean) {
      open()
      opened = undefined
      if (!isHeld) return
      opened = new Promise((resolve) => {
        open = resolve
      })
    },
    guard<T extends object>(target: T): T {
      const entries = Object.entries(target).map(([key, value]) => [
        key,
        typeof value === 'function' ? wrap(target, value) : value,
      ])
      return Object.fromEntries(entries)
    },
  }
}

const steps = ['saveRun', 'startRuns', 'amendRun', 'removeRun', 'settle', 'run', 'openRuns'] as const

/** Adds delays to the store: a window may be closed before a step is written, or before it learns of the write. */
function slowly(store: GalleryStore, storeMs: () => number, through: () => Promise<void>): Partial<GalleryStore> {
  const slow =
    (work: (...args: never[]) => Promise<unknown>) =>
    async (...args: never[]) => {
      await passed(storeMs())
      await through()
      const result = await work(...args)
      await passed(storeMs())
      return result
    }
  return Object.fromEntries(steps.map((step) => [step, slow(store[step].bind(store) as never)]))
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function taskIdIn(response: Response): Promise<string | undefined> {
  type Answer = { data?: { taskId?: string } | null; taskId?: string } | undefined
  const answer = (await response.json().catch(() => undefined)) as Answer
  return answer?.data?.taskId ?? answer?.taskId
}

/** Events of a stream wait while its window is frozen. */
function heldBack(send: Send, through: () => Promise<void>): Send {
  return async (path, init) => {
    const response = await send(path, init)
    const held = new TransformStream<Uint8Array, Uint8Array>({
      async transform(chunk, controller) {
        await through()
        controller.enqueue(chunk)
      },
    })
    return response.body ? new Response(response.body.pipeThrough(held), response) : response
  }
}

/** Drops messages of a closed window. */
function saidAlive(channel: SharedWorld['channel'], life: AbortSignal): SharedWorld['channel'] {
  return {
    postMessage(message) {
      if (!life.aborted) channel.postMessage(message)
    },
    addEventListener: (type, listener) => channel.addEventListener(type, listener),
  }
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
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', fail)
        resolve()
        // The shortest time of a timer.
      },
      Math.max(1, ms),
    )
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}

function ignore(_failure?: Failure): void {}
