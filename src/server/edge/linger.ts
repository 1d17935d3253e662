import type { IncomingMessage, ServerResponse } from 'node:http'

/** Long enough for whoever still sends to read the answer. */
const lingerMs = 500

/**
 * Ends the connection of a client that goes on sending a body after its answer: a refusal would otherwise be followed by as much
 * as the client likes, for as long as a request may take.
 */
export function cutUnreadBody(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = incoming.headers
  if (length === '0' && encoding === undefined) return
  outgoing.on('finish', () => {
    if (incoming.complete) return
    const { socket } = incoming
    const timer = setTimeout(() => socket.destroySoon(), lingerMs)
    incoming.once('close', () => clearTimeout(timer))
    // What is left is thrown away as it comes.
    incoming.resume()
  })
}
