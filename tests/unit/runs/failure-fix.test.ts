import { describe, expect, it } from 'vitest'
import { againLabel } from '#acts/try-again.ts'
import type { Failure } from '#domain/failure.ts'
import type { RunId, TaskId } from '#domain/ids.ts'
import type { Marks, RunIn, StateIn } from '#domain/run.ts'
import { detailsOf, fallbackWords, fixFor } from '#runs/failure-fix.ts'

function failed(failure: Failure, state: Partial<StateIn<'failed'>> = {}, marks: Partial<Marks> = {}): RunIn<'failed'> {
  const recipe = { family: 'flux-kontext', draft: { prompt: 'a fox', model: 'max' }, sources: [] }
  return {
    id: 'run-1' as RunId,
    recipe,
    marks: { createdAt: Date.UTC(2026, 10, 21), priceCredits: 10, pace: 'p', ...marks },
    state: { phase: 'failed', failure, chargePossible: false, ...state },
  }
}

const task = { provider: 'kie-kontext', taskId: 'task-1' as TaskId }
const invalid = (field: string, message: string): Failure => ({ kind: 'invalid', issues: [{ field, message }] })

describe('the fix that fits', () => {
  it.each<[string, RunIn<'failed'>, string, string]>([
    [
      'a tolerance out of bounds',
      failed(invalid('request', 'safetyTolerance must be 0 to 2')),
      'Lower the tolerance',
      'lower-tolerance',
    ],
    [
      'a prompt that is too long',
      failed(invalid('prompt', 'The prompt is too long.')),
      'Shorten the prompt',
      'edit-prompt',
    ],
    [
      'a prompt that is empty',
      failed(invalid('prompt', 'Write what you want to see.')),
      'Edit the prompt',
      'edit-prompt',
    ],
    [
      'a source that the service could not read',
      failed({ ...invalid('sources', 'The service could not read a source image.'), code: 422 }),
      'Upload again (10 credits)',
      'again',
    ],
    ['a source that is gone', failed(invalid('sources', 'Image 1 is gone.')), 'Change the images', 'edit-settings'],
    ['another setting', failed(invalid('request', 'No such ratio.')), 'Edit the settings', 'edit-settings'],
    ['a key that is not accepted', failed({ kind: 'unauthorized' }), 'Add an API key', 'set-key'],
    ['an empty account', failed({ kind: 'out-of-credits' }), 'Try again (10 credits)', 'again'],
    ['a proxy that asks for its token', failed({ kind: 'locked' }), 'Try again (10 credits)', 'again'],
    [
      'a budget that is used up',
      failed({ kind: 'over-budget', detail: 'x', retryAfterMs: 1 }),
      'Try again (10 credits)',
      'again',
    ],
    ['a budget that is too small', failed({ kind: 'over-budget', detail: 'x' }), 'Edit the settings', 'edit-settings'],
    ['a limit', failed({ kind: 'rate-limited' }), 'Try again (10 credits)', 'again'],
    ['an answer in words', failed({ kind: 'no-picture', text: 'A fox.' }), 'Edit the prompt', 'edit-prompt'],
    ['the safety rules', failed({ kind: 'rejected', reason: 'no' }), 'Edit the prompt', 'edit-prompt'],
    ['a service that is down', failed({ kind: 'unavailable', detail: 'Down.' }), 'Try again (10 credits)', 'again'],
    [
      'a model that is switched off',
      failed({ kind: 'unavailable', detail: 'The service has switched this model off.' }),
      'Choose another model',
      'edit-settings',
    ],
    ['a lost answer', failed({ kind: 'unconfirmed' }), 'Check again', 'look'],
    ['a time-out with a task', failed({ kind: 'timed-out' }, { task }), 'Check again', 'look'],
    ['a time-out without a task', failed({ kind: 'timed-out' }), 'Try again (10 credits)', 'again'],
    ['a picture that is gone', failed({ kind: 'expired' }, { task }), 'Try again (10 credits)', 'again'],
    ['a full disk', failed({ kind: 'storage', detail: 'full' }, { task }), 'Save again', 'look'],
    ['anything else', failed({ kind: 'unexpected', detail: 'x' }), 'Try again (10 credits)', 'again'],
    [
      'a task that was sent elsewhere, which has no recipe to try again',
      failed({ kind: 'unexpected', detail: 'x' }, { task }, { pace: 'adopted', priceCredits: 0 }),
      'Check again',
      'look',
    ],
  ])('of %s', (_what, run, label, act) => {
    expect(fixFor(run)).toMatchObject({ label, act })
  })

  it('says when the limit is free again: as the service said, else after the ten seconds that it counts over', () => {
    const said = failed({ kind: 'rate-limited', retryAfterMs: 11_400 }, { failedAt: 50_000 })
    expect(fixFor(said).freeAt).toBe(61_400)
    expect(fixFor(failed({ kind: 'rate-limited' }, { failedAt: 50_000 })).freeAt).toBe(60_000)
    expect(fixFor(failed({ kind: 'rate-limited' })).hint).toBe('Wait a moment, then try again.')
  })
})

