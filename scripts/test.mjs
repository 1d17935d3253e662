// `npm test`: all checks, from a bare checkout. Its last lines name each failure once more, what each engine passed,
// then "N passed, N failed".
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { toolCommand } from './commands.mjs'
import { printCoverage } from './coverage.mjs'
import { ensureBuilt, ensureDemoBuilt, ensureInstalled, ensurePageElsewhereBuilt, root, tool } from './prepare.mjs'
import { ensureChromium, ensureRedis, findFirefox, findWebKit } from './programs.mjs'
import { failuresIn, testsOfReport, testsOfReports } from './reports.mjs'

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

const secondsSince = (startedAt) => Math.round((Date.now() - startedAt) / 1000)

function step(title, work) {
  const startedAt = Date.now()
  console.log(`\n${title}`)
  const before = failed
  work()
  console.log(`${title}: ${failed === before ? 'ok' : 'FAILED'} (${secondsSince(startedAt)} s)`)
}

/** Runs checks that are one program each, all at once, and shows the output of each at its end. */
async function gates(checks) {
  const check = async ([title, name, args]) => {
    const startedAt = Date.now()
    const { command, args: all } = toolCommand(root, name, args)
    const child = spawn(command, all, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    const status = new Promise((resolve) => child.once('close', resolve))
    const printed = (await Promise.all([text(child.stdout), text(child.stderr)])).join('')
    const isOk = (await status) === 0
    if (isOk) passed += 1
    else {
      failed += 1
      failedChecks.push(`FAILED ${title}`)
    }
    console.log(`\n${printed}${title}: ${isOk ? 'ok' : 'FAILED'} (${secondsSince(startedAt)} s)`)
  }
  await Promise.all(checks.map(check))
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

function vitest(title, projects) {
  const file = join(reports, `${projects.join('-')}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const args = ['run', ...projects.flatMap((project) => ['--project', project]), ...reporters]
  suite(title, 'vitest', args, { CHROMIUM_PATH: chromium }, () => {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests }
  })
}

await gates([
  ['Types of the page', 'typescript-native', ['-p', 'tsconfig.json']],
  ['Types of server, tests and scripts', 'typescript-native', ['-p', 'tsconfig.node.json']],
  ['Lint and format', '@biomejs/biome', ['check', '--error-on-warnings', '.']],
  ['Import rules', 'dependency-cruiser', ['src', '--config', '.dependency-cruiser.cjs', '--output-type', 'err']],
  ['Dead code', 'knip', []],
])
vitest('Unit and app tests', ['unit', 'unit-sharing', 'app'])
vitest('Browser tests', ['browser'])
step('Build', () => {
  ensureBuilt()
  ensureDemoBuilt()
  ensurePageElsewhereBuilt()
})

/** What each engine passed, for the last lines. */
const passedIn = []

/** `names`: of the engines; the projects are called like them where there are several. */
function playwright(title, names, args) {
  const file = join(reports, `${names.join('-')}.json`)
  const env = {
    FEW_ORIGINS: '1',
    CHROMIUM_PATH: chromium,
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  }
  suite(title, '@playwright/test', ['test', ...args, '--reporter=list,json'], env, () => {
    const { stats } = JSON.parse(readFileSync(file, 'utf8'))
    const tests = testsOfReport(file).filter(({ state }) => state !== 'skipped')
    for (const name of names) {
      const own = names.length === 1 ? tests : tests.filter(({ project }) => project === name)
      const good = own.filter(({ state }) => state === 'passed')
      passedIn.push(`${name}: ${good.length} of ${own.length} tests passed`)
      if (own.length > 0) continue
      failed += 1
      failedChecks.push(`FAILED ${title}: no test ran in ${name}`)
    }
    return { passed: stats.expected, failed: stats.unexpected + stats.flaky }
  })
}

playwright('End-to-end tests in Chromium', ['chromium'], [])
const found = Object.keys(engines).filter((name) => engines[name])
if (found.length > 0) {
  const projects = found.flatMap((name) => ['--project', name])
  playwright(`Journeys in ${found.join(' and ')}`, found, ['--config', 'playwright.engines.config.ts', ...projects])
}
for (const name of Object.keys(engines).filter((name) => !engines[name]))
  passedIn.push(`${name}: left out, it is not installed here`)

printCoverage(root)
for (const failure of [...failedChecks, ...failuresIn(testsOfReports(reports))]) console.log(`\n${failure}`)
console.log(`\n${passedIn.join('\n')}\n\n${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
