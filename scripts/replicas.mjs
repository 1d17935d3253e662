// `npm run replicas`, or `npm run replicas -- 100`: many pictures through two proxies with one Redis, one of which is killed.
import { binOf, ensureBuilt, ensureInstalled, spawnNode } from './ground.mjs'
import { ensureRedis } from './programs.mjs'

ensureInstalled()
ensureBuilt()
ensureRedis()
const [runs = '500'] = process.argv.slice(2)
const args = [binOf('vitest'), 'run', '--project', 'unit', '--retry', '0', 'tests/unit/redis/many-runs.test.ts']
const test = spawnNode(args, { REPLICA_RUNS: runs, REPLICA_ENTRY: 'dist/server/server.js' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => test.kill(signal))
test.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
