import { expect, test } from 'vitest'
import { mayFollow } from '#domain/run.ts'
import { failedRun, queuedRun, savedRun, sendingRun, workingRun } from '../../support/gallery-records.ts'

const phases = [queuedRun('a'), sendingRun('a'), workingRun('a'), failedRun('a'), savedRun('a', ['a-0'])]

test('a run goes on, never back, but a refused submission may wait for its turn again', () => {
  const allowed = phases.map((stored) => phases.filter((next) => mayFollow(stored, next)).map(({ phase }) => phase))
  expect(allowed).toEqual([
    ['queued', 'sending', 'working', 'failed', 'saved'],
    ['queued', 'sending', 'working', 'failed', 'saved'],
    ['working', 'failed', 'saved'],
    ['failed'],
    ['saved'],
  ])
})

test('a failed run whose task or answer may still be found is taken up again', () => {
  const { task } = workingRun('a')
  expect(mayFollow({ ...failedRun('a'), task }, workingRun('a'))).toBe(true)
  expect(mayFollow({ ...failedRun('a'), failure: { kind: 'unconfirmed' } }, workingRun('a'))).toBe(true)
})
