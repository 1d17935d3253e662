export type TestOutcome = {
  file: string
  project?: string
  titles: string[]
  state: 'passed' | 'failed' | 'skipped'
  message?: string
}
export function testsOfReport(file: string): TestOutcome[]
export function testsOfReports(folder: string): TestOutcome[]
export function failuresIn(tests: TestOutcome[]): string[]
