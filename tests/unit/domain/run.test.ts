import { expect, test } from 'vitest'
import type { RunId } from '#domain/ids.ts'
import { adoptedPace, describeCharge, isAdopted, isOver, mayFollow, type RunIn, standInId } from '#domain/run.ts'
import { failedRun, queuedRun, savedRun, sendingRun, workingRun } from '../../support/gallery-records.ts'

const phases = [queuedRun('a'), sendingRun('a'), workingRun('a'), failedRun('a'), savedRun('a', ['a-0'])]

test('a run goes on, never back', () => {
  const allowed = phases.map((stored) => phases.filter((next) => mayFollow(stored, next)).map(({ phase }) => phase))
  expect(allowed).toEqual([
    ['queued', 'sending', 'working', 'failed', 'saved'],
    ['sending', 'working', 'failed', 'saved'],
    ['working', 'failed', 'saved'],
    ['failed'],
    ['saved'],
  ])
})

test('a submission that was refused for its rate may wait for its turn again; a new run never takes the place of one', () => {
  expect(mayFollow(sendingRun('a'), { ...queuedRun('a'), sendsAt: 9 })).toBe(true)
  expect(mayFollow({ ...failedRun('a'), failure: { kind: 'unconfirmed' } }, queuedRun('a'))).toBe(false)
})

test('the run that would stand in for another is always the same, and never that one', () => {
  const id = 'run-1' as RunId
  expect([standInId(id), standInId(standInId(id))]).toEqual(['run-1-g1', 'run-1-g2'])
})

test('a run that stands in for another is told of in dollars, as far as its price is known', () => {
  const standsIn = { for: 'b' as RunId, provider: 'gemini', model: 'Gemini', priceDollars: 0.034 }
  expect(describeCharge({ ...queuedRun('a'), standsIn })).toBe('about $0.03, not sent yet')
  expect(describeCharge({ ...failedRun('a'), standsIn, chargePossible: true })).toBe('may have cost about $0.03')
  const { priceDollars: _unknown, ...priceless } = standsIn
  expect(describeCharge({ ...workingRun('a'), standsIn: priceless })).toBe('a price not known here')
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
