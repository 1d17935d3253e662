import type { IncomingMessage, ServerResponse } from 'node:http'

/** Long enough for a client that is still sending to read the answer. */
const lingerMs = 500

/**
 * Closes the connection of a client that goes on sending its body after it was answered. Otherwise a client could send on
 * after a refusal until the request timeout.
 */
export function cutUnreadBody(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = incoming.headers
  if (length === '0' && encoding === undefined) return
  outgoing.on('finish', () => {
    if (incoming.complete) return
    const { socket } = incoming
    const timer = setTimeout(() => socket.destroySoon(), lingerMs)
    incoming.once('close', () => clearTimeout(timer))
    // Discards the rest as it arrives.
    incoming.resume()
  })
}
