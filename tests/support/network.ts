import { type IncomingMessage, request as nodeRequest } from 'node:http'
import { HttpResponse, http, passthrough } from 'msw'
import { setupServer } from 'msw/node'
import { readConfig } from '#server/config.ts'
import { startServer } from '#server/start.ts'
import { serveSimulator } from '#simulator/serve.ts'

const key = 'canary-5f0c9a71e2'

/**
 * The network of a page under test: requests to `/api` reach the real proxy, whose service is the simulator.
 * A test breaks it with `network.use(…)`. Any other request fails the test.
 */
export async function openNetwork(env: Record<string, string> = {}) {
  const service = await serveSimulator({ key, switches: { durationMs: 60 } })
  const proxy = await startServer(
    readConfig({
      PORT: '0',
      KIE_API_KEY: key,
      KIE_API_BASE_URL: service.origin,
      KIE_UPLOAD_BASE_URL: service.origin,
      KIE_RESULT_HOSTS: `127.0.0.1:${service.port}`,
      GEMINI_API_KEY: key,
      GEMINI_API_BASE_URL: service.origin,
      ...env,
    }),
  )
  const network = setupServer(
    http.all(/^http:\/\/127\.0\.0\.1:\d+\//, () => passthrough()),
    http.all('*/api/*', ({ request }) => forward(request, proxy.port)),
  )
  network.listen({ onUnhandledRequest: 'error' })
  return {
    network,
    simulator: service.simulator,
    async close() {
      network.close()
      await proxy.close()
      await service.close()
    },
  }
}

/** Uses Node's client, because an emulated page may not set the headers that a browser sets. */
async function forward(request: Request, port: number): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const body = Buffer.from(await request.arrayBuffer())
  const headers: Record<string, string> = { origin: `http://127.0.0.1:${port}`, 'content-length': String(body.length) }
  for (const name of ['content-type', 'idempotency-key']) {
    const value = request.headers.get(name)
    if (value) headers[name] = value
  }
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = nodeRequest(
      { host: '127.0.0.1', port, path: pathname + search, method: request.method, headers },
      resolve,
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return new HttpResponse(Buffer.concat(chunks), {
    status: incoming.statusCode ?? 500,
    headers: { 'content-type': incoming.headers['content-type'] ?? 'application/octet-stream' },
  })
}
