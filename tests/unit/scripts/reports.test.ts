import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failuresIn, testsOfReport, testsOfReports } from '../../../scripts/reports.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atelier-reports-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, report: unknown) => writeFileSync(join(folder, name), JSON.stringify(report))
const outcomes = () => testsOfReports(folder).map(({ titles, state }) => [titles.join(' / '), state])

test('the outcomes of a Vitest report, a file that could not be loaded among them', () => {
  const assertion = (title: string, status: string, failureMessages: string[] = []) => ({
    ancestorTitles: ['a file'],
    title,
    status,
    failureMessages,
  })
  write('unit.json', {
    testResults: [
      {
        name: 'a.test.ts',
        message: '',
        assertionResults: [
          assertion('opens', 'passed'),
          assertion('closes', 'failed', ['expected 1 to be 2\nat a.test.ts:3']),
          assertion('waits', 'pending'),
        ],
      },
      { name: 'b.test.ts', message: 'Cannot find module "c"', assertionResults: [] },
    ],
  })

  expect(outcomes()).toEqual([
    ['a file / opens', 'passed'],
    ['a file / closes', 'failed'],
    ['a file / waits', 'skipped'],
    ['the file itself', 'failed'],
  ])
  expect(failuresIn(testsOfReports(folder))).toEqual([
    'FAILED a.test.ts\n  a file › closes\n    expected 1 to be 2\n    at a.test.ts:3',
    'FAILED b.test.ts\n  the file itself\n    Cannot find module "c"',
  ])
})

test('the outcomes of a Playwright report, from nested suites', () => {
  const spec = (title: string, status: string, message?: string) => ({
    title,
    file: 'a.spec.ts',
    tests: [{ status, projectName: 'firefox', results: [{ errors: message ? [{ message }] : [] }] }],
  })
  write('chromium.json', {
    suites: [
      {
        title: 'a.spec.ts',
        file: 'a.spec.ts',
        specs: [spec('the page opens', 'expected')],
        suites: [
          { title: 'on a phone', specs: [spec('it closes', 'unexpected', 'Timeout'), spec('it waits', 'skipped')] },
        ],
      },
    ],
  })

  expect(outcomes()).toEqual([
    ['the page opens', 'passed'],
    ['on a phone / it closes', 'failed'],
    ['on a phone / it waits', 'skipped'],
  ])
  expect(testsOfReport(join(folder, 'chromium.json')).map(({ project }) => project)).toEqual(Array(3).fill('firefox'))
  expect(failuresIn(testsOfReports(folder))).toEqual(['FAILED a.spec.ts\n  on a phone › it closes\n    Timeout'])
})

test('a report that breaks off is ignored', () => {
  writeFileSync(join(folder, 'unit.json'), '{"testResults": [')
  expect(testsOfReports(folder)).toEqual([])
})
