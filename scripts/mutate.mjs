// `npm run mutate`, `npm run mutate -- guard runner`, `npm run mutate -- --sample 100` (that many random lines; add
// `--seed 7` to draw the same lines again): changes the modules that guard money and key in many small ways, and counts
// how many of the changes their tests notice. Slow, so it is not part of `npm test`. Without `--sample`, what has not
// changed since the last time is not run again.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureInstalled, root } from './prepare.mjs'
import { ensureRedis } from './programs.mjs'

/** Modules, and the tests responsible for them. */
const groups = {
  guard: {
    src: ['server/upstream/guard', 'server/upstream/hosts', 'server/upstream/company-proxy'],
    tests: ['server/guard*', 'server/company-proxy', 'server/forwarding', 'server/image', 'server/routes'],
  },
  edge: {
    src: ['edge', 'access', 'tokens', 'guesses', 'client', 'routes', 'quota', 'linger'].map(
      (name) => `server/edge/${name}`,
    ),
    tests: ['access', 'client', 'edge', 'http-edge', 'linger', 'quota', 'routes', 'spending', 'transfers'].map(
      (name) => `server/${name}`,
    ),
  },
  body: {
    src: ['server/edge/body', 'server/edge/json-scan', 'server/edge/pieces', 'server/edge/refusals'],
    tests: ['server/body', 'server/json-scan', 'server/routes', 'server/submit'],
  },
  relay: {
    src: ['server/upstream/relay', 'server/upstream/image', 'server/upstream/upload', 'server/upstream/multipart'],
    tests: ['relay', 'forwarding', 'image', 'upload', 'multipart', 'routes'].map((name) => `server/${name}`),
  },
  submit: {
    src: ['submit/submit', 'submit/admission', 'submit/refunds', 'shared/memory/submissions'].map(
      (name) => `server/${name}`,
    ),
    tests: ['server/submit', 'server/submissions', 'server/spending', 'server/outage', 'server/routes'],
  },
  counts: {
    src: ['server/shared/memory/limiter', 'server/shared/memory/budget', 'server/spend'],
    tests: ['server/limiter', 'server/budget', 'server/spending', 'server/routes'],
  },
  callbacks: {
    src: ['server/submit/callbacks', 'server/submit/stream'],
    tests: ['server/callbacks', 'server/stream', 'server/routes'],
  },
  gemini: {
    src: ['server/gemini/gemini', 'server/gemini/gemini-call', 'server/gemini/gemini-service'],
    tests: ['server/gemini', 'server/config', 'server/routes'],
  },
  upstream: {
    src: ['breaker', 'gateways', 'questions', 'transfers'].map((name) => `server/upstream/${name}`),
    tests: ['gateways', 'image', 'low-risks', 'outage', 'relay', 'submit', 'transfers'].map((name) => `server/${name}`),
  },
  kept: {
    src: ['submit/learn-task', 'shared/memory/events', 'shared/memory/kept-pictures'].map((name) => `server/${name}`),
    tests: ['callbacks', 'events', 'gemini', 'kept-pictures', 'stream', 'submit'].map((name) => `server/${name}`),
  },
  redis: {
    src: [
      'redis',
      'redis-budget',
      'redis-events',
      'redis-limiter',
      'redis-pictures',
      'redis-submission-scripts',
      'redis-submissions',
    ].map((name) => `server/shared/redis/${name}`),
    tests: ['redis/redis-counts', 'redis/redis-pictures', 'redis/redis-submissions'],
  },
  server: {
    src: ['server/api', 'server/log', 'server/metrics', 'server/start'],
    tests: ['forwarding', 'http-edge', 'log', 'low-risks', 'routes', 'spending', 'start'].map(
      (name) => `server/${name}`,
    ),
  },
  config: { src: ['server/config', 'server/listen'], tests: ['server/config', 'server/company-proxy', 'server/start'] },
  providers: {
    src: ['providers/kie', 'providers/kie-failures', 'providers/proxy'],
    tests: ['providers/kie-*', 'providers/proxy'],
  },
  domain: { src: ['domain/run', 'domain/run-machine', 'domain/picture'], tests: ['domain/*'] },
  lock: { src: ['generation/run-lock'], tests: ['generation/run-lock'] },
  sending: { src: ['generation/sending'], tests: ['generation/sending'] },
  saving: { src: ['generation/saving'], tests: ['generation/saving'] },
  runner: {
    src: ['generation/runner'],
    tests: ['generation/driving', 'generation/limits'],
  },
  steps: {
    src: ['polling', 'queue-wait', 'rate-gate', 'run-steps', 'slots', 'submitting', 'uploads'].map(
      (name) => `generation/${name}`,
    ),
    tests: ['batch', 'driving', 'limits', 'network-away', 'pace', 'polling', 'sending', 'submitting', 'uploads'].map(
      (name) => `generation/${name}`,
    ),
  },
  again: {
    src: ['adopt', 'again', 'batch', 'drivers', 'fallback', 'generator', 'hand-over', 'spend-question'].map(
      (name) => `generation/${name}`,
    ),
    tests: ['adopt', 'again', 'batch', 'drivers', 'fallback', 'hand-over', 'spend-question'].map(
      (name) => `generation/${name}`,
    ),
  },
  events: {
    src: ['event-stream', 'pace', 'push', 'shared-stream'].map((name) => `generation/${name}`),
    tests: ['generation/pace', 'generation/push'],
  },
  store: {
    src: ['store/picture-records', 'store/run-records', 'store/run-writes'],
    tests: ['store/settling', 'store/full-disk', 'store/gallery', 'store/files', 'store/samples'],
  },
}
const { values: options, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: 'string' }, seed: { type: 'string' } },
})
/** How many lines are changed, of all lines of all modules; 0: all of them. */
const sample = Number(options.sample ?? 0)
const seed = Number(options.seed ?? Math.floor(Math.random() * 1e6))
const goal = sample > 0 ? 95 : 85
const lowSpeed = { timeoutMS: 30_000, timeoutFactor: 4 }

