// `npm run bench`, or `npm run bench -- proxy protect time` for some of its parts, or groups of their rows: the built product
// compared with reference implementations.
import { binOf, ensureBuilt, ensureInstalled, spawnNode } from './prepare.mjs'
import { ensureChromium } from './programs.mjs'

ensureInstalled()
ensureBuilt()
const args = [binOf('tsx'), 'scripts/bench/main.ts', ...process.argv.slice(2)]
const bench = spawnNode(args, { CHROMIUM_PATH: ensureChromium() })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => bench.kill(signal))
bench.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
