// `npm run model`, or `npm run model -- 500`: the model test of paid work, as often as is asked for.
import { binOf, ensureInstalled, spawnNode } from './ground.mjs'

ensureInstalled()
const [runs = '10000'] = process.argv.slice(2)
const args = [binOf('vitest'), 'run', '--project', 'unit', 'tests/unit/faults/model.test.ts']
const model = spawnNode(args, { MODEL_RUNS: runs })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => model.kill(signal))
model.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
