// `npm run replicas`, or `npm run replicas -- 100`: many images through two proxies with one Redis, one of which is
// killed. `npm run replicas -- evening`, or `… evening 50 20`: that many named users with that many runs each; one
// proxy is killed while the service has submissions from it and has not answered, Redis is restarted, and one token is
// removed.
import { binOf, ensureBuilt, ensureInstalled, spawnNode } from './prepare.mjs'
import { ensureRedis } from './programs.mjs'

ensureInstalled()
ensureBuilt()
ensureRedis()
const [what = '500', users = '50', runsOfEach = '20'] = process.argv.slice(2)
const isEvening = what === 'evening'
const entry = 'dist/server/server.js'
const env = isEvening
  ? { EVENING_USERS: users, EVENING_RUNS: runsOfEach, EVENING_ENTRY: entry }
  : { REPLICA_RUNS: what, REPLICA_ENTRY: entry }
const file = `tests/unit/redis/${isEvening ? 'evening' : 'many-runs'}.test.ts`
const test = spawnNode([binOf('vitest'), 'run', '--project', 'unit', '--retry', '0', file], env)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => test.kill(signal))
test.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
