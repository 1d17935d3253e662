// `npm start`: installs and builds where needed, then serves page and proxy on one port.
import { ensureBuilt, ensureInstalled, spawnNode } from './ground.mjs'

ensureInstalled()
ensureBuilt()
const server = spawnNode(['dist/server/server.js'])
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal))
server.on('exit', (code, signal) => process.exit(code ?? (signal ? 0 : 1)))
