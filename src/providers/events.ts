/** Where the proxy tells pages that asking for a run is worth while: server-sent events. */
export const eventsPath = '/api/events'

/** What a stream says. Its last id, sent back as `Last-Event-ID`, lets the next stream go on from there. */
export const eventKinds = {
  /** Something may have happened to the run with this mark: ask for it. */
  run: 'run',
  /** Something may have happened that this stream cannot tell any more: ask for all. */
  gap: 'gap',
} as const

/** A stream that says nothing for so long is not alive, whatever its connection looks like; it is never so silent by itself. */
export const heartbeatMs = 15_000
export const silenceMs = 40_000

/**
 * The name of a run in a stream. Whoever knows the run recognises it; to all others who listen to the same proxy it is
 * no way to the run's task or picture.
 */
export async function markOf(run: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`atelier run ${run}`))
  return [...new Uint8Array(digest, 0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
