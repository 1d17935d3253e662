// `npm run mutate`, `npm run mutate -- guard runner`, `npm run mutate -- --sample 100` (that many random lines; add
// `--seed 7` to draw the same lines again): changes the modules that guard money and key in many small ways, and counts
// how many of the changes their tests notice. Slow, so it is not part of `npm test`.
//
// - Each change that is not noticed is told at once. A run that is interrupted tells its figures so far, and the next
//   one with the same seed goes on from the last group that was finished: what has not changed since is not run again.
//   `--fresh` runs everything again.
// - A change that is only noticed by a slow test, or by a time-out, is run a second time, alone and with more patience,
//   so that a busy machine does not count as a notice.
// - Changes without an effect are listed in `mutate-equivalents.json`, each with its reason. They are counted apart.
// - Messages of log lines are not changed: they are prose. Neither is code that runs while a module loads.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { listeners } from './mutate-plugins.mjs'
import { ensureInstalled, root } from './prepare.mjs'
import { ensureRedis } from './programs.mjs'

/** Modules, and the tests responsible for them. */
const groups = {
  guard: {
    src: ['server/upstream/guard', 'server/upstream/hosts', 'server/upstream/company-proxy'],
    tests: ['guard*', 'company-proxy', 'forwarding', 'image', 'questions-client', 'routes'].map(
      (name) => `server/${name}`,
    ),
  },
  questions: {
    src: ['server/upstream/questions-client'],
    tests: ['server/questions-client', 'server/guard', 'server/company-proxy'],
  },
  edge: {
    src: ['edge', 'access', 'address', 'tokens', 'guesses', 'client', 'routes', 'quota', 'linger'].map(
      (name) => `server/edge/${name}`,
    ),
    tests: [
      'access',
      'address',
      'bad-input',
      'client',
      'edge',
      'http-edge',
      'json-scan',
      'linger',
      'quota',
      'routes',
      'spending',
      'transfers',
    ].map((name) => `server/${name}`),
  },
  body: {
    src: ['server/edge/body', 'server/edge/json-scan', 'server/edge/pieces', 'server/edge/refusals'],
    tests: ['body', 'json-scan', 'pieces', 'quota', 'refusals', 'routes', 'submit'].map((name) => `server/${name}`),
  },
  relay: {
    src: ['server/upstream/relay', 'server/upstream/image', 'server/upstream/upload', 'server/upstream/multipart'],
    tests: ['relay', 'forwarding', 'image', 'low-risks', 'upload', 'multipart', 'routes'].map(
      (name) => `server/${name}`,
    ),
  },
  submit: {
    src: ['submit/submit', 'submit/admission', 'submit/refunds', 'shared/memory/submissions'].map(
      (name) => `server/${name}`,
    ),
    tests: ['admission', 'gemini', 'low-risks', 'outage', 'refunds', 'routes', 'spending', 'submissions', 'submit'].map(
      (name) => `server/${name}`,
    ),
  },
  counts: {
    src: ['server/shared/memory/limiter', 'server/shared/memory/budget', 'server/spend'],
    tests: ['budget', 'limiter', 'routes', 'spend', 'spending'].map((name) => `server/${name}`),
  },
  callbacks: {
    src: ['server/submit/callbacks', 'server/submit/stream'],
    tests: ['callbacks', 'routes', 'stream', 'streams-in-all'].map((name) => `server/${name}`),
  },
  gemini: {
    src: ['server/gemini/gemini', 'server/gemini/gemini-call', 'server/gemini/gemini-service'],
    tests: ['config', 'gemini', 'gemini-call', 'gemini-fallback', 'gemini-models', 'routes'].map(
      (name) => `server/${name}`,
    ),
  },
  upstream: {
    src: ['breaker', 'gateways', 'questions', 'transfers'].map((name) => `server/upstream/${name}`),
    tests: [
      'breaker',
      'config',
      'gateways',
      'image',
      'low-risks',
      'outage',
      'relay',
      'shared-questions',
      'submit',
      'transfers',
    ].map((name) => `server/${name}`),
  },
  kept: {
    src: ['submit/learn-task', 'shared/memory/events', 'shared/memory/kept-pictures'].map((name) => `server/${name}`),
    tests: ['callbacks', 'events', 'gemini', 'kept-pictures', 'learn-task', 'others-served', 'stream', 'submit'].map(
      (name) => `server/${name}`,
    ),
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
    tests: ['redis', 'redis-counts', 'redis-events', 'redis-pictures', 'redis-submissions', 'replicas'].map(
      (name) => `redis/${name}`,
    ),
  },
  server: {
    src: ['server/api', 'server/log', 'server/metrics', 'server/start'],
    tests: [
      'redis/replicas',
      ...[
        'api',
        'forwarding',
        'gateways',
        'http-edge',
        'log',
        'low-risks',
        'metrics',
        'routes',
        'slow-clients',
        'spending',
        'start',
      ].map((name) => `server/${name}`),
    ],
  },
  config: {
    src: ['server/config', 'server/listen'],
    tests: ['bad-input', 'company-proxy', 'config', 'gateways', 'listen', 'start'].map((name) => `server/${name}`),
  },
  providers: {
    src: ['providers/kie', 'providers/kie-failures', 'providers/proxy'],
    tests: ['providers/kie-*', 'providers/proxy'],
  },
  domain: {
    src: ['domain/run', 'domain/run-machine', 'domain/picture', 'domain/drop-oldest'],
    tests: ['domain/*', 'generation/again', 'store/full-disk'],
  },
  lock: { src: ['generation/run-lock'], tests: ['generation/run-lock', 'generation/frozen-window'] },
  sending: { src: ['generation/sending'], tests: ['generation/sending'] },
  saving: { src: ['generation/saving'], tests: ['generation/saving'] },
  runner: {
    src: ['generation/runner'],
    tests: ['driving', 'fallback', 'frozen-window', 'hand-over', 'limits', 'runner'].map(
      (name) => `generation/${name}`,
    ),
  },
  steps: {
    src: ['polling', 'queue-wait', 'rate-gate', 'run-steps', 'slots', 'submitting', 'uploads'].map(
      (name) => `generation/${name}`,
    ),
    tests: [
      'batch',
      'driving',
      'limits',
      'network-away',
      'pace',
      'polling',
      'queue-wait',
      'run-steps',
      'sending',
      'slots',
      'submitting',
      'uploads',
    ].map((name) => `generation/${name}`),
  },
  again: {
    src: ['adopt', 'again', 'batch', 'drivers', 'fallback', 'generator', 'hand-over', 'spend-question'].map(
      (name) => `generation/${name}`,
    ),
    tests: [
      'adopt',
      'again',
      'batch',
      'drivers',
      'fallback',
      'generator',
      'hand-over',
      'may-fall-back',
      'network-away',
      'spend-question',
      'try-again',
    ].map((name) => `generation/${name}`),
  },
  events: {
    src: ['event-stream', 'pace', 'push', 'shared-stream'].map((name) => `generation/${name}`),
    tests: ['driving', 'pace', 'push', 'submitting'].map((name) => `generation/${name}`),
  },
  store: {
    src: ['store/picture-records', 'store/run-records', 'store/run-writes'],
    tests: ['backup-records', 'files', 'full-disk', 'gallery', 'picture-records', 'settling'].map(
      (name) => `store/${name}`,
    ),
  },
  laying: {
    src: ['create-run', 'laying', 'parts-of', 'request-body', 'sent-preview'].map((name) => `generation/${name}`),
    tests: ['batch', 'laying', 'sent-preview', 'submitting', 'try-again'].map((name) => `generation/${name}`),
  },
  page: {
    src: ['server/page/page', 'server/page/policy', 'server/shared/shared', 'server/upstream/upstream'],
    tests: ['gateways', 'gemini-models', 'http-edge', 'page', 'routes', 'start'].map((name) => `server/${name}`),
  },
}
const { values: options, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: 'string' }, seed: { type: 'string' }, fresh: { type: 'boolean' } },
})
/** How many lines are changed, of all lines of all modules; 0: all of them. */
const sample = Number(options.sample ?? 0)
const seed = Number(options.seed ?? Math.floor(Math.random() * 1e6))
const goal = sample > 0 ? 95 : 85
const workers = Number(process.env.MUTATE_WORKERS ?? Math.max(1, availableParallelism() - 1))
/**
 * A test that ends within this time without a break has 20 times as long before anything gives up on it (5 s: see
 * `mutate.vitest.ts`), so its failure is no matter of load.
 */
