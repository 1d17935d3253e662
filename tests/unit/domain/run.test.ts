import { describe, expect, test } from 'vitest'
import { describeCharge } from '#domain/charge.ts'
import { type Edit, emptyDocument } from '#domain/edit.ts'
import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import {
  adoptedPace,
  againId,
  isAdopted,
  isIn,
  isOver,
  laidEditOf,
  markedEditOf,
  needsCard,
  type Run,
  type RunIn,
  standInId,
  taskOf,
} from '#domain/run.ts'
import { mayFollow, type RunEvent, step } from '#domain/run-machine.ts'
import { failedRun, queuedRun, savedRun, sendingRun, workingRun } from '../../support/gallery-records.ts'

const phases = [queuedRun('a'), sendingRun('a'), workingRun('a'), failedRun('a'), savedRun('a', ['a-0'])]

test('a run never returns to an earlier phase', () => {
  const allowed = phases.map((stored) =>
    phases.filter((next) => mayFollow(stored, next)).map(({ state: { phase } }) => phase),
  )
  expect(allowed).toEqual([
    ['queued', 'sending', 'working', 'failed', 'saved'],
    ['sending', 'working', 'failed', 'saved'],
    ['working', 'failed', 'saved'],
    ['failed'],
    ['saved'],
  ])
})

test('a submission that was refused for its rate may wait for its turn again; a new run never takes the place of one', () => {
  expect(mayFollow(sendingRun('a'), { ...queuedRun('a'), state: { ...queuedRun('a').state, sendsAt: 9 } })).toBe(true)
  expect(
    mayFollow(
      { ...failedRun('a'), state: { ...failedRun('a').state, failure: { kind: 'unconfirmed' } } },
      queuedRun('a'),
    ),
  ).toBe(false)
})

test('the fallback run of a run always has the same id, different from the run’s own', () => {
  const id = 'run-1' as RunId
  expect([standInId(id), standInId(standInId(id))]).toEqual(['run-1-g1', 'run-1-g2'])
})

test('a fallback run has its price in dollars, if it is known', () => {
  const standsIn = { for: 'b' as RunId, provider: 'gemini', model: 'Gemini', priceDollars: 0.034 }
  expect(describeCharge({ ...queuedRun('a'), marks: { ...queuedRun('a').marks, standsIn } })).toBe(
    'about $0.03, not sent yet',
  )
  expect(
    describeCharge({
      ...failedRun('a'),
      marks: { ...failedRun('a').marks, standsIn },
      state: { ...failedRun('a').state, chargePossible: true },
    }),
  ).toBe('may have cost about $0.03')
  const { priceDollars: _unknown, ...priceless } = standsIn
  expect(describeCharge({ ...workingRun('a'), marks: { ...workingRun('a').marks, standsIn: priceless } })).toBe(
    'a price not known here',
  )
})

test('a failed run whose task or answer may still be found is resumed', () => {
  const { task } = workingRun('a').state
  expect(mayFollow({ ...failedRun('a'), state: { ...failedRun('a').state, task } }, workingRun('a'))).toBe(true)
  expect(
    mayFollow(
      { ...failedRun('a'), state: { ...failedRun('a').state, failure: { kind: 'unconfirmed' } } },
      workingRun('a'),
    ),
  ).toBe(true)
})

test('a finished run offers its images until they are saved', () => {
  const { sentAt, task } = workingRun('a').state
  const ready: RunIn<'ready'> = {
    ...workingRun('a'),
    state: { phase: 'ready', sentAt, finishedAt: 2, task, imageUrls: ['https://a.b/c'], spareUrls: [] },
  }
  expect(phases.filter((next) => mayFollow(ready, next)).map(({ state: { phase } }) => phase)).toEqual(['saved'])
  expect(phases.filter((stored) => mayFollow(stored, ready)).map(({ state: { phase } }) => phase)).toEqual([
    'queued',
    'sending',
    'working',
  ])
})

test('a run is over when it is saved or has failed', () => {
  expect(phases.filter(isOver).map(({ state: { phase } }) => phase)).toEqual(['failed', 'saved'])
})

