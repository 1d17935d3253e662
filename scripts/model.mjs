// `npm run model`, or `npm run model -- 500`: the model test of paid work, with that many stories, from a new seed.
// `npm run model -- 500 SEED PATH` uses a given seed; a counter-example is printed with its seed and path.
import { availableParallelism } from 'node:os'
import { binOf, ensureInstalled, spawnNode } from './prepare.mjs'

ensureInstalled()
const [runs = '10000', seed, path] = process.argv.slice(2)
const first = seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(seed)
const shares = seed === undefined ? Math.min(2, availableParallelism()) : 1
const args = [binOf('vitest'), 'run', '--project', 'unit', 'tests/unit/faults/model.test.ts']
const models = Array.from({ length: shares }, (_, share) =>
  spawnNode(args, {
    MODEL_RUNS: String(Math.ceil(Number(runs) / shares)),
    MODEL_SEED: String(first + share),
    ...(path === undefined ? {} : { MODEL_PATH: path }),
  }),
)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const model of models) model.kill(signal)
  })
}
const codes = await Promise.all(models.map((model) => new Promise((resolve) => model.on('exit', resolve))))
process.exit(codes.every((code) => code === 0) ? 0 : 1)
