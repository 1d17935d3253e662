import { expect, test } from 'vitest'
import type { Failure } from '#domain/failure.ts'
import type { RunId } from '#domain/ids.ts'
import { adoptedPace, type Marks, type Run, type StateIn } from '#domain/run.ts'
import { mayFallBack, priceDollarsFor } from '#generation/fallback.ts'
import { failedRun, queuedRun, savedRun, workingRun } from '../../support/gallery-records.ts'

const { task } = workingRun('a').state
const atService = { task }
const again = { again: true } as const
const standsIn = { standsIn: { for: 'b' as RunId, provider: 'gemini', model: 'Gemini' } }
const down = (code?: number, busy?: true): Failure => ({
  kind: 'unavailable',
  detail: 'x',
  ...(code === undefined ? {} : { code }),
  ...(busy ? { busy } : {}),
})

const refused = (failure: Failure, state: Partial<StateIn<'failed'>> = {}, marks: Partial<Marks> = {}): Run => ({
  ...failedRun('a'),
  marks: { ...failedRun('a').marks, ...marks },
  state: { ...failedRun('a').state, failure, ...state },
})

test.each<[string, Run, ReturnType<typeof mayFallBack>]>([
  ['a key that was rejected', refused({ kind: 'unauthorized' }), 'by-itself'],
  ['missing credits', refused({ kind: 'out-of-credits' }), 'by-itself'],
  ['a refusal that may be charged', refused({ kind: 'unauthorized' }, { chargePossible: true }), 'no'],
  ['the rate limit of the service', refused({ kind: 'rate-limited' }), 'by-itself'],
  ['the limit of the proxy', refused({ kind: 'rate-limited', retryAfterMs: 1 }), 'no'],
  ['maintenance', refused(down(455)), 'by-itself'],
  ['a proxy that is not there', refused(down()), 'no'],
  ['an address that is not there', refused(down(404)), 'no'],
  ['a busy service', refused(down(500, true)), 'no'],
  ['a service that is busy again', refused(down(500, true), {}, again), 'by-itself'],
  ['another failure, tried again', refused({ kind: 'invalid', issues: [] }, {}, again), 'no'],
  ['a lost answer', refused({ kind: 'unconfirmed' }, { chargePossible: true }), 'when-asked'],
  ['content', refused({ kind: 'rejected', reason: 'no' }), 'no'],
  ['a task that failed inside', refused({ kind: 'unexpected', detail: 'x', code: 500 }, atService), 'when-asked'],
  ['a task that failed with 501', refused({ kind: 'unexpected', detail: 'x', code: 501 }, atService), 'when-asked'],
  ['a task that failed otherwise', refused({ kind: 'unexpected', detail: 'x', code: 502 }, atService), 'no'],
  ['a task of a service that is down', refused(down(500), atService), 'when-asked'],
  ['a task that took too long', refused({ kind: 'timed-out', code: 500 }, atService), 'when-asked'],
  ['a task with wrong settings', refused({ kind: 'invalid', issues: [], code: 500 }, atService), 'no'],
  [
    'a task that may have failed for its content',
    refused({ kind: 'unexpected', detail: 'x', code: 500, said: 'blocked' }, atService),
    'no',
  ],
  ['a task whose key was rejected', refused({ kind: 'unauthorized' }, atService), 'no'],
  ['a run of the fallback that was lost', refused({ kind: 'unconfirmed' }, {}, standsIn), 'when-asked'],
  ['a run of the fallback without an image', refused({ kind: 'no-picture', text: '' }, {}, standsIn), 'when-asked'],
  ['a run of the fallback with a wrong key', refused({ kind: 'unauthorized' }, {}, standsIn), 'no'],
  ['a run that yields already', refused({ kind: 'unauthorized' }, { yieldsTo: 'a-g1' as RunId }), 'no'],
  ['an adopted task', refused({ kind: 'unauthorized' }, {}, { pace: adoptedPace }), 'no'],
  [
    'a model of another version',
    { ...refused({ kind: 'unauthorized' }), recipe: { ...queuedRun('a').recipe, family: 'gone' } },
    'no',
  ],
  ['a run that has not failed', queuedRun('a'), 'no'],
  ['a run that is saved', savedRun('a', ['a-0']), 'no'],
])('after %s', (_, run, may) => {
  expect(mayFallBack(run)).toBe(may)
})

test('the price is that of the size, or of 1K for a model of another version', () => {
  const fallback = { provider: 'gemini', model: 'gemini-3.1-flash-image', mode: 'live' } as const
  const flux = (family: string, size: string) =>
    priceDollarsFor({ ...queuedRun('a'), recipe: { family, draft: { prompt: 'a fox', size }, sources: [] } }, fallback)
  expect([flux('flux-2', '1K'), flux('flux-2', '2K'), flux('gone', '2K')]).toEqual([0.067, 0.101, 0.067])
})
