import { describe, expect, it } from 'vitest'
import type { RunId } from '#domain/ids.ts'
import type { Run, RunIn } from '#domain/run.ts'
import { describeCredits, spendingSince } from '#domain/spending.ts'
import { describeKeeping, describeSpending, describeStep } from '#runs/ledger-words.ts'
import { failedRun, queuedRun, savedRun, sendingRun, workingRun } from '../../support/gallery-records.ts'

const hourMs = 3_600_000
const finishedAt = new Date(2026, 2, 4, 14, 30).getTime()

const ready: RunIn<'ready'> = {
  ...workingRun('run-1'),
  state: {
    ...workingRun('run-1').state,
    phase: 'ready',
    finishedAt,
    imageUrls: ['https://files.example/1.png'],
    spareUrls: [],
  },
}

describe('how long the service keeps a result', () => {
  it.each([
    [0, 'The service usually keeps it until about 14:30 tomorrow.'],
    [9 * hourMs + 60_000 * 29, 'The service usually keeps it until about 14:30 tomorrow.'],
    [9 * hourMs + 60_000 * 31, 'The service usually keeps it until about 14:30 today.'],
    [23 * hourMs + 60_000, 'The service usually keeps it for another 59 min.'],
    [24 * hourMs - 90_000, 'The service usually keeps it for another 2 min.'],
    [24 * hourMs - 30_000, 'The service usually keeps it for another 30 s.'],
    [24 * hourMs, 'The service may delete it at any time, by 18 March at the latest.'],
    [13 * 24 * hourMs, 'The service may delete it at any time, by 18 March at the latest.'],
    [14 * 24 * hourMs, 'Probably gone: the service keeps results for 14 days at most.'],
  ])('%i ms after it was finished', (ageMs, words) => {
    expect(describeKeeping(ready, finishedAt + ageMs)).toBe(words)
  })

  it('is not guessed for a task whose end nobody saw', () => {
    expect(describeKeeping({ ...ready, marks: { ...ready.marks, pace: 'adopted' } }, finishedAt)).toBe(
      'The service keeps results for about a day, 14 days at most.',
    )
  })
})

describe('what was spent', () => {
  const nothing = { spent: 0, perhaps: 0, waiting: 0, simulated: 0, dollars: 0 }
  const failed = (chargePossible: boolean): Run => ({
    ...failedRun('f'),
    state: { ...failedRun('f').state, chargePossible, sentAt: 1_500 },
  })
  const standsIn = { for: 'r' as RunId, provider: 'gemini', model: 'Gemini', priceDollars: 0.034 }
  const simulated = (run: Run): Run => ({ ...run, marks: { ...run.marks, simulated: true } })

  it.each<[string, Run, object]>([
    ['not yet, for what waits here', queuedRun('a'), { waiting: 5 }],
    ['perhaps, for what has no answer yet', sendingRun('a'), { perhaps: 5 }],
    ['yes, for what works', workingRun('a'), { spent: 5 }],
    [
      'yes, for what nobody waits for any more',
      { ...workingRun('a'), marks: { ...workingRun('a').marks, stopped: true } },
      { spent: 5 },
    ],
    ['yes, for what is ready', ready, { spent: 5 }],
    ['yes, for what is saved', savedRun('a', ['p']), { spent: 5 }],
    ['no, for what was refused', failed(false), {}],
    ['perhaps, for what was lost', failed(true), { perhaps: 5 }],
    ['not really, for what was simulated', simulated(workingRun('a')), { simulated: 5 }],
    [
      'in dollars, for what Gemini made',
      { ...savedRun('a', ['p']), marks: { ...savedRun('a', ['p']).marks, priceCredits: 0, standsIn } },
      { dollars: 0.034 },
    ],
    [
      'in no dollars, for what it was said to make',
      simulated({ ...workingRun('a'), marks: { ...workingRun('a').marks, standsIn } }),
      {},
    ],
    [
      'no, for what was paid elsewhere',
      { ...workingRun('a'), marks: { ...workingRun('a').marks, pace: 'adopted', priceCredits: 0 } },
      {},
    ],
  ])('%s', (_what, run, sum) => {
    expect(spendingSince([run], 1_000)).toEqual({ ...nothing, ...sum })
  })

  it('counts by the moment of sending, from the given one on', () => {
    const runs = [workingRun('a'), { ...workingRun('b'), state: { ...workingRun('b').state, sentAt: 2_000 } }]
    expect(spendingSince(runs, 1_501).spent).toBe(5)
    expect(spendingSince(runs, 1_500).spent).toBe(10)
  })

  it('is said in parts, without those that are nothing', () => {
    expect(describeSpending(nothing, nothing)).toEqual(['Nothing spent today'])
    const month = { ...nothing, spent: 3_000, perhaps: 1, simulated: 500 }
    expect(describeSpending({ ...nothing, spent: 1_240, perhaps: 1, simulated: 10, dollars: 0.068 }, month)).toEqual([
      '1,240 credits spent today',
      '1 credit may have been charged',
      'about $0.07 at Gemini',
      '10 credits simulated',
      '3,001 credits this month',
    ])
  })

  it('need not be whole', () => {
    expect([1, 5916.25, 0.5].map(describeCredits)).toEqual(['1 credit', '5,916.25 credits', '0.5 credits'])
  })
})

it('a failed run whose submission got no answer is not called failed', () => {
  expect(
    describeStep({ ...failedRun('a'), state: { ...failedRun('a').state, failure: { kind: 'unconfirmed' } } }),
  ).toBe('may have been sent')
  expect(describeStep(failedRun('a'))).toBe('failed')
})
