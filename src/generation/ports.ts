import type { Box } from '#domain/edit.ts'
import type { RunId } from '#domain/ids.ts'
import type { FallbackRule, Run } from '#domain/run.ts'
import type { FileToSend, SentFile } from '#imaging/sent-file.ts'
import type { SentLimits } from '#imaging/source-limits.ts'
import type { Send } from '#providers/provider.ts'
import type { GalleryStore } from '#store/store.ts'

/** Callback events of the service, passed on by the proxy: asking for a run is worth while now. They only save time. */
export interface Push {
  /** Listens for events of this run from now on. Gives the way to end that. */
  follow(run: RunId): () => void
  /** A pause that ends at once with an event of the run. Gives whether there was one. Rejects with the signal's reason. */
  pause(run: RunId, ms: number, signal: AbortSignal): Promise<boolean>
  /** The pause before the next poll: as long as usual, and longer while events can be relied on. */
  untilPoll(run: RunId, usualMs: number, signal: AbortSignal): Promise<boolean>
  /** The run's end was seen, with or without an event. */
  ended(run: RunId): void
}

/** What the browser says of its network. */
export interface Network {
  /** True only where the browser is sure that there is no network. */
  isOffline(): boolean
  /** Resolves when the network is back, at once where it is there. Rejects with the signal's reason. */
  back(signal: AbortSignal): Promise<void>
}

/** The proxies of this browser by their addresses. */
export interface Route {
  /** The address that is set now: new runs are sent through it. */
  current(): string
  to(address: string): Send
}

/** Makes what a service is given of a file that is kept whole, or of a part of it. */
export type ToSent = (file: FileToSend, limits: SentLimits, part?: Box) => Promise<Pick<SentFile, 'bytes'>>

/** All that the machine needs from the world; tests give their own. */
export interface RunnerPorts {
  store: GalleryStore
  send: Send
  /** Left out: there is one proxy, reached by `send`. */
  route?: Route
  /** Left out: the network is always there. */
  network?: Network
  /** How many runs may be out at the service at once. */
  runsAtOnce(): number
  /** Epoch ms, for records. */
  now(): number
  /** Ms that never jump, for deadlines and pauses. */
  monotonic(): number
  newId(): string
  /** Left out: by the browser's own canvas. */
  toSent?: ToSent
  /** Whether what was refused may go to another service without being asked; only when asked, where it is left out. */
  fallback?(): FallbackRule
  /** Resolves after the pause, or at once when the window wakes up; rejects with an `AbortError` when the signal says so. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  /**
   * Runs `work` while no other window holds the name. From a window that is frozen the name may be taken over while
   * `mayTake` allows it; there, the signal given to `work` fires, and `work` begins anew when its turn comes again.
   */
  lock<T>(
    name: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    mayTake: () => Promise<boolean>,
  ): Promise<T>
  /** Events that end pauses; where it is left out, pauses are what they are. */
  push?: Push
  /** Told once of each run that this window has brought to its end. */
  ended?(run: Run): void
}

/** The way to the proxy that a run was sent through, whichever is set now. */
export function sendFor({ send, route }: Pick<RunnerPorts, 'send' | 'route'>, { marks: { proxy } }: Run): Send {
  return proxy === undefined || !route ? send : route.to(proxy)
}

/**
 * Gives `work` a signal that fires with `signal` or after the deadline, and lets go of both when the work is done: a run asks
 * hundreds of times under one signal. Held by its own timer: signals made by `AbortSignal.any` may be collected, and never
 * fire, while only a request waits for them.
 */
export async function within<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const follow = () => controller.abort(signal?.reason)
  const timer = setTimeout(() => controller.abort(new DOMException('No answer in time.', 'TimeoutError')), ms)
  if (signal?.aborted) follow()
  else signal?.addEventListener('abort', follow)
  try {
    return await work(controller.signal)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', follow)
  }
}
