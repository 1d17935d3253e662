import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '#server/config.ts'
import { pathOf } from '#server/edge/address.ts'
import { isApi } from '#server/edge/edge.ts'
import { openProxy } from '#server/start.ts'
import { pageElsewhere } from '../../scripts/prepare.mjs'

export interface PageElsewhere {
  /** "http://127.0.0.1:PORT", which is another site than the proxy's "http://localhost:PORT". */
  origin: string
  /** Sets the proxy's address; nothing is served before. */
  pointAt(api: string): Promise<void>
  close(): Promise<void>
}

/** Serves the page on a separate site, with the same headers as our server. There is no API at this address. */
export async function openPageElsewhere(): Promise<PageElsewhere> {
  let serve: RequestListener = (_, outgoing) => outgoing.writeHead(503).end()
  let release = async () => undefined as unknown
  const server = createServer((incoming, outgoing) => {
    if (isApi(pathOf(incoming))) outgoing.writeHead(404).end()
    else serve(incoming, outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    async pointAt(api) {
      const folder = await mkdtemp(join(tmpdir(), 'atelier-page-'))
      await cp(pageElsewhere.folder, folder, { recursive: true })
      const { proxyUrl } = pageElsewhere
      for (const name of await readdir(folder, { recursive: true })) {
        if (!name.endsWith('.js')) continue
        const text = await readFile(join(folder, name), 'utf8')
        if (text.includes(proxyUrl)) await writeFile(join(folder, name), text.replaceAll(proxyUrl, api))
      }
      const unused = { KIE_API_KEY: 'unused', KIE_API_BASE_URL: 'http://127.0.0.1:9' }
      const proxy = await openProxy(readConfig(unused), { page: true, pageFolder: folder })
      serve = proxy.listener
      release = () => Promise.all([proxy.close(), rm(folder, { recursive: true })])
    },
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await release()
    },
  }
}