const quickTestMs = 250

ensureInstalled()
ensureRedis()
const { Stryker } = await import('@stryker-mutator/core')
const drawn = sample > 0 ? drawLines(sample) : undefined
const reports = join(root, 'node_modules', '.cache', 'mutation')
mkdirSync(reports, { recursive: true })
/** `{ file, before, after, why }` of each change without an effect; see `changeOf`. */
const equivalents = JSON.parse(readFileSync(join(root, 'scripts', 'mutate-equivalents.json'), 'utf8'))
/** Results by what was changed. Those of the group under way are here as well, before they are run a second time. */
const found = new Map()
/** Groups whose tests fail without a break. The others are measured all the same. */
const unmeasured = []
const dryRunMs = new Map()
listeners.onTests = (tests) => {
  for (const { id, timeSpentMs } of tests) dryRunMs.set(id, timeSpentMs)
}
process.on('exit', printSummary)

for (const [name, { src, tests }] of Object.entries(groups)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const mutate = src.flatMap((file) => drawn?.get(file) ?? (drawn ? [] : [`src/${file}.ts`]))
  if (mutate.length === 0) continue
  try {
    await measure(name, mutate, tests)
  } catch (error) {
    console.log(`${name}: not measured, ${error.message}`)
    unmeasured.push(name)
  }
}
const { share } = figuresOf([...found.values()])
process.exit(share >= goal && unmeasured.length === 0 ? 0 : 1)

