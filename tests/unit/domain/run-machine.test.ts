import { describe, expect, test } from 'vitest'
import type { Failure } from '#domain/failure.ts'
import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Phase, Run, RunState, StateIn } from '#domain/run.ts'
import { mayFollow, nextState, type RunEvent } from '#domain/run-machine.ts'
import { queuedRun } from '../../support/gallery-records.ts'

const task = { provider: 'kie-kontext', taskId: 'task-1' as TaskId }
const failure: Failure = { kind: 'rejected', reason: 'no' }
const unconfirmed: Failure = { kind: 'unconfirmed' }
const trouble: Failure = { kind: 'unavailable', detail: 'away' }
const results = { imageUrls: ['https://a.b/c'], spareUrls: ['https://a.b/d'] } as const

const queued: StateIn<'queued'> = { phase: 'queued' }
const sending: StateIn<'sending'> = { phase: 'sending', sentAt: 5 }
const working: StateIn<'working'> = { phase: 'working', sentAt: 5, task }
const ready = { phase: 'ready', sentAt: 5, finishedAt: 9, task, ...results } as StateIn<'ready'>
const saved: StateIn<'saved'> = { phase: 'saved', sentAt: 5, finishedAt: 9, task, pictures: ['a-0' as PictureId] }
const failed: StateIn<'failed'> = { phase: 'failed', failure, chargePossible: false }
const lost: StateIn<'failed'> = { phase: 'failed', failure: unconfirmed, chargePossible: true, sentAt: 5 }
const withTask: StateIn<'failed'> = { ...failed, task, sentAt: 5 }

const fail = { type: 'fail', at: 8, failure, chargePossible: true } as const
const send: RunEvent = { type: 'send', at: 7 }
const accept: RunEvent = { type: 'accept', task }
const finish: RunEvent = { type: 'finish', at: 9, imageUrls: ['https://a.b/c'], spareUrls: ['https://a.b/d'] }
const save: RunEvent = { type: 'save', pictures: ['a-0' as PictureId] }

describe('the state after an event', () => {
  test.each<[string, RunState, RunEvent, RunState]>([
    ['nothing to wait for', queued, { type: 'hold' }, queued],
    ['a time', queued, { type: 'hold', until: 50 }, { phase: 'queued', sendsAt: 50 }],
    [
      'the network, with what went wrong',
      { phase: 'queued', sendsAt: 50 },
      { type: 'hold', waitsFor: 'network', trouble },
      { phase: 'queued', waitsFor: 'network', trouble },
    ],
    ['sent', { phase: 'queued', sendsAt: 50, trouble }, send, { phase: 'sending', sentAt: 7 }],
    ['failed before it was sent', queued, fail, { phase: 'failed', failure, chargePossible: true, failedAt: 8 }],
    ['accepted', sending, accept, working],
    [
      'refused for the limit',
      sending,
      { type: 'refuse', until: 60, trouble },
      { phase: 'queued', sendsAt: 60, trouble },
    ],
    [
      'failed after it was sent',
      sending,
      { ...fail, chargePossible: false },
      { phase: 'failed', failure, chargePossible: false, failedAt: 8, sentAt: 5 },
    ],
    ['a failed poll', working, { type: 'trouble', trouble }, { ...working, trouble }],
    ['a poll that works again', { ...working, trouble }, { type: 'trouble', trouble: undefined }, working],
    ['finished', { ...working, trouble }, finish, ready],
    [
      'failed at the service, for a run that takes its place',
      { ...working, trouble },
      { ...fail, yieldsTo: 'a-g1' as RunId },
      { phase: 'failed', failure, chargePossible: true, failedAt: 8, task, sentAt: 5, yieldsTo: 'a-g1' as RunId },
    ],
    ['a failed download', ready, { type: 'trouble', trouble }, { ...ready, trouble }],
    ['saved', { ...ready, trouble }, save, saved],
    ['looked for by its task', withTask, { type: 'find' }, working],
    ['looked for by a task without a time', { ...failed, task }, { type: 'find' }, { ...working, sentAt: 0 }],
    ['looked for by its lost answer', lost, { type: 'ask', at: 7 }, sending],
    [
      'a lost answer without a time',
      { ...failed, failure: unconfirmed },
      { type: 'ask', at: 7 },
      { ...sending, sentAt: 7 },
    ],
    ['yields', failed, { type: 'yield', to: 'a-g1' as RunId }, { ...failed, yieldsTo: 'a-g1' as RunId }],
    ['yields to nothing', { ...failed, yieldsTo: 'a-g1' as RunId }, { type: 'yield', to: undefined }, failed],
  ])('%s', (_, before, event, after) => {
    expect(nextState(before, event)).toStrictEqual(after)
  })

  const events: RunEvent[] = [
    { type: 'hold' },
    send,
    accept,
    { type: 'refuse', until: 1, trouble },
    { type: 'trouble', trouble },
    finish,
    save,
    fail,
    { type: 'find' },
    { type: 'ask', at: 1 },
    { type: 'yield', to: undefined },
  ]

  test.each<[string, RunState, RunEvent['type'][]]>([
    ['queued', queued, ['hold', 'send', 'fail']],
    ['sending', sending, ['accept', 'refuse', 'fail']],
    ['working', working, ['trouble', 'finish', 'fail']],
    ['ready', ready, ['trouble', 'save']],
    ['saved', saved, []],
    ['failed', failed, ['yield']],
    ['failed with a task', withTask, ['find', 'yield']],
    ['failed without a certain answer', lost, ['ask', 'yield']],
    ['failed with a task and no certain answer', { ...lost, task }, ['find', 'yield']],
  ])('exists for few events where a run is %s', (_, state, allowed) => {
    const accepted = events.filter((event) => nextState(state, event) !== undefined)
    expect(accepted.map(({ type }) => type)).toEqual(allowed)
  })
})

describe('what may replace a stored run', () => {
  const toRun = (state: RunState): Run => ({ ...queuedRun('a'), state })
  const next: RunState[] = [queued, sending, working, ready, saved, failed]

  test.each<[string, RunState, Phase[]]>([
    ['queued', queued, ['queued', 'sending', 'working', 'ready', 'saved', 'failed']],
    ['sending', sending, ['sending', 'working', 'ready', 'saved', 'failed']],
    ['working', working, ['working', 'ready', 'saved', 'failed']],
    ['ready', ready, ['ready', 'saved']],
    ['saved', saved, ['saved']],
    ['failed', failed, ['failed']],
    ['failed with a task', withTask, ['working', 'ready', 'saved', 'failed']],
    ['failed without a certain answer', lost, ['sending', 'working', 'ready', 'saved', 'failed']],
  ])('is a later state where it is %s', (_, stored, phases) => {
    const allowed = next.filter((state) => mayFollow(toRun(stored), toRun(state)))
    expect(allowed.map(({ phase }) => phase)).toEqual(phases)
  })

  test('is a queued one with a time, after the service refused the submission for its limit', () => {
    const later = toRun({ phase: 'queued', sendsAt: 60 })
    expect([sending, working, ready, saved, failed, lost].map((state) => mayFollow(toRun(state), later))).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ])
  })
})
