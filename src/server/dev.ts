import type { Plugin } from 'vite'
import { exposedSecrets, readConfig, readEnvironment } from './config.ts'

type Start = typeof import('./start.ts')

/** `npm run dev`: the same proxy under /api of the dev server. No build goes on with a secret that it would publish. */
export function proxyPlugin(): Plugin {
  return {
    name: 'atelier-proxy',
    // What Vite would publish, from the environment and from every file that it reads.
    configResolved({ env }) {
      const exposed = exposedSecrets(env)
      if (exposed.length > 0) throw new Error(exposed.join('\n'))
    },
    async configureServer(server) {
      // Loaded by the dev server, so that a build of the page needs nothing of it.
      const { openProxy } = (await server.ssrLoadModule('/src/server/start.ts')) as Start
      const proxy = await openProxy(readConfig(readEnvironment(process.cwd())), { page: false })
      server.middlewares.use((incoming, outgoing, next) => {
        if (/^\/api(?:[/?]|$)/.test(incoming.url ?? '')) proxy.listener(incoming, outgoing)
        else next()
      })
      server.httpServer?.once('close', () => void proxy.close())
    },
  }
}