/** Changes the lines of a group one after the other. What may have been noticed because of load is run again, alone. */
async function measure(name, mutate, tests) {
  listeners.onResult = (result) => {
    if (!isDrawn(result)) return
    found.set(keyOf(result), result)
    if (isMissed(result)) console.log(describe(result))
  }
  const drawnName = sample > 0 ? `${name}-${seed}` : name
  await runChanges(mutate, tests, {
    concurrency: workers,
    incremental: true,
    incrementalFile: join(reports, `${drawnName}.json`),
    force: options.fresh ?? false,
  })
  const ofGroup = (results) => results.filter(({ fileName }) => mutate.some((range) => isOf(fileName, range)))
  const doubtful = ofGroup([...found.values()]).filter(isDoubtful)
  if (doubtful.length > 0) {
    console.log(`${name}: ${doubtful.length} are run a second time`)
    listeners.onResult = (result) => {
      if (!doubtful.some((first) => keyOf(first) === keyOf(result))) return
      found.set(keyOf(result), result)
      if (isMissed(result)) console.log(describe(result))
    }
    process.env.MUTATE_PATIENCE = '3'
    await runChanges([...new Set(doubtful.map(rangeOf))], tests, { concurrency: 1, incremental: false })
    delete process.env.MUTATE_PATIENCE
  }
  console.log(`${name}: ${told(figuresOf(ofGroup([...found.values()])))}`)
}

async function runChanges(mutate, tests, how) {
  const stryker = new Stryker({
    mutate,
    testFiles: tests.map((file) => `tests/unit/${file}.test.ts`),
    testRunner: 'vitest',
    vitest: { configFile: 'scripts/mutate.vitest.ts', related: false },
    timeoutMS: 60_000,
    timeoutFactor: 4,
    // Code that runs while a module loads cannot be tested with this runner: it would count as not noticed.
    ignoreStatic: true,
    ignorers: ['log-messages'],
    // Vite treats nothing below node_modules as a source.
    tempDirName: '.cache/stryker',
    ignorePatterns: ['/.cache', '/dist', '/docs', '/tests/e2e', '/test-results'],
    reporters: ['listeners'],
    logLevel: 'warn',
    plugins: [
      fileURLToPath(import.meta.resolve('@stryker-mutator/vitest-runner')),
      join(root, 'scripts', 'mutate-plugins.mjs'),
    ],
    ...how,
  })
  await stryker.runMutationTest()
}

