import { expect, test } from 'vitest'
import type { Failure } from '#domain/failure.ts'
import { type FallbackRule, type Run, standInId } from '#domain/run.ts'
import type { RunnerPorts } from '#generation/ports.ts'
import { checkedAgain, createRunSteps } from '#generation/run-steps.ts'
import { openMemoryStore } from '#store/memory-store.ts'
import { failedRun, queuedRun, savedRun, sendingRun, workingRun } from '../../support/gallery-records.ts'
import { lightProcessor } from '../../support/light-images.ts'

function openSteps(rule?: FallbackRule) {
  const store = openMemoryStore(lightProcessor)
  const ports = { store, now: () => 50, ...(rule ? { fallback: () => rule } : {}) } as RunnerPorts
  return { store, ...createRunSteps(ports) }
}

const unauthorized: Failure = { kind: 'unauthorized' }
const failed = { phase: 'failed', failedAt: 50, failure: unauthorized, chargePossible: false }

test('a step is stored with the marks that it adds', async () => {
  const { store, advance } = openSteps()
  const run = await store.saveRun(queuedRun('a'))
  const sending = { ...sendingRun('a'), marks: { ...run.marks, gateway: 'kie' } }
  expect(await advance(run, { type: 'send', at: 1_500 }, { gateway: 'kie' })).toEqual(sending)
  expect(await store.run(run.id)).toEqual(sending)
})

test('a step that its phase does not have gives what is stored', async () => {
  const { store, advance } = openSteps()
  await store.saveRun(workingRun('a'))
  expect(await advance(queuedRun('a'), { type: 'find' })).toEqual(workingRun('a'))
})

test('a step back from what another window stored gives what that window stored', async () => {
  const { store, advance } = openSteps()
  const saved = await store.saveRun(savedRun('a', ['a-0']))
  expect(await advance(queuedRun('a'), { type: 'send', at: 1 }, { gateway: 'kie' })).toEqual(saved)
  expect(await store.run(saved.id)).toEqual(saved)
})

test('a run that was removed before it was sent is not stored again', async () => {
  const { store, advance } = openSteps()
  expect(await advance(queuedRun('a'), { type: 'send', at: 1 })).toBeUndefined()
  expect(await store.recentRuns(9)).toEqual([])
})

test('a run that was sent is stored again where the browser has cleared everything', async () => {
  const { store, advance } = openSteps()
  const { task } = workingRun('a').state
  const working = { ...workingRun('a'), marks: { ...workingRun('a').marks, simulated: true as const } }
  expect(await advance(sendingRun('a'), { type: 'accept', task }, { simulated: true })).toEqual(working)
  expect(await store.recentRuns(9)).toEqual([working])
})

test.each<[FallbackRule | undefined, Failure, object]>([
  ['always', unauthorized, { yieldsTo: standInId(queuedRun('a').id) }],
  ['always', { kind: 'rejected', reason: 'no' }, { failure: { kind: 'rejected', reason: 'no' } }],
  ['ask', unauthorized, {}],
  ['never', unauthorized, {}],
  [undefined, unauthorized, {}],
])('with the rule %s, a run that has failed names the run that takes its place', async (rule, failure, other) => {
  const { store, fail } = openSteps(rule)
  await store.saveRun(queuedRun('a'))
  const stored = await fail(queuedRun('a'), failure, false)
  expect(stored?.state).toStrictEqual({ ...failed, ...other })
  expect(await store.run(queuedRun('a').id)).toEqual(stored)
})

test('a failed run is checked again by its task, or by the answer that was lost, and is on the grid then', () => {
  const marks = { ...queuedRun('a').marks, dismissed: true } as const
  const { task } = workingRun('a').state
  const withTask: Run = { ...failedRun('a'), marks, state: { ...failedRun('a').state, task, sentAt: 1_500 } }
  expect(checkedAgain(withTask)).toStrictEqual(workingRun('a'))
  const lost: Run = { ...failedRun('a'), marks, state: { ...failedRun('a').state, failure: { kind: 'unconfirmed' } } }
  expect(checkedAgain(lost)).toStrictEqual({ ...sendingRun('a'), state: { phase: 'sending', sentAt: 1_000 } })
  const refused: Run = { ...failedRun('a'), marks }
  expect(checkedAgain(refused)).toBe(refused)
})
