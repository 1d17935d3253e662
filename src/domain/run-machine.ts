import type { Failure } from './failure.ts'
import type { NonEmpty, PictureId, RunId } from './ids.ts'
import type { Phase, Run, RunState, StateIn, TaskRef } from './run.ts'

/** What can happen to a run. Times: epoch ms. */
export type RunEvent =
  /** Not submitted yet: rate-limited until `until`, or offline. */
  | { type: 'hold'; until?: number; waitsFor?: 'network'; trouble?: Failure }
  /** The submission is being sent. */
  | { type: 'send'; at: number }
  /** The service gave a task id. */
  | { type: 'accept'; task: TaskRef }
  /** The service did not take the submission because of its rate limit. */
  | { type: 'refuse'; until: number; trouble: Failure }
  /** Polling or saving has a problem and goes on; `undefined`: the problem is over. */
  | { type: 'trouble'; trouble: Failure | undefined }
  /** The service reports that the task is done. */
  | { type: 'finish'; at: number; imageUrls: NonEmpty<string>; spareUrls: readonly string[] }
  /** The images are saved in the gallery. */
  | { type: 'save'; pictures: NonEmpty<PictureId> }
  /** It failed. `yieldsTo`: a run at another service takes its place. */
  | { type: 'fail'; at: number; failure: Failure; chargePossible: boolean; yieldsTo?: RunId }
  /** Check again for a task whose id is known. */
  | { type: 'find' }
  /** Check again for the lost answer to a submission. `at` is used where the time of sending is not known. */
  | { type: 'ask'; at: number }
  /** A run at another service takes its place; `undefined`: there is none after all. */
  | { type: 'yield'; to: RunId | undefined }

type EventType = RunEvent['type']
type EventOf<T extends EventType> = Extract<RunEvent, { type: T }>

interface Row<From extends Phase, T extends EventType, To extends Phase> {
  to: To
  next(state: StateIn<From>, event: EventOf<T>): StateIn<To>
  /**
   * This step goes back to an earlier phase, and only if the condition holds. All other steps go forward, and steps in
   * between may be skipped.
   */
  backWhen?(state: StateIn<From>): boolean
}
type Rows<From extends Phase> = { [T in EventType]?: { [To in Phase]: Row<From, T, To> }[Phase] }

/**
 * The states of one generation, from the button to the gallery: phase × event → next state. What is not listed is not
 * allowed. The runner makes every step with this table, and the store refuses steps that it does not allow.
 */
const table: { [From in Phase]: Rows<From> } = {
  queued: {
    hold: { to: 'queued', next: (_, { until, waitsFor, trouble }) => held(until, waitsFor, trouble) },
    send: { to: 'sending', next: (_, { at }) => ({ phase: 'sending', sentAt: at }) },
    fail: { to: 'failed', next: failed },
  },
  sending: {
    accept: { to: 'working', next: ({ sentAt }, { task }) => ({ phase: 'working', sentAt, task }) },
    refuse: {
      to: 'queued',
      next: (_, { until, trouble }) => held(until, undefined, trouble),
      // A submission refused for the rate limit has made nothing, so the run goes back to the queue.
      backWhen: () => true,
    },
    fail: { to: 'failed', next: failed },
  },
  working: {
    trouble: { to: 'working', next: withTrouble },
    finish: {
      to: 'ready',
      next: ({ sentAt, task }, { at, imageUrls, spareUrls }) => ({
        phase: 'ready',
        sentAt,
        finishedAt: at,
        task,
        imageUrls,
        spareUrls,
      }),
    },
    fail: { to: 'failed', next: failed },
  },
  ready: {
    trouble: { to: 'ready', next: withTrouble },
    save: {
      to: 'saved',
      next: ({ sentAt, finishedAt, task }, { pictures }) => ({ phase: 'saved', sentAt, finishedAt, task, pictures }),
    },
  },
  saved: {},
  failed: {
    find: {
      to: 'working',
      next: ({ task, sentAt = 0 }) => ({ phase: 'working', sentAt, task: task as TaskRef }),
      backWhen: ({ task }) => task !== undefined,
    },
    ask: {
      to: 'sending',
      next: ({ sentAt }, { at }) => ({ phase: 'sending', sentAt: sentAt ?? at }),
      backWhen: ({ task, failure }) => task === undefined && failure.kind === 'unconfirmed',
    },
    yield: {
      to: 'failed',
      next: ({ yieldsTo: _before, ...state }, { to }) => ({ ...state, ...(to === undefined ? {} : { yieldsTo: to }) }),
    },
  },
}

function held(until?: number, waitsFor?: 'network', trouble?: Failure): StateIn<'queued'> {
  return {
    phase: 'queued',
    ...(until === undefined ? {} : { sendsAt: until }),
    ...(waitsFor === undefined ? {} : { waitsFor }),
    ...(trouble === undefined ? {} : { trouble }),
  }
}

function failed(
  state: StateIn<'queued' | 'sending' | 'working'>,
  { at, failure, chargePossible, yieldsTo }: EventOf<'fail'>,
): StateIn<'failed'> {
  return {
    phase: 'failed',
    failure,
    chargePossible,
    failedAt: at,
    ...('task' in state ? { task: state.task } : {}),
    ...('sentAt' in state ? { sentAt: state.sentAt } : {}),
    ...(yieldsTo === undefined ? {} : { yieldsTo }),
  }
}

function withTrouble<S extends StateIn<'working' | 'ready'>>(state: S, { trouble }: EventOf<'trouble'>): S {
  const { trouble: _before, ...rest } = state
  return { ...rest, ...(trouble === undefined ? {} : { trouble }) } as S
}

/** The state after an event; `undefined` if the event is not allowed in this state. */
export function nextState(state: RunState, event: RunEvent): RunState | undefined {
  const row = table[state.phase][event.type] as AnyRow | undefined
  if (!row || row.backWhen?.(state as never) === false) return undefined
  return row.next(state as never, event as never)
}

type AnyRow = Pick<Row<Phase, EventType, Phase>, 'to'> & {
  next(state: never, event: never): RunState
  backWhen?(state: never): boolean
}

const rowsOf = (phase: Phase) => Object.values(table[phase]) as AnyRow[]

/** Whether forward steps lead from one phase to the other. */
function isAhead(from: Phase, to: Phase): boolean {
  return rowsOf(from).some((row) => !row.backWhen && row.to !== from && (row.to === to || isAhead(row.to, to)))
}

/**
 * Whether `next` may replace `stored`. Forward steps may be skipped: another window or a full disk may have kept the
 * steps in between from being stored. A step back must be one of the few in the table.
 */
export function mayFollow({ state: stored }: Run, { state: next }: Run): boolean {
  if (stored.phase === next.phase || isAhead(stored.phase, next.phase)) return true
  // A run that went back to the queue must have a time before which it is not sent again.
  if (next.phase === 'queued' && next.sendsAt === undefined) return false
  const back = rowsOf(stored.phase).filter((row) => row.backWhen?.(stored as never))
  return back.some((row) => row.to === next.phase || isAhead(row.to, next.phase))
}

/** Applies an event to a run; `undefined` if it is not allowed. The marks stay as they are. */
export function step(run: Run, event: RunEvent): Run | undefined {
  const state = nextState(run.state, event)
  return state && { ...run, state }
}
