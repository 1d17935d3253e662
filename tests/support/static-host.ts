import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.jpg': 'image/jpeg',
}

/** A static file host on a free port, without our headers and proxy, with the page in a subfolder. */
export async function startStaticHost(folder: string, place = '/studio/atelier/') {
  const asked: string[] = []
  const server = createServer(async (incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://localhost')
    asked.push(`${incoming.method} ${pathname}`)
    const name = pathname.endsWith('/') ? `${pathname}index.html` : pathname
    const path = normalize(name)
    const bytes = path.startsWith(place)
      ? await readFile(join(folder, path.slice(place.length))).catch(() => undefined)
      : undefined
    if (!bytes) {
      outgoing.writeHead(404, { 'content-type': 'text/html' }).end('<!doctype html><h1>Not found</h1>')
      return
    }
    outgoing.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://localhost:${port}${place}`,
    /** "GET /studio/atelier/", in the order of arrival. */
    asked,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
