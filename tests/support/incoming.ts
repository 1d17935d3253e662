import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

interface Given {
  method?: string
  url?: string
  /** Headers by lower-case names, as in Node. */
  headers?: Record<string, string>
  body?: string | Buffer | readonly (string | Buffer)[]
  /** Address of the client, and our port. */
  remoteAddress?: string
  localPort?: number
}

/** A complete request in the form of Node's `IncomingMessage`. */
export function incomingOf({ body = [], ...given }: Given = {}): IncomingMessage {
  const { method = 'POST', url = '/', headers = {}, remoteAddress, localPort } = given
  const incoming = new IncomingMessage(new Socket())
  for (const piece of typeof body === 'string' || Buffer.isBuffer(body) ? [body] : body) incoming.push(piece)
  incoming.push(null)
  const parts = { method, url, headers, rawHeaders: Object.entries(headers).flat() }
  return Object.assign(incoming, { ...parts, socket: { remoteAddress, localPort } }) as IncomingMessage
}

/** The handler's answer to the request. Rejects with the handler's error. */
export async function answerOf(
  incoming: IncomingMessage,
  handle: (incoming: IncomingMessage, outgoing: ServerResponse) => unknown,
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  const outgoing = new ServerResponse(incoming)
  const headers: Record<string, unknown> = {}
  let text = ''
  const { writeHead } = outgoing
  outgoing.writeHead = ((status: number, given: Record<string, unknown> | readonly unknown[]) => {
    const pairs = Array.isArray(given)
      ? given.flatMap((name, at) => (at % 2 === 0 ? [[name, given[at + 1]]] : []))
      : Object.entries(given)
    Object.assign(headers, Object.fromEntries(pairs))
    return writeHead.call(outgoing, status, given as never)
  }) as typeof writeHead
  outgoing.end = ((last: unknown) => {
    text += last ?? ''
    return outgoing
  }) as ServerResponse['end']
  await handle(incoming, outgoing)
  return { status: outgoing.statusCode, headers, text }
}
