import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** A reverse proxy before the built server that adds a script to the page and breaks requests, the same for all engines. */
export interface Front {
  url: string
  /** Console output, errors and policy violations of pages, in order. */
  noise: string[]
  /** Complaints that a test expects. */
  expected: RegExp[]
  /** Answers the next `times` requests with a matching path with 503, until `stop`. `failed`: the number so far. */
  fail(path: RegExp, times: number): { failed(): number; stop(): void }
  /** Requests with a matching path wait until the returned function is called. */
  hold(path: RegExp): () => void
  /** Scripts with a matching path begin with a call of this function, until the returned function is called. */
  prepend(path: RegExp, run: () => void): () => void
  close(): Promise<void>
}

/** `target`: the origin of the built server. */
export async function openFront(target: string): Promise<Front> {
  const noise: string[] = []
  const failing: { path: RegExp; left: number; failed: number }[] = []
  const holding = new Map<RegExp, (() => void)[]>()
  const prepended = new Map<RegExp, string>()
  const script = await inPageScript()

  const server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', target)
    if (pathname === '/engine-noise') return void takeNoise(incoming, outgoing, noise)
    const first = [...prepended].flatMap(([path, code]) => (path.test(pathname) ? code : [])).join('')
    if (pathname === '/engine-door.js') return void send(outgoing, 'text/javascript', first + script)
    const held = [...holding].find(([path]) => path.test(pathname))?.[1]
    if (held) return void held.push(() => forward(target, incoming, outgoing))
    if (pathname === '/engine-axe.js') return void send(outgoing, 'text/javascript', axe())
    const fault = failing.find(({ path, left }) => left > 0 && path.test(pathname))
    if (!fault) return forward(target, incoming, outgoing, first)
    fault.left -= 1
    fault.failed += 1
    outgoing.writeHead(503).end()
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    noise,
    // Only Playwright blocks it, in Chromium. The other is no fault: after a change of size, engines report that the rest
    // of the layout comes with the next frame.
    expected: [/Service Worker registration blocked by Playwright/, /^thrown: ResizeObserver loop/],
    fail(path, times) {
      const fault = { path, left: times, failed: 0 }
      failing.push(fault)
      return {
        failed: () => fault.failed,
        stop() {
          fault.left = 0
        },
      }
    },
    hold(path) {
      const held: (() => void)[] = []
      holding.set(path, held)
      return () => {
        holding.delete(path)
        for (const go of held) go()
      }
    },
    prepend(path, run) {
      prepended.set(path, `(${run})();\n`)
      return () => void prepended.delete(path)
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function send(outgoing: ServerResponse, type: string, body: string) {
  outgoing.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body)
}

async function takeNoise(incoming: IncomingMessage, outgoing: ServerResponse, noise: string[]) {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  noise.push(Buffer.concat(chunks).toString())
  outgoing.writeHead(204).end()
}

/** Requests need the server's own host name, because it serves no other. `first`: the code with which a script begins. */
function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse, first = '') {
  const { host, origin, ...rest } = incoming.headers
  const headers = {
    ...rest,
    host: new URL(target).host,
    'accept-encoding': 'identity',
    ...(origin && { origin: target }),
  }
  const onward = request(target + incoming.url, { method: incoming.method, headers }, (answer) => {
    const isPage = /text\/html/.test(answer.headers['content-type'] ?? '')
    if (isPage) return void sendChanged(answer, outgoing, (html) => html.replace('<head>', `<head>${doorTag}`))
    if (first) return void sendChanged(answer, outgoing, (script) => first + script)
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    // Also ends an answer that the server did not finish.
    pipeline(answer, outgoing, () => undefined)
  })
  onward.on('error', () => outgoing.destroy())
  outgoing.on('close', () => onward.destroy())
  incoming.pipe(onward)
}

const doorTag = '<script src="./engine-door.js"></script>'

async function sendChanged(answer: IncomingMessage, outgoing: ServerResponse, change: (text: string) => string) {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  const { 'content-length': _length, etag: _etag, ...headers } = answer.headers
  outgoing.writeHead(answer.statusCode ?? 502, headers).end(change(Buffer.concat(chunks).toString()))
}

/** The script of axe, in the version that tests/e2e has from Playwright's package for it. */
function axe(): string {
  const { resolve } = createRequire(import.meta.url)
  return readFileSync(createRequire(resolve('@axe-core/playwright')).resolve('axe-core/axe.min.js'), 'utf8')
}

let built: Promise<string> | undefined

/** `in-page.ts` with its imports, as one classic script. */
function inPageScript(): Promise<string> {
  built ??= (async () => {
    const results = await build({
      configFile: false,
      logLevel: 'warn',
      define: { 'process.env.NODE_ENV': '"production"', 'process.env': '{}' },
      build: {
        write: false,
        target: 'es2023',
        lib: {
          entry: fileURLToPath(new URL('./in-page.ts', import.meta.url)),
          formats: ['iife'],
          name: 'engineDoorScript',
        },
      },
    })
    const [result] = Array.isArray(results) ? results : [results]
    if (!result || !('output' in result)) throw new Error('The script of the door was not built.')
    return result.output[0].code
  })()
  return built
}
