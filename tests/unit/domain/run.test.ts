import { expect, test } from 'vitest'
import { adoptedPace, describeCharge, isAdopted, isOver, mayFollow, type RunIn } from '#domain/run.ts'
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

test('a finished run keeps its pictures on offer until they are saved', () => {
  const { task, ...rest } = workingRun('a')
  const ready: RunIn<'ready'> = {
    ...rest,
    phase: 'ready',
    finishedAt: 2,
    task,
    imageUrls: ['https://a.b/c'],
    spareUrls: [],
  }
  expect(phases.filter((next) => mayFollow(ready, next)).map(({ phase }) => phase)).toEqual(['failed', 'saved'])
  expect(phases.filter((stored) => mayFollow(stored, ready)).map(({ phase }) => phase)).toEqual([
    'queued',
    'sending',
    'working',
  ])
})

test('a run is over when it is saved or has failed', () => {
  expect(phases.filter(isOver).map(({ phase }) => phase)).toEqual(['failed', 'saved'])
})

test('what a run costs is said as far as it is known', () => {
  expect(phases.map(describeCharge)).toEqual([
    '5 credits, not sent yet',
    '5 credits',
    '5 credits',
    'not charged',
    '5 credits',
  ])
  expect(describeCharge({ ...failedRun('a'), chargePossible: true })).toBe('may have cost 5 credits')
  expect(describeCharge({ ...workingRun('a'), simulated: true })).toBe('5 credits, simulated')
})

test('a run that stands for a task sent elsewhere costs nothing more', () => {
  expect(phases.some(isAdopted)).toBe(false)
  const adopted = { ...workingRun('a'), pace: adoptedPace }
  expect(isAdopted(adopted)).toBe(true)
  expect(describeCharge(adopted)).toBe('no new charge')
  expect(isAdopted({ ...workingRun('a'), pace: 'adopted' })).toBe(true)
})