test('the cost of a run is shown if it is known', () => {
  expect(phases.map(describeCharge)).toEqual([
    '5 credits, not sent yet',
    '5 credits',
    '5 credits',
    'not charged',
    '5 credits',
  ])
  expect(describeCharge({ ...failedRun('a'), state: { ...failedRun('a').state, chargePossible: true } })).toBe(
    'may have cost 5 credits',
  )
  expect(describeCharge({ ...workingRun('a'), marks: { ...workingRun('a').marks, simulated: true } })).toBe(
    '5 credits, simulated',
  )
})

test('a run that stands for a task sent elsewhere costs nothing more', () => {
  expect(phases.some(isAdopted)).toBe(false)
  const adopted = { ...workingRun('a'), marks: { ...workingRun('a').marks, pace: adoptedPace } }
  expect(isAdopted(adopted)).toBe(true)
  expect(describeCharge(adopted)).toBe('no new charge')
  expect(isAdopted({ ...workingRun('a'), marks: { ...workingRun('a').marks, pace: 'adopted' } })).toBe(true)
})

test('every step keeps all marks of a run, and takes its state anew', () => {
  const marks = { ...queuedRun('a').marks, stopped: true, gateway: 'kie', proxy: '/api' } as const
  const task = { provider: 'kie-kontext', taskId: 'task-1' as TaskId }
  const failure = { kind: 'unavailable', detail: 'x' } as const
  const events: RunEvent[] = [
    { type: 'hold', waitsFor: 'network', trouble: failure },
    { type: 'send', at: 5 },
    { type: 'accept', task },
    { type: 'trouble', trouble: failure },
    { type: 'finish', at: 9, imageUrls: ['https://a.b/c'], spareUrls: [] },
    { type: 'save', pictures: ['a-0' as PictureId] },
  ]
  let run: Run = { ...queuedRun('a'), marks }
  const states = events.map((event) => {
    run = step(run, event) ?? run
    expect(run.marks).toEqual(marks)
    return run.state
  })
  expect(states).toEqual([
    { phase: 'queued', waitsFor: 'network', trouble: failure },
    { phase: 'sending', sentAt: 5 },
    { phase: 'working', sentAt: 5, task },
    { phase: 'working', sentAt: 5, task, trouble: failure },
    { phase: 'ready', sentAt: 5, finishedAt: 9, task, imageUrls: ['https://a.b/c'], spareUrls: [] },
    { phase: 'saved', sentAt: 5, finishedAt: 9, task, pictures: ['a-0'] },
  ])
})

test('an event that does not belong to a phase changes nothing', () => {
  const task = { provider: 'kie-kontext', taskId: 'task-2' as TaskId }
  expect(step(queuedRun('a'), { type: 'accept', task })).toBeUndefined()
  expect(step(workingRun('a'), { type: 'send', at: 1 })).toBeUndefined()
  expect(
    step(savedRun('a', ['a-0']), { type: 'fail', at: 1, failure: { kind: 'expired' }, chargePossible: false }),
  ).toBe(undefined)
  expect(step(failedRun('a'), { type: 'find' })).toBeUndefined()
  expect(step(failedRun('a'), { type: 'ask', at: 1 })).toBeUndefined()
})

test('a run is tried again under ids that are the same in every window', () => {
  const id = 'run-1' as RunId
  expect([againId(id, 1), againId(id, 2), againId(againId(id, 1), 1)]).toEqual(['run-1-r1', 'run-1-r2', 'run-1-r2'])
  expect(againId(standInId(id), 1)).toBe('run-1-r1')
  expect(againId(standInId(againId(id, 1)), 1)).toBe('run-1-r2')
})

test.each([
  ['a number of several digits', 'run-1-r19', 2, 'run-1-r21'],
  ['the number of a fallback run of several digits', 'run-1-r9-g10', 1, 'run-1-r10'],
  ['a fallback run that was not tried again', 'run-1-g12', 1, 'run-1-r1'],
  ['only the last number', 'run-r5-r6', 1, 'run-r5-r7'],
  ['no number, where something else follows it', 'run-r5-x', 1, 'run-r5-x-r1'],
  ['no number, where there is none', 'run-r-g', 1, 'run-r-g-r1'],
])('the id of a further try counts on from %s', (_, id, times, next) => {
  expect(againId(id as RunId, times)).toBe(next)
})

