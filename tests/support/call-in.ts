import { request as nodeRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Fetch } from '#providers/provider.ts'

/** The public address of a proxy under test; the name does not resolve. */
export const publicUrl = 'https://localhost:8443'

/** Sends calls for the public address to the proxy, like the reverse proxy in front of it. */
export function callIn(port: () => number): Fetch {
  return async (request) => {
    const { host, pathname } = new URL(request.url)
    const body = await request.text()
    const { promise, resolve, reject } = settle<Response>()
    const headers = { ...Object.fromEntries(request.headers), host, 'content-length': String(Buffer.byteLength(body)) }
    const outgoing = nodeRequest(
      { host: '127.0.0.1', port: port(), path: pathname, method: request.method, headers, agent: false },
      async (incoming) => resolve(new Response(await text(incoming), { status: incoming.statusCode ?? 500 })),
    )
    outgoing.on('error', reject)
    outgoing.end(body)
    return promise
  }
}

function settle<T>() {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((done, fail) => {
    resolve = done
    reject = fail
  })
  return { promise, resolve, reject }
}
