export type TestOutcome = {
  file: string
  titles: string[]
  state: 'passed' | 'failed' | 'skipped'
  message?: string
}
export function testsOfReports(folder: string): TestOutcome[]
export function failuresIn(tests: TestOutcome[]): string[]
