// `npm run mutate`, or `npm run mutate -- guard run`: breaks the modules that guard money and key in every small way there
// is, and counts how many of the breaks their tests notice. Slow: it is no part of `npm test`. What did not change since
// the last time is not run again.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureInstalled, root } from './ground.mjs'

/** Modules, and the tests that speak for them. */
const groups = {
  guard: {
    src: ['server/upstream/guard', 'server/upstream/hosts'],
    tests: ['server/guard*', 'server/forwarding', 'server/image'],
  },
  edge: {
    src: ['server/edge/edge', 'server/edge/access'],
    tests: ['server/access', 'server/edge', 'server/http-edge', 'server/spending'],
  },
  relay: {
    src: ['server/edge/body', 'server/upstream/relay', 'server/upstream/image'],
    tests: ['server/body', 'server/relay', 'server/forwarding', 'server/image', 'server/submit'],
  },
  submit: {
    src: ['server/submit/submit', 'server/shared/memory/submissions', 'server/shared/memory/limiter'],
    tests: ['server/submit', 'server/submissions', 'server/spending'],
  },
  config: { src: ['server/config'], tests: ['server/config'] },
  providers: {
    src: ['providers/kie', 'providers/kie-failures', 'providers/proxy'],
    tests: ['providers/kie-*', 'providers/proxy'],
  },
  domain: { src: ['domain/run', 'domain/picture'], tests: ['domain/*'] },
  lock: { src: ['generation/run-lock'], tests: ['generation/run-lock'] },
  sending: { src: ['generation/sending'], tests: ['generation/sending'] },
  saving: { src: ['generation/saving'], tests: ['generation/saving'] },
  runner: {
    src: ['generation/runner'],
    tests: ['generation/limits', 'generation/runner', 'generation/unsaved', 'faults/paid'],
  },
  store: {
    src: ['store/picture-records', 'store/run-records'],
    tests: ['store/settling', 'store/full-disk', 'store/gallery'],
  },
}
const goal = 85
const lowSpeed = { timeoutMS: 30_000, timeoutFactor: 4 }

ensureInstalled()
const { Stryker } = await import('@stryker-mutator/core')
const asked = process.argv.slice(2)
const reports = join(root, 'node_modules', '.cache', 'mutation')
mkdirSync(reports, { recursive: true })
const mutants = []
for (const [name, { src, tests }] of Object.entries(groups)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const stryker = new Stryker({
    mutate: src.map((file) => `src/${file}.ts`),
    testFiles: tests.map((file) => `tests/unit/${file}.test.ts`),
    testRunner: 'vitest',
    vitest: { configFile: 'scripts/mutate.vitest.ts', related: false },
    concurrency: Number(process.env.MUTATE_WORKERS ?? Math.max(1, availableParallelism() - 1)),
    ...lowSpeed,
    // What is evaluated while a module loads cannot be broken with this runner: it would count as not noticed.
    ignoreStatic: true,
    incremental: true,
    incrementalFile: join(reports, `${name}.json`),
    // Vite takes nothing below node_modules for a source.
    tempDirName: '.cache/stryker',
    ignorePatterns: ['/.cache', '/dist', '/docs', '/public', '/tests/e2e', '/test-results'],
    reporters: ['progress-append-only'],
    logLevel: 'warn',
    plugins: [fileURLToPath(import.meta.resolve('@stryker-mutator/vitest-runner'))],
  })
  const results = await stryker.runMutationTest()
  mutants.push(...results)
  const missed = results.filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
  writeFileSync(join(reports, `${name}.txt`), missed.map(describe).join('\n\n'))
  for (const file of src)
    printLine(
      file,
      results.filter(({ fileName }) => fileName.endsWith(`src/${file}.ts`)),
    )
}
const share = printLine('all of them', mutants)
process.exit(share >= goal ? 0 : 1)

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
