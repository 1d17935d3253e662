import type { ServerResponse } from 'node:http'
import { eventKinds, heartbeatMs } from '#providers/events.ts'
import type { Access } from '#server/edge/access.ts'
import { closedHeaders, type Handler, refused } from '#server/edge/refusals.ts'
import type { RunEvent, RunEvents } from '#server/shared/memory/events.ts'

export interface Streams {
  /** `GET /api/events`: server-sent events, continuing from `Last-Event-ID` if given. */
  handler: Handler
  /** Ends all streams; their pages reconnect on their own, at random times. */
  close(): void
  /** How many are open. */
  count(): number
}

export interface StreamLimits {
  /**
   * A browser needs one, however many windows it has; behind a forwarding server, browsers without a cookie count as
   * one client.
   */
  perClient?: number
  inAll?: number
}

const retryAfterMs = 30_000
/** A stream is ended if more than this waits to be read. */
const mostWaitingBytes = 64 * 1024
const headers = [
  'content-type',
  'text/event-stream; charset=utf-8',
  'cross-origin-resource-policy',
  'same-origin',
  // Servers in between must not buffer or compress events.
  'x-accel-buffering',
  'no',
  ...closedHeaders,
]

/** The event streams of pages. Only digests of runs are sent: a stream is useful only to a page that knows the run. */
export function createStreams(
  events: RunEvents,
  access: Pick<Access, 'userOf'>,
  { perClient = 30, inAll = 1000 }: StreamLimits = {},
): Streams {
  const open = new Map<ServerResponse, string>()
  let heartbeat: NodeJS.Timeout | undefined

  function add(outgoing: ServerResponse, client: string): void {
    open.set(outgoing, client)
    heartbeat ??= setInterval(() => {
      for (const one of open.keys()) write(one, ':\n\n')
    }, heartbeatMs).unref()
  }

  /** The oldest stream of the client that has most, if that is more than the new client would have. */
  function findSpare(own: number): ServerResponse | undefined {
    const byClient = new Map<string, ServerResponse[]>()
    for (const [outgoing, client] of open) byClient.set(client, [...(byClient.get(client) ?? []), outgoing])
    const most = [...byClient.values()].reduce((one, other) => (other.length > one.length ? other : one))
    return most.length > own + 1 ? most[0] : undefined
  }

  function remove(outgoing: ServerResponse): void {
    open.delete(outgoing)
    if (open.size > 0) return
    clearInterval(heartbeat)
    heartbeat = undefined
  }

  return {
    handler(incoming, outgoing) {
      const client = access.userOf(incoming)
      const own = [...open.values()].filter((one) => one === client).length
      if (own >= perClient) throw refused(429, 'Too many streams are open from here.', { retryAfterMs })
      if (open.size >= inAll) {
        const spare = findSpare(own)
        if (!spare) throw refused(503, 'Too many pages are connected to this proxy.', { retryAfterMs })
        remove(spare)
        spare.end()
      }
      add(outgoing, client)
      outgoing.writeHead(200, headers)
      const stop = events.subscribe(
        (event) => write(outgoing, toText(event)),
        String(incoming.headers['last-event-id']),
      )
      outgoing.once('close', () => {
        stop()
        remove(outgoing)
      })
    },
    close() {
      for (const outgoing of open.keys()) outgoing.end()
    },
    count: () => open.size,
  }
}

function write(outgoing: ServerResponse, text: string): void {
  if (outgoing.writableEnded || outgoing.destroyed) return
  outgoing.write(text)
  if (outgoing.writableLength > mostWaitingBytes) outgoing.destroy()
}

/** Browsers do not report an event without data to listeners. */
function toText(event: RunEvent): string {
  const data = event.kind === 'run' ? event.digest : 'all'
  return `event: ${eventKinds[event.kind]}\nid: ${event.id}\ndata: ${data}\n\n`
}
