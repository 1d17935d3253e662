import type { Edit } from './edit.ts'
import type { Failure } from './failure.ts'
import type { BatchId, NonEmpty, PictureId, RunId, TaskId } from './ids.ts'

/** The values of the form, by field name. Flat, because it is stored, compared and restored as it is. */
export type Draft = Readonly<Record<string, string | number | boolean>>

/** A submitted draft. Never changes. `sources` are in the order in which they were shown. */
export interface Recipe {
  /** Id of a family in the catalogue. Stored records may name a family that no longer exists. */
  family: string
  draft: Draft
  sources: readonly PictureId[]
  /**
   * What is done to sources before they are sent; `base` of each document names the source. An area protects the first
   * source.
   */
  edits?: readonly Edit[]
}

/** The edit of the first source whose pixels are kept: the answer is laid into its area, or around it. */
export function laidEditOf(recipe: Pick<Recipe, 'edits' | 'sources'>): Edit | undefined {
  const edit = firstEditOf(recipe)
  return edit && (edit.document.area.length > 0 || edit.way === 'extend') ? edit : undefined
}

/** The edit whose marks the model was shown, on the first source or on a copy of it. */
export function markedEditOf(recipe: Pick<Recipe, 'edits' | 'sources'>): Edit | undefined {
  const edit = firstEditOf(recipe)
  return edit && (edit.marks === 'burnt' || edit.marks === 'reference') ? edit : undefined
}

function firstEditOf({ edits, sources }: Pick<Recipe, 'edits' | 'sources'>): Edit | undefined {
  return edits?.find(({ document }) => document.base === sources[0])
}

/** A larger batch is probably a mistake: at the usual rate this many runs take half an hour. */
export const mostInBatch = 100

/** Several recipes that are confirmed and started together. `priceCredits` is the total. */
export interface Batch {
  recipes: NonEmpty<Recipe>
  priceCredits: number
}

/** The place of a run, or of its image, in its batch: `index` from 0, `of` is the size of the batch. */
export interface BatchPlace {
  id: BatchId
  index: number
  of: number
}

export interface TaskRef {
  provider: string
  taskId: TaskId
}

/** The user's setting for the fallback service: ask each time, use it, never use it. */
export type FallbackRule = 'ask' | 'always' | 'never'

/** How a run is sent to another service than its recipe names. */
export interface StandIn {
  /** The refused run that this one replaces. */
  for: RunId
  provider: string
  /** "Gemini Nano Banana 2.1": the model that is asked and, once there is an image, the model that really made it. */
  model: string
  /** About, in US dollars: it is not paid in credits. Absent if not known. */
  priceDollars?: number
}

/** The state of a run. `run-machine.ts` defines the transitions. Times: epoch ms. */
export type RunState =
  /**
   * Nothing but free uploads has left this computer. `sendsAt`: not submitted before then, because of a limit.
   * `waitsFor`: what has to be available first.
   */
  | { phase: 'queued'; sendsAt?: number; waitsFor?: 'network'; trouble?: Failure }
  /** The submission is on its way. After a reload it is not known whether it arrived. */
  | { phase: 'sending'; sentAt: number; trouble?: never }
  /** `trouble`: why the last poll failed; polling continues. */
  | { phase: 'working'; sentAt: number; task: TaskRef; trouble?: Failure }
  /**
   * Finished at the service, not saved here. The lifetime of the links starts at `finishedAt`. `trouble`: why saving
   * failed.
   */
  | {
      phase: 'ready'
      sentAt: number
      finishedAt: number
      task: TaskRef
      imageUrls: NonEmpty<string>
      /** Other addresses of the first image, valid only for minutes. */
      spareUrls: readonly string[]
      trouble?: Failure
    }
  | {
      phase: 'saved'
      sentAt: number
      finishedAt: number
      task: TaskRef
      pictures: NonEmpty<PictureId>
      trouble?: never
    }
  | {
      phase: 'failed'
      failure: Failure
      chargePossible: boolean
      task?: TaskRef
      sentAt?: number
      failedAt?: number
      /** The run of another service that takes this one's place. */
      yieldsTo?: RunId
      trouble?: never
    }

export type Phase = RunState['phase']
export type StateIn<P extends Phase> = Extract<RunState, { phase: P }>

/** What a run keeps in every state; no step of the machine removes it. Times: epoch ms. */
export interface Marks {
  createdAt: number
  priceCredits: number
  /** "flux-kontext-pro", "flux-2/flex 2K": runs with the same value take about the same time. */
  pace: string
  standsIn?: StandIn
  /** The user tried a refused run again. */
  again?: true
  /** Made without a real service. */
  simulated?: true
  /** The id of the gateway it was sent to. */
  gateway?: string
  /** Address of the proxy that it was sent through. Everything about its task is asked for there. */
  proxy?: string
  batch?: BatchPlace
  /** The user stopped waiting. The task goes on and may be billed; "Check again" resumes it. */
  stopped?: true
  /** Removed from the gallery by the user; still in Tasks. */
  dismissed?: true
}

/** One paid attempt, from the button to the gallery. Each step is stored before anything follows from it. */
export interface Run {
  id: RunId
  recipe: Recipe
  marks: Marks
  state: RunState
}

export type RunIn<P extends Phase> = { [Q in P]: Run & { state: StateIn<Q> } }[P]

export function isIn<P extends Phase>(run: Run, phase: P): run is RunIn<P> {
  return run.state.phase === phase
}

/** The service's own job for a run, if known. */
export function taskOf({ state }: Run): TaskRef | undefined {
  return 'task' in state ? state.task : undefined
}

/** The pace of runs for tasks that were submitted elsewhere: they cost nothing and cannot be tried again. */
export const adoptedPace = 'adopted'

export function isAdopted(run: Run): boolean {
  return run.marks.pace === adoptedPace
}

/** The id of the run that replaces this one at the fallback service: always the same. */
export function standInId(id: RunId): RunId {
  const root = id.replace(/-g\d+$/, '')
  return `${root}-g${numberAfter(root, id) + 1}` as RunId
}

/**
 * The ids of further tries of a run; `times` counts from 1. The same in every window. The length stays the same with
 * each try, because a proxy accepts keys of at most 64 characters.
 */
export function againId(id: RunId, times: number): RunId {
  const own = id.replace(/-g\d+$/, '')
  const root = own.replace(/-r\d+$/, '')
  return `${root}-r${numberAfter(root, own) + times}` as RunId
}

/** The number in an ending such as "-g2"; 0 if the id is the root itself. */
function numberAfter(root: string, id: string): number {
  return Number(id.slice(root.length + 2))
}

export function isOver(run: Run): run is RunIn<'saved'> | RunIn<'failed'> {
  return run.state.phase === 'saved' || run.state.phase === 'failed'
}

/** Whether a run needs the user: it failed, was stopped, or its result could not be saved. Other runs are tiles. */
export function needsCard({ marks, state }: Run): boolean {
  return (
    (state.phase === 'failed' && !state.yieldsTo) ||
    marks.stopped === true ||
    (state.phase === 'ready' && state.trouble !== undefined)
  )
}