describe('copied details', () => {
  it('name the run, its task, the code and what the service said', () => {
    const details = detailsOf(
      failed({ kind: 'unexpected', detail: 'it broke', code: 501, said: 'generate failed' }, { task }),
    )
    expect(details.split('\n')).toEqual([
      'Run: run-1',
      'Started: 2026-11-21T00:00:00.000Z',
      'Model: Flux Kontext Max',
      'Task: kie-kontext task-1',
      'Phase: failed',
      'Failure: unexpected 501',
      'In words: The service did not make the image: it broke',
      'The service said: generate failed',
      'Charge: not charged',
    ])
  })

  it('hold no key and no picture, even where the service quotes them', () => {
    const said = `bad request: Authorization: Bearer sk-1234567890abcdef, "apiKey": "0f9e8d7c6b", data:image/png;base64,${'iVBOR'.repeat(30)} ${'A1b2'.repeat(40)}`
    const details = detailsOf(failed({ kind: 'unexpected', detail: said, said }))
    expect(details).not.toMatch(/sk-1234567890abcdef|0f9e8d7c6b|iVBOR|A1b2A1b2/)
    expect(details).toContain('bad request')
  })
})

describe('the offer of the fallback', () => {
  const down = failed({ kind: 'unavailable', detail: 'Down.', code: 455 })
  const fallback = { provider: 'gemini', model: 'gemini-nano-banana-2.1', mode: 'live' } as const
  const withDraft = (run: RunIn<'failed'>, draft: object) => ({
    ...run,
    recipe: { ...run.recipe, draft: { ...run.recipe.draft, ...draft } },
  })

  it('says about what it costs', () => {
    expect(fallbackWords(down, fallback)).toEqual({ label: 'Use Gemini (about $0.03)', hint: undefined })
    expect(fallbackWords(down, { ...fallback, model: 'gemini-3-pro-image' }).label).toBe('Use Gemini (about $0.13)')
    expect(fallbackWords(down, { ...fallback, model: 'gemini-next' }).label).toBe('Use Gemini (price not known)')
  })

  it('8.5 says that what may have been charged may be paid twice', () => {
    expect(fallbackWords({ ...down, state: { ...down.state, chargePossible: true } }, fallback).label).toBe(
      'Use Gemini (about $0.03, may be paid twice)',
    )
  })

  it('8.1 says in which ratio it would be made', () => {
    expect(fallbackWords(withDraft(down, { aspectRatio: '16:21' }), fallback).hint).toBe(
      'Gemini has no 16:21: it would make 3:4.',
    )
  })

  it('leaves trying again at the price of the recipe', () => {
    const standsIn = { for: 'run-0' as RunId, provider: 'gemini', model: 'Gemini Nano Banana 2.1', priceDollars: 0.034 }
    const own = { ...down, marks: { ...down.marks, priceCredits: 0, standsIn } }
    expect(againLabel(own)).toBe('Try again (10 credits)')
    expect(detailsOf(own)).toContain('Model: Gemini Nano Banana 2.1')
    expect(detailsOf(own)).toContain('In place of: run-0')
  })
})
