import { expect } from 'vitest'
import type { LockWorld } from '#generation/run-lock.ts'
import { eventually } from './eventually.ts'

type Message = Parameters<LockWorld['channel']['postMessage']>[0]

/** Several windows of one browser: their Web Locks, including stealing, and the channel between them. */
export function createWindows() {
  const locks = createWebLocks()
  const windows = new Map<number, (data: Message) => void>()
  const listeners = new Map<number, ((event: { data: Message }) => void)[]>()
  let count = 0
  return {
    /** A new window. Messages to a frozen window are delivered when it thaws. */
    open() {
      count += 1
      const id = count
      const missed: Message[] = []
      let isFrozen = false
      const hear = (data: Message) => {
        if (isFrozen) missed.push(data)
        else for (const listener of listeners.get(id) ?? []) listener({ data })
      }
      const world: Pick<LockWorld, 'locks' | 'channel'> = {
        locks,
        channel: {
          postMessage(data) {
            for (const [other, tell] of windows) if (other !== id) tell(data)
          },
          addEventListener(type, listener) {
            if (type === 'message') listeners.set(id, [...(listeners.get(id) ?? []), listener])
          },
        },
      }
      windows.set(id, hear)
      return {
        ...world,
        freeze() {
          isFrozen = true
        },
        thaw() {
          isFrozen = false
          for (const data of missed.splice(0)) hear(data)
        },
      }
    },
  }
}

/** Web Locks as in browsers: one holder per name, the others queue; `steal` replaces the holder and skips the queue. */
function createWebLocks(): LockWorld['locks'] {
  const holders = new Map<string, (error: unknown) => void>()
  const lines = new Map<string, (() => void)[]>()
  const next = (name: string) => lines.get(name)?.shift()?.()

  return {
    request<T>(name: string, options: { signal?: AbortSignal; steal?: true }, work: () => Promise<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        const enter = () => {
          options.signal?.removeEventListener('abort', leave)
          const lose = (error: unknown) => reject(error)
          holders.set(name, lose)
          const leaveRoom = () => {
            if (holders.get(name) !== lose) return
            holders.delete(name)
            next(name)
          }
          work().then(resolve, reject).finally(leaveRoom)
        }
        const leave = () => {
          lines.set(name, lines.get(name)?.filter((other) => other !== enter) ?? [])
          reject(options.signal?.reason)
        }
        if (options.signal?.aborted) return reject(options.signal.reason)
        const lose = holders.get(name)
        if (options.steal) {
          holders.delete(name)
          lose?.(new DOMException('The lock was stolen.', 'AbortError'))
          enter()
        } else if (lose) {
          options.signal?.addEventListener('abort', leave)
          lines.set(name, [...(lines.get(name) ?? []), enter])
        } else enter()
      })
    },
  }
}

/** The page has been open for a while when a test begins: its clock is not at 0. */
const openedMs = 70_000

/** Pauses that a test ends, on a manual clock. */
export function createHeldTime() {
  let now = openedMs
  const waits = new Set<{ dueAt: number; resolve(): void }>()
  return {
    monotonic: () => now,
    /** Ms since the test began. */
    passedMs: () => now - openedMs,
    /** The lengths of the pauses in progress. */
    waiting: () => [...waits].map(({ dueAt }) => dueAt - now),
    wait(ms: number, signal: AbortSignal): Promise<void> {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const end = (settle: () => void) => {
          waits.delete(one)
          signal.removeEventListener('abort', fail)
          settle()
        }
        const fail = () => end(() => reject(signal.reason))
        const one = { dueAt: now + ms, resolve: () => end(resolve) }
        waits.add(one)
        signal.addEventListener('abort', fail)
      })
    },
    /** Advances the time step by step, so that the consequences of one wait come before the next. */
    async pass(ms: number, stepMs = 1_000) {
      for (let left = ms; left > 0; left -= stepMs) {
        now += Math.min(stepMs, left)
        for (const one of [...waits]) if (one.dueAt <= now) one.resolve()
        await settled()
      }
    },
    /** Ends each pause at its time until `work` is finished. Time does not pass while an answer is awaited. */
    async passUntil<T>(work: Promise<T>): Promise<T> {
      let isOver = false
      const end = () => {
        isOver = true
      }
      work.then(end, end)
      while (!isOver) {
        await eventually(() => expect(isOver || waits.size > 0).toBe(true))
        if (waits.size === 0) continue
        const nextMs = Math.min(...this.waiting())
        await this.pass(nextMs, nextMs)
      }
      return work
    },
    /** Advances the clock without running timers, like a machine that sleeps. */
    async sleep(ms: number) {
      now += ms
      await this.wake()
    },
    /** Ends every wait early, as when a window becomes active. */
    async wake() {
      for (const one of [...waits]) one.resolve()
      await settled()
    },
  }
}

/** Taken before a test takes it from the page. */
const { subtle } = crypto

/** Resolves when all consequences have happened, in this thread and in those that compute signatures and digests. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    await subtle.digest('SHA-256', new Uint8Array(1))
  }
  await new Promise((resolve) => setImmediate(resolve))
}
