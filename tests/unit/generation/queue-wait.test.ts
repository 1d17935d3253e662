import { describe, expect, test } from 'vitest'
import type { RunIn } from '#domain/run.ts'
import { estimateWaitMs } from '#generation/queue-wait.ts'
import { createRateGate } from '#generation/rate-gate.ts'
import { queuedRun, savedRun, sendingRun, workingRun } from '../../support/gallery-records.ts'

describe('the wait of a queued run', () => {
  const usualMs = () => 10_000
  const queued = (id: string, state: Partial<RunIn<'queued'>['state']> = {}): RunIn<'queued'> => ({
    ...queuedRun(id),
    state: { phase: 'queued', ...state },
  })

  test('is zero while a slot is free', () => {
    const run = queued('b')
    expect(estimateWaitMs(run, { open: [workingRun('a'), run], runsAtOnce: 2, usualMs, now: 1_500 })).toBe(0)
  })

  test('is the duration of the runs before it, slot by slot', () => {
    const line = ['b', 'c', 'd'].map((id) => queued(id))
    const waits = line.map((run) =>
      estimateWaitMs(run, { open: [workingRun('a'), ...line], runsAtOnce: 1, usualMs, now: 5_500 }),
    )
    expect(waits).toEqual([6_000, 16_000, 26_000])
  })

  test('counts a run that is being sent, and one at the service that takes longer than usual', () => {
    const run = queued('c')
    const waitAt = (now: number) =>
      estimateWaitMs(run, { open: [sendingRun('a'), sendingRun('b'), run], runsAtOnce: 2, usualMs, now })
    // Both were sent at 1,500.
    expect([1_500, 11_400, 11_500, 60_000].map(waitAt)).toEqual([10_000, 100, 0, 0])
  })

  test('does not count runs that are over', () => {
    const run = queued('b')
    expect(estimateWaitMs(run, { open: [savedRun('a', ['a-0']), run], runsAtOnce: 1, usualMs, now: 1_500 })).toBe(0)
  })

  test('goes to the place that is free first', () => {
    const line = [queued('b'), queued('c')] as const
    const later = { ...workingRun('d'), state: { ...workingRun('d').state, sentAt: 9_500 } }
    const open = [later, workingRun('a'), ...line]
    const waits = line.map((run) => estimateWaitMs(run, { open, runsAtOnce: 2, usualMs, now: 10_000 }))
    expect(waits).toEqual([1_500, 9_500])
  })

  test('counts the limit that holds back a run before it', () => {
    const line = [queued('a', { sendsAt: 9_000 }), queued('b')] as const
    expect(estimateWaitMs(line[1], { open: line, runsAtOnce: 1, usualMs, now: 1_000 })).toBe(18_000)
  })

  test('is no shorter than the limit that holds it back', () => {
    const run = queued('a', { sendsAt: 9_000 })
    expect(estimateWaitMs(run, { open: [run], runsAtOnce: 8, usualMs, now: 1_000 })).toBe(8_000)
  })
})

test('no more than 18 submissions leave in any 11 s', () => {
  let now = 5_000
  const gate = createRateGate(() => now)
  for (let count = 0; count < 18; count += 1) {
    expect(gate.waitMs()).toBe(0)
    gate.count()
    now += 100
  }
  expect(gate.waitMs()).toBe(11_000 - 1_800)
  now = 16_000
  expect(gate.waitMs()).toBe(0)
  gate.count()
  expect(gate.waitMs()).toBe(100)
  now = 100_000
  expect(gate.waitMs()).toBe(0)
})
