// `npm run simulator`: the simulator alone, for any client that uses the services' protocol.
import { binOf, ensureInstalled, spawnNode } from './prepare.mjs'

ensureInstalled()
const simulator = spawnNode([binOf('tsx'), 'src/simulator/main.ts'])
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => simulator.kill(signal))
simulator.on('exit', (code, signal) => process.exit(code ?? (signal ? 0 : 1)))
