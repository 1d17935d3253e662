// What the test runners (Vitest and Playwright) wrote to their JSON reports.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A runner that crashed has left no report, or an incomplete one, which is ignored. */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}

function stateOfVitest(status) {
  if (status === 'passed' || status === 'failed') return status
  return 'skipped'
}

function stateOfPlaywright(status) {
  if (status === 'unexpected') return 'failed'
  return status === 'skipped' ? 'skipped' : 'passed'
}

function testsOfVitest({ testResults }) {
  return testResults.flatMap(({ name, message, assertionResults }) => [
    ...assertionResults.map(({ ancestorTitles, title, status, failureMessages = [] }) => ({
      file: name,
      titles: [...ancestorTitles, title],
      state: stateOfVitest(status),
      message: failureMessages.join('\n'),
    })),
    // A file that could not be loaded has a message and no tests.
    ...(message && assertionResults.length === 0
      ? [{ file: name, titles: ['the file itself'], state: 'failed', message }]
      : []),
  ])
}

function testsOfPlaywright({ suites = [] }) {
  const walk = (suite, above) => [
    ...(suite.specs ?? []).flatMap((spec) =>
      spec.tests.map(({ status, projectName, results = [] }) => ({
        file: spec.file ?? suite.file,
        project: projectName,
        titles: [...above, spec.title],
        state: stateOfPlaywright(status),
        message: results.flatMap(({ errors = [] }) => errors.map((error) => error.message ?? '')).join('\n'),
      })),
    ),
    ...(suite.suites ?? []).flatMap((inner) => walk(inner, [...above, inner.title])),
  ]
  return suites.flatMap((suite) => walk(suite, []))
}

/**
 * Every test of a report: `file`, `titles` from the outermost down, `state` ("passed", "failed" or "skipped"), and the
 * `message` of a failure. Those of Playwright have a `project` as well.
 */
export function testsOfReport(file) {
  const report = readReport(file)
  return report.testResults ? testsOfVitest(report) : testsOfPlaywright(report)
}

/** The same of all reports in a folder. */
export function testsOfReports(folder) {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []
  return files.flatMap((name) => testsOfReport(join(folder, name)))
}

/** The failed tests, each with the beginning of its message: they are shown once more at the end of a long output. */
export function failuresIn(tests) {
  return tests
    .filter(({ state }) => state === 'failed')
    .map(({ file, titles, message }) => {
      const lines = message.split('\n').slice(0, 12)
      return [`FAILED ${file}`, `  ${titles.filter(Boolean).join(' › ')}`, ...lines.map((line) => `    ${line}`)].join(
        '\n',
      )
    })
}
