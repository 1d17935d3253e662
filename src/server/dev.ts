import type { Plugin } from 'vite'
import { exposedSecrets, readConfig, readEnvironment } from './config.ts'

type Start = typeof import('./start.ts')

/** `npm run dev`: the same proxy under /api of the dev server. Stops any build that would publish a secret. */
export function proxyPlugin(): Plugin {
  return {
    name: 'atelier-proxy',
    // Everything that Vite would publish, from the environment and from the files it reads.
    configResolved({ env }) {
      const exposed = exposedSecrets(env)
      if (exposed.length > 0) throw new Error(exposed.join('\n'))
    },
    async configureServer(server) {
      // Loaded by the dev server, so that a build of the page does not need it.
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