test.each([
  ['run-1-g9', 'run-1-g10'],
  ['run-1-g10', 'run-1-g11'],
  ['run-g2-x', 'run-g2-x-g1'],
  ['run-1-g', 'run-1-g-g1'],
  ['run-1-r2', 'run-1-r2-g1'],
])('the fallback run of %s is %s', (id, next) => {
  expect(standInId(id as RunId)).toBe(next)
})

test('a run needs the user if it failed, was stopped, or its result could not be saved', () => {
  const ready = { ...workingRun('a'), state: { ...readyState } } as Run
  const trouble = { kind: 'expired' } as const
  const cards: [Run, boolean][] = [
    [queuedRun('a'), false],
    [workingRun('a'), false],
    [{ ...workingRun('a'), state: { ...workingRun('a').state, trouble } } as Run, false],
    [{ ...workingRun('a'), marks: { ...workingRun('a').marks, stopped: true } }, true],
    [ready, false],
    [{ ...ready, state: { ...readyState, trouble } } as Run, true],
    [savedRun('a', ['a-0']), false],
    [failedRun('a'), true],
    [{ ...failedRun('a'), state: { ...failedRun('a').state, yieldsTo: 'a-g1' } } as Run, false],
  ]
  expect(cards.map(([run]) => needsCard(run))).toEqual(cards.map(([, needs]) => needs))
})

const readyState = {
  phase: 'ready',
  sentAt: 5,
  finishedAt: 9,
  task: { provider: 'kie-kontext', taskId: 'task-1' as TaskId },
  imageUrls: ['https://a.b/c'],
  spareUrls: [],
} as const

describe('the edit of a recipe', () => {
  const base = 'source' as PictureId
  const area = [{ op: 'add', shape: { kind: 'box', box: [1, 1, 5, 5] } }] as const
  const editOf = (about: Partial<Edit> = {}, onBase = base): Edit => ({
    document: emptyDocument(onBase),
    way: 'whole',
    rect: [0, 0, 40, 30],
    sent: { width: 40, height: 30 },
    marks: 'none',
    ...about,
  })
  const recipeOf = (...edits: Edit[]) => ({ sources: [base, 'other' as PictureId], edits })
  const inArea = editOf({ document: { ...emptyDocument(base), area } })

  test('protects the first source if it has an area or extends it', () => {
    const extended = editOf({ way: 'extend' })
    expect(laidEditOf(recipeOf(inArea))).toBe(inArea)
    expect(laidEditOf(recipeOf(extended))).toBe(extended)
    expect(laidEditOf(recipeOf(editOf()))).toBeUndefined()
    expect(laidEditOf(recipeOf(editOf({ way: 'extend' }, 'other' as PictureId)))).toBeUndefined()
    expect(laidEditOf({ sources: [base] })).toBeUndefined()
  })

  test('shows the model its marks where they are drawn on the image or on a copy', () => {
    const shown = (['none', 'burnt', 'reference', 'words'] as const).filter(
      (marks) => markedEditOf(recipeOf(editOf({ marks }))) !== undefined,
    )
    expect(shown).toEqual(['burnt', 'reference'])
    expect(markedEditOf({ sources: [base] })).toBeUndefined()
  })
})

test('the task of a run is known from its answer on', () => {
  const task = { provider: 'kie-kontext', taskId: 'task-1' }
  expect([queuedRun('a'), sendingRun('a'), failedRun('a')].map(taskOf)).toEqual([undefined, undefined, undefined])
  expect([workingRun('a'), savedRun('a', ['a-0'])].map(taskOf)).toEqual([task, task])
})

test('a run is in one phase', () => {
  const runs = [queuedRun('a'), sendingRun('a'), workingRun('a'), savedRun('a', ['b']), failedRun('a')]
  const phases = ['queued', 'sending', 'working', 'saved', 'failed'] as const
  expect(phases.map((phase) => runs.filter((run) => isIn(run, phase)))).toEqual(runs.map((run) => [run]))
})
