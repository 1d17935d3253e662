// `npm start`: installs and builds where needed, then serves page and proxy on one port.
import { ensureBuilt, ensureInstalled, spawnNode } from './ground.mjs'

ensureInstalled()
ensureBuilt()
const server = spawnNode(['dist/server/server.js'], {}, ['inherit', 'inherit', 'inherit', 'ipc'])
// npm, or its shell, may be ended without passing the signal on: then somebody else is the parent. The channel to the server
// closes with this process, however it ends.
const parent = process.ppid
setInterval(() => {
  if (process.ppid !== parent) server.kill('SIGTERM')
}, 1000).unref()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal))
server.on('exit', (code, signal) => process.exit(code ?? (signal ? 0 : 1)))
