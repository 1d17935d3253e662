import { silenceMs } from '#providers/events.ts'
import type { StreamListener } from './event-stream.ts'
import type { RunnerPorts } from './ports.ts'
import type { Listen, Listener } from './push.ts'

/** What the window with the stream sends to the others, and what they ask of it. */
type Message =
  // `mark` is the digest of a run. Windows of other builds read this name.
  { kind: 'run'; mark: string } | { kind: 'gap' | 'who' } | { kind: 'alive'; id: string | undefined } | { kind: 'dead' }

export interface SharedWorld extends Pick<RunnerPorts, 'wait' | 'monotonic'> {
  locks: { request(name: string, options: { signal: AbortSignal }, work: () => Promise<void>): Promise<void> }
  /** Held by the window that has the stream; shared by all pages of an origin. */
  lockName?: string
  channel: {
    postMessage(message: Message): void
    addEventListener(type: 'message', listener: (event: { data: Message }) => void): void
  }
  /** Reads the proxy's stream from an event id on, until the signal ends it. */
  stream(lastId: string | undefined, listener: StreamListener, signal: AbortSignal): Promise<void>
}

/** Until this window wants events. */
const nobody: Listener = { alive: () => undefined, runEvent: () => undefined, gap: () => undefined }

/**
 * One stream per browser: the first window that wants one opens it and passes its events on. A browser opens six
 * connections to a host, and each stream would hold one.
 */
export function createSharedStream({
  locks,
  lockName = 'atelier-events',
  channel,
  stream,
  wait,
  monotonic,
}: SharedWorld): Listen {
  let listener = nobody
  let isLeading = false
  /** Whether the stream of this window is alive. */
  let isAlive = false
  let lastId: string | undefined
  let heardAt = 0

  channel.addEventListener('message', ({ data }) => {
    if (data.kind === 'who') {
      if (isAlive) tellAlive()
      return
    }
    if (isLeading) return
    heardAt = monotonic()
    switch (data.kind) {
      case 'run':
        return listener.runEvent(data.mark)
      case 'gap':
        return listener.gap()
      case 'alive':
        lastId = data.id ?? lastId
        return listener.alive(true)
      default:
        return listener.alive(false)
    }
  })

  const tellAlive = () => channel.postMessage({ kind: 'alive', id: lastId })

  const passingOn = (own: Listener): StreamListener => ({
    alive(next) {
      isAlive = next
      own.alive(next)
      if (!next) channel.postMessage({ kind: 'dead' })
    },
    runEvent(digest) {
      own.runEvent(digest)
      channel.postMessage({ kind: 'run', mark: digest })
    },
    gap() {
      own.gap()
      channel.postMessage({ kind: 'gap' })
    },
    heard(id) {
      lastId = id ?? lastId
      tellAlive()
    },
  })

  /** A window that was frozen or closed while it held the stream sends nothing. */
  async function watch(own: Listener, signal: AbortSignal): Promise<void> {
    for (;;) {
      await wait(silenceMs / 2, signal)
      if (!isLeading && monotonic() - heardAt > silenceMs) own.alive(false)
    }
  }

  return async (own, signal) => {
    listener = own
    channel.postMessage({ kind: 'who' })
    watch(own, signal).catch(() => undefined)
    const lead = async () => {
      isLeading = true
      await stream(lastId, passingOn(own), signal)
    }
    await locks.request(lockName, { signal }, lead).catch(() => undefined)
    isLeading = false
    isAlive = false
  }
}
