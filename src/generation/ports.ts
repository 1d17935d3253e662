import type { SentCut } from '#domain/edit.ts'
import type { RunId } from '#domain/ids.ts'
import type { FallbackRule, Run } from '#domain/run.ts'
import type { FileToSend, SentFile } from '#imaging/sent-file.ts'
import type { SentLimits } from '#imaging/source-limits.ts'
import type { Send } from '#providers/provider.ts'
import type { GalleryStore } from '#store/store.ts'

/** Callback events of the service, passed on by the proxy: polling this run is worthwhile now. They only save time. */
export interface Push {
  /** Listens for events of this run from now on. Gives a function that stops listening. */
  follow(run: RunId): () => void
  /**
   * A pause that ends at once with an event of the run. Resolves with whether there was one. Rejects with the signal's
   * reason.
   */
  pause(run: RunId, ms: number, signal: AbortSignal): Promise<boolean>
  /** The pause before the next poll: as long as usual, or longer while events can be relied on. */
  untilPoll(run: RunId, usualMs: number, signal: AbortSignal): Promise<boolean>
  /** The run was found to have ended, with or without an event. */
  ended(run: RunId): void
}

/** The browser's network state. */
export interface Network {
  /** True only if the browser is sure that there is no network. */
  isOffline(): boolean
  /** Resolves when the network is back, at once if it is there. Rejects with the signal's reason. */
  back(signal: AbortSignal): Promise<void>
}

/** Senders for proxies by their addresses. */
export interface Route {
  /** The address in the settings; new runs are sent through it. */
  current(): string
  to(address: string): Send
}

/** Derives the file that is sent from the original: all of it, or the part that an edit selects. */
export type ToSent = (file: FileToSend, limits: SentLimits, cut?: SentCut) => Promise<Pick<SentFile, 'bytes'>>

/** Everything the runner needs from outside; tests pass their own. */
export interface RunnerPorts {
  store: GalleryStore
  send: Send
  /** Absent: there is one proxy, reached by `send`. */
  route?: Route
  /** Absent: assumed to be always online. */
  network?: Network
  /** How many runs may be at the service at the same time. */
  runsAtOnce(): number
  /** Epoch ms, for records. */
  now(): number
  /** Monotonic ms, for deadlines and pauses. */
  monotonic(): number
  newId(): string
  /** Absent: made with the browser's canvas. */
  toSent?: ToSent
  /** Whether a refused run may go to the fallback service without asking. Absent: only when the user asks for it. */
  fallback?(): FallbackRule
  /**
   * Resolves after the pause, or at once when the window becomes active again; rejects with an `AbortError` when the
   * signal fires.
   */
  wait(ms: number, signal: AbortSignal): Promise<void>
  /**
   * Runs `work` while no other window holds the name. If this window is frozen, another one may take the name while
   * `mayTake` allows it; then the signal given to `work` fires, and `work` starts again when its turn comes.
   */
  lock<T>(
    name: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    mayTake: () => Promise<boolean>,
  ): Promise<T>
  /** Events that end pauses early. Absent: pauses always have their full length. */
  push?: Push
  /** Called once for each run that this window has brought to its end. */
  ended?(run: Run): void
}

/** The way to the proxy that a run was sent through, even if the setting has changed since. */
export function sendFor(ports: Pick<RunnerPorts, 'send' | 'route'>, { marks: { proxy } }: Run): Send {
  return sendThrough(ports, proxy)
}

/** The way to the proxy with this address; `undefined`: the only one. */
export function sendThrough({ send, route }: Pick<RunnerPorts, 'send' | 'route'>, proxy: string | undefined): Send {
  return proxy === undefined || !route ? send : route.to(proxy)
}

/**
 * Gives `work` a signal that fires with `signal` or at the deadline, and removes both listeners when the work is done:
 * a run makes hundreds of requests with one signal. Uses its own timer, because a signal made by `AbortSignal.any` may
 * be collected and then never fires while only a request waits for it.
 */
export async function withDeadline<T>(
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
