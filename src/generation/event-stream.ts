import { createParser } from 'eventsource-parser'
import { eventKinds, eventsPath, silenceMs } from '#providers/events.ts'
import type { Send } from '#providers/provider.ts'
import { parseJson, proxyPaths, readHealth } from '#providers/send.ts'
import { type RunnerPorts, withDeadline } from './ports.ts'
import type { Listen, Listener } from './push.ts'

export type StreamPorts = Pick<RunnerPorts, 'wait' | 'monotonic'> & { send: Send; random: () => number }

/** A listener that survives a new connection. */
export interface StreamListener extends Listener {
  /** Something was received: an event with its id, or a heartbeat. */
  heard(id: string | undefined): void
}

const reachMs = 10_000
const firstPauseMs = 1_000
const longestPauseMs = 60_000
/** Pause before asking again at a proxy that does not use callbacks. */
const offMs = 600_000

/**
 * Listens to the proxy's event stream until the signal ends it. A broken connection is opened again after growing,
 * random pauses, and continues from the last event id.
 */
export function createEventStream({ send, wait, monotonic, random }: StreamPorts) {
  function isOffered(signal: AbortSignal): Promise<boolean> {
    return withDeadline(reachMs, signal, async (soon) => {
      const response = await send(proxyPaths.health, { signal: soon })
      return readHealth(parseJson(await response.text()))?.callbacks === true
    })
  }

  /** Reads one connection to its end. Rejects when it breaks or is silent for too long. One that is refused has ended. */
  async function read(lastId: string | undefined, listener: StreamListener, signal: AbortSignal): Promise<void> {
    const connection = new AbortController()
    const leave = () => connection.abort(signal.reason)
    signal.addEventListener('abort', leave)
    const silent = new AbortController()
    let heardAt = monotonic()
    const breakWhenSilent = async () => {
      for (let leftMs = silenceMs; leftMs > 0; leftMs = silenceMs - (monotonic() - heardAt)) {
        await wait(leftMs, silent.signal)
      }
      connection.abort()
    }
    breakWhenSilent().catch(() => undefined)
    try {
      const headers = { accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) }
      const response = await send(eventsPath, { headers, signal: connection.signal, cache: 'no-store' })
      if (!response.ok || !response.body) return
      const parser = createParser({
        onEvent({ event, data, id }) {
          if (event === eventKinds.run) listener.runEvent(data)
          if (event === eventKinds.gap) listener.gap()
          listener.heard(id)
        },
      })
      const reader = response.body.getReader()
      const decoder = new TextDecoder()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        heardAt = monotonic()
        listener.alive(true)
        listener.heard(undefined)
        parser.feed(decoder.decode(value, { stream: true }))
      }
    } finally {
      silent.abort()
      signal.removeEventListener('abort', leave)
      connection.abort()
    }
  }

  return async (lastId: string | undefined, listener: StreamListener, signal: AbortSignal): Promise<void> => {
    let failures = 0
    let at = lastId
    const own: StreamListener = {
      ...listener,
      heard(id) {
        failures = 0
        at = id ?? at
        listener.heard(id)
      },
    }
    while (!signal.aborted) {
      let pauseMs = offMs
      try {
        if (await isOffered(signal)) {
          pauseMs = 0
          await read(at, own, signal)
        }
      } catch {
        pauseMs = 0
      }
      if (signal.aborted) return
      listener.alive(false)
      if (pauseMs === 0) pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** failures) * (0.5 + random())
      failures += 1
      await wait(pauseMs, signal).catch(() => undefined)
    }
  }
}

/** A stream for this window alone. */
export function createOwnStream(ports: StreamPorts): Listen {
  const stream = createEventStream(ports)
  return (listener, signal) => stream(undefined, { ...listener, heard: () => undefined }, signal)
}
