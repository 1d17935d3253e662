/** The event stream (server-sent events) in which the proxy tells pages that polling a run is worthwhile. */
export const eventsPath = '/api/events'

/**
 * The kinds of events. The last event id, sent back as `Last-Event-ID`, lets the next connection continue from there.
 */
export const eventKinds = {
  /** Something may have happened to the run with this digest: poll it. */
  run: 'run',
  /** Events may have been lost: poll all runs. */
  gap: 'gap',
} as const

/**
 * Without a heartbeat for this long a stream counts as broken, whatever its connection looks like. The proxy sends one
 * more often.
 */
export const heartbeatMs = 15_000
export const silenceMs = 40_000

/**
 * The digest of a run id, used in the stream. A page that knows the run recognises it; other pages of the same proxy
 * cannot find the run's task or image by it.
 */
export async function digestOf(run: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`atelier run ${run}`))
  return [...new Uint8Array(digest, 0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
