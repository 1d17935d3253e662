// `npm test`: all checks, from a bare checkout. Its last lines name each failure once more, what each engine passed,
// then "N passed, N failed".
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { printCoverage } from './coverage.mjs'
import { ensureBuilt, ensureDemoBuilt, ensureInstalled, root, tool } from './prepare.mjs'
import { ensureChromium, ensureRedis, findFirefox, findWebKit } from './programs.mjs'
import { failuresIn, testsOfReports } from './reports.mjs'

ensureInstalled()
const chromium = ensureChromium()
ensureRedis()
const engines = { firefox: findFirefox(), webkit: findWebKit() }
const reports = join(root, 'node_modules', '.cache', 'reports')
rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true })

let passed = 0
let failed = 0
/** The checks without a report of their own that failed. */
const failedChecks = []

function step(title, work) {
  const startedAt = Date.now()
  console.log(`\n${title}`)
  const before = failed
  work()
  const seconds = Math.round((Date.now() - startedAt) / 1000)
  console.log(`${title}: ${failed === before ? 'ok' : 'FAILED'} (${seconds} s)`)
}

function gate(title, name, args) {
  step(title, () => {
    if (tool(name, args, { goOn: true }).status === 0) passed += 1
    else {
      failed += 1
      failedChecks.push(`FAILED ${title}`)
    }
  })
}

/** Runs a suite whose runner writes its counts to a file. A suite without that file, or without tests, has failed. */
function suite(title, name, args, env, read) {
  step(title, () => {
    const { status } = tool(name, args, { goOn: true, env })
    let counts = { passed: 0, failed: 0 }
    try {
      counts = read()
    } catch {
      console.error('The runner left no report.')
    }
    passed += counts.passed
    failed += counts.failed
    if (counts.passed + counts.failed === 0 || (status !== 0 && counts.failed === 0)) {
      failed += 1
      failedChecks.push(`FAILED ${title}: the runner ended with ${status} and named no failed test`)
    }
  })
}

function vitest(title, project) {
  const file = join(reports, `${project}.json`)
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  suite(title, 'vitest', args, { CHROMIUM_PATH: chromium }, () => {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests }
  })
}

gate('Types of the page', 'typescript-native', ['-p', 'tsconfig.json'])
gate('Types of server, tests and scripts', 'typescript-native', ['-p', 'tsconfig.node.json'])
gate('Lint and format', '@biomejs/biome', ['check', '--error-on-warnings', '.'])
gate('Import rules', 'dependency-cruiser', ['src', '--config', '.dependency-cruiser.cjs', '--output-type', 'err'])
gate('Dead code', 'knip', [])
vitest('Unit tests', 'unit')
vitest('App tests', 'app')
vitest('Browser tests', 'browser')
step('Build', () => {
  ensureBuilt()
  ensureDemoBuilt()
})

/** What each engine passed, for the last lines. */
const passedIn = []

function playwright(title, engine, args) {
  const file = join(reports, `${engine}.json`)
  const env = {
    FEW_ORIGINS: '1',
    CHROMIUM_PATH: chromium,
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  }
  suite(title, '@playwright/test', ['test', ...args, '--reporter=list,json'], env, () => {
    const { stats } = JSON.parse(readFileSync(file, 'utf8'))
    const failures = stats.unexpected + stats.flaky
    passedIn.push(`${engine}: ${stats.expected} of ${stats.expected + failures} tests passed`)
    return { passed: stats.expected, failed: failures }
  })
}

playwright('End-to-end tests in Chromium', 'chromium', [])
for (const [engine, found] of Object.entries(engines)) {
  const args = ['--config', 'playwright.engines.config.ts', '--project', engine]
  if (found) playwright(`Journeys in ${engine}`, engine, args)
  else passedIn.push(`${engine}: left out, it is not installed here`)
}

printCoverage(root)
for (const failure of [...failedChecks, ...failuresIn(testsOfReports(reports))]) console.log(`\n${failure}`)
console.log(`\n${passedIn.join('\n')}\n\n${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