/**
 * Lines with code, drawn from all requested groups: ranges for the tool, by module. The order depends on the seed and on
 * the text of a line, not on its number, so that a change elsewhere does not change the sample.
 */
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
  const rankOf = ({ file, text }) => createHash('sha256').update(`${seed} ${file} ${text}`).digest('hex')
  const ranked = lines.map((line) => ({ ...line, rank: rankOf(line) })).sort((a, b) => (a.rank < b.rank ? -1 : 1))
  const chosen = new Map()
  for (const { file, range } of ranked.slice(0, count)) chosen.set(file, [...(chosen.get(file) ?? []), range])
  return chosen
}

/** Whether a result is of a drawn line: the tool also tells earlier ones of lines that have left the sample. */
function isDrawn({ fileName, location }) {
  if (!drawn) return true
  const { line } = location.start
  return [...drawn.values()].flat().some((range) => isOf(fileName, range) && range.endsWith(`:${line}-${line}`))
}

function isOf(fileName, range) {
  return relative(root, fileName) === range.split(':')[0]
}

/** The range of exactly one change, with columns. The tool counts them from 0 there, and from 1 in results. */
function rangeOf({ fileName, location: { start, end } }) {
  return `${relative(root, fileName)}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`
}

function keyOf({ fileName, location: { start, end }, mutatorName, replacement }) {
  return [fileName, start.line, start.column, end.line, end.column, mutatorName, replacement].join(' ')
}

function isMissed(result) {
  return (result.status === 'Survived' || result.status === 'NoCoverage') && !equivalentOf(result)
}

/** Whether load alone could have made this result: the tool gave up on it, or the test that failed is a slow one. */
function isDoubtful({ status, statusReason, killedBy }) {
  if (status === 'RuntimeError') return true
  if (status === 'Timeout') return !/hit limit/i.test(statusReason ?? '')
  return status === 'Killed' && !killedBy?.some((id) => (dryRunMs.get(id) ?? Number.POSITIVE_INFINITY) <= quickTestMs)
}

function equivalentOf(result) {
  const change = changeOf(result)
  return equivalents.find(
    ({ file, before, after }) => file === change.file && before === change.before && after === change.after,
  )
}

/** A change as its lines before and after it, in one line each: what the list of equivalents names. */
function changeOf({ fileName, location: { start, end }, replacement }) {
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line)
  const oneLine = (text) => text.replace(/\s+/g, ' ').trim()
  const head = lines[0].slice(0, start.column - 1)
  const tail = lines[lines.length - 1].slice(end.column - 1)
  return {
    file: relative(join(root, 'src'), fileName),
    before: oneLine(lines.join('\n')),
    after: oneLine(`${head}${replacement}${tail}`),
  }
}

function figuresOf(results) {
  const count = (...kinds) => results.filter(({ status }) => kinds.includes(status)).length
  const noticed = count('Killed', 'Timeout', 'RuntimeError')
  const missed = results.filter(isMissed).length
  const equivalent = count('Survived', 'NoCoverage') - missed
  return { noticed, missed, equivalent, share: (100 * noticed) / Math.max(1, noticed + missed) }
}

function told({ noticed, missed, equivalent, share }) {
  return `${noticed} of ${noticed + missed} noticed (${share.toFixed(1)} %), ${equivalent} equivalent (listed with reasons)`
}

/** All that was measured, also if the run was interrupted. */
function printSummary() {
  const results = [...found.values()]
  const missed = results.filter(isMissed)
  if (missed.length > 0) console.log(['\nNot noticed:', ...missed.map(describe)].join('\n'))
  for (const { file, before, after } of equivalents) {
    const isThere = readFileSync(join(root, 'src', file), 'utf8')
      .replace(/\s+/g, ' ')
      .includes(before)
    if (!isThere) console.log(`mutate-equivalents.json: ${file} has no "${before}" any more`)
    const noticed = results.find((result) => {
      const change = changeOf(result)
      return change.file === file && change.before === before && change.after === after && result.status === 'Killed'
    })
    if (noticed) console.log(`mutate-equivalents.json: a test notices "${after}" in ${file}`)
  }
  console.log(`${drawn ? `${sample} lines drawn with seed ${seed}` : 'all of them'}: ${told(figuresOf(results))}`)
}

/** Where a change is, and how its line reads before and after it. */
function describe(result) {
  const { file, before, after } = changeOf(result)
  const { line, column } = result.location.start
  return `src/${file}:${line}:${column} ${result.status} ${result.mutatorName}\n  - ${before}\n  + ${after}`
}