ensureInstalled()
ensureRedis()
const { Stryker } = await import('@stryker-mutator/core')
const drawn = sample > 0 ? drawLines(sample) : undefined
const reports = join(root, 'node_modules', '.cache', 'mutation')
mkdirSync(reports, { recursive: true })
const mutants = []
/** Groups whose tests fail without a break. The others are measured all the same. */
const unmeasured = []
for (const [name, { src, tests }] of Object.entries(groups)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const mutate = src.flatMap((file) => drawn?.get(file) ?? (drawn ? [] : [`src/${file}.ts`]))
  if (mutate.length === 0) continue
  const stryker = new Stryker({
    mutate,
    testFiles: tests.map((file) => `tests/unit/${file}.test.ts`),
    testRunner: 'vitest',
    vitest: { configFile: 'scripts/mutate.vitest.ts', related: false },
    concurrency: Number(process.env.MUTATE_WORKERS ?? Math.max(1, availableParallelism() - 1)),
    ...lowSpeed,
    // Code that runs while a module loads cannot be tested with this runner: it would count as not noticed.
    ignoreStatic: true,
    incremental: drawn === undefined,
    incrementalFile: join(reports, `${name}.json`),
    // Vite treats nothing below node_modules as a source.
    tempDirName: '.cache/stryker',
    ignorePatterns: ['/.cache', '/dist', '/docs', '/public', '/tests/e2e', '/test-results'],
    reporters: ['progress-append-only'],
    logLevel: 'warn',
    plugins: [fileURLToPath(import.meta.resolve('@stryker-mutator/vitest-runner'))],
  })
  const results = await stryker.runMutationTest().catch((error) => {
    console.log(`${name}: not measured, ${error.message}`)
  })
  if (results === undefined) {
    unmeasured.push(name)
    continue
  }
  mutants.push(...results)
  writeFileSync(join(reports, `${name}.txt`), results.filter(isMissed).map(describe).join('\n\n'))
  for (const file of src)
    printLine(
      file,
      results.filter(({ fileName }) => fileName.endsWith(`src/${file}.ts`)),
    )
}
const survivors = mutants.filter(isMissed)
if (drawn) console.log(['', ...survivors.map(describe)].join('\n\n'))
const share = printLine(drawn ? `${sample} lines drawn with seed ${seed}` : 'all of them', mutants)
process.exit(share >= goal && unmeasured.length === 0 ? 0 : 1)

/** Lines with code, drawn from all requested groups: ranges for the tool, by module. */
function drawLines(count) {
  const lines = Object.entries(groups)
    .filter(([name]) => asked.length === 0 || asked.includes(name))
    .flatMap(([, { src }]) => src)
    .flatMap((file) =>
      readFileSync(join(root, `src/${file}.ts`), 'utf8')
        .split('\n')
        .map((text, at) => ({ file, text: text.trim(), range: `src/${file}.ts:${at + 1}-${at + 1}` })),
    )
    .filter(
      ({ text }) =>
        /[=(<>!&|?]/.test(text) && !/^(\/\/|\/?\*|import|export (interface|type)|type |interface )/.test(text),
    )
  const chosen = new Map()
  for (let number = 0; number < count && lines.length > 0; number += 1) {
    const digest = createHash('sha256').update(`${seed} ${number}`).digest()
    const [{ file, range }] = lines.splice(digest.readUInt32BE() % lines.length, 1)
    chosen.set(file, [...(chosen.get(file) ?? []), range])
  }
  return chosen
}

function isMissed({ status }) {
  return status === 'Survived' || status === 'NoCoverage'
}

function printLine(title, some) {
  const count = (...kinds) => some.filter(({ status }) => kinds.includes(status)).length
  const [killed, late, missed] = [count('Killed'), count('Timeout'), count('Survived', 'NoCoverage')]
  const percent = (100 * (killed + late)) / Math.max(1, killed + late + missed)
  console.log(`${title}: ${percent.toFixed(1)} % (${killed} killed, ${late} timed out, ${missed} not noticed)`)
  return percent
}

function describe({ fileName, location, mutatorName, replacement, status }) {
  const { line, column } = location.start
  const source = readFileSync(fileName, 'utf8').split('\n')[line - 1]
  return `${relative(root, fileName)}:${line}:${column} ${status} ${mutatorName}\n  ${source.trim()}\n  ${source.slice(column - 1, column + 30)} → ${replacement}`
}
