import type { Edit } from './edit.ts'
import type { Failure } from './failure.ts'
import type { BatchId, NonEmpty, PictureId, RunId, TaskId } from './ids.ts'

/** What the form holds, by field name. Flat on purpose: it is stored, compared and recalled as it is. */
export type Draft = Readonly<Record<string, string | number | boolean>>

/** A submitted draft. Never changes. `sources` are in the order they were shown in. */
export interface Recipe {
  /** Id of a family in the catalogue; stored records outlive the catalogue. */
  family: string
  draft: Draft
  sources: readonly PictureId[]
  /** What is done to sources before they are sent, each named by its document's `base`. An area protects the first one. */
  edits?: readonly Edit[]
}

/** The edit of the protected source: its pixels outside the area are kept. */
export function areaEditOf({ edits, sources }: Pick<Recipe, 'edits' | 'sources'>): Edit | undefined {
  return edits?.find(({ document }) => document.base === sources[0] && document.area.length > 0)
}

/** More than this is a slip rather than a wish: at the usual pace it takes half an hour. */
export const mostInBatch = 100

/** Several recipes that are asked about and started as one. `priceCredits`: the sum. */
export interface Batch {
  recipes: NonEmpty<Recipe>
  priceCredits: number
}

/** The place of a run, or of its image, in its batch: `index` counts from 0, `of` is the size of the batch. */
export interface BatchPlace {
  id: BatchId
  index: number
  of: number
}

export interface TaskRef {
  provider: string
  taskId: TaskId
}

/** What the user has said of the fallback: ask each time, go ahead, do without. */
export type FallbackRule = 'ask' | 'always' | 'never'

/** How a run is sent to another service than its recipe's own. */
export interface StandIn {
  /** The refused run whose place it takes. */
  for: RunId
  provider: string
  /** "Gemini Nano Banana 2.1": who is asked, and, once there is an image, who really made it. */
  model: string
  /** About, in US dollars: it is not paid in credits. Absent where it is not known. */
  priceDollars?: number
}

/** Where a run is. `run-machine.ts` says how one state follows another. Times: epoch ms. */
export type RunState =
  /**
   * Nothing but free uploads has left this computer. `sendsAt`: not submitted before then, because of a limit.
   * `waitsFor`: what has to come back first.
   */
  | { phase: 'queued'; sendsAt?: number; waitsFor?: 'network'; trouble?: Failure }
  /** The submission is on its way. Found after a reload, nobody knows whether it arrived. */
  | { phase: 'sending'; sentAt: number; trouble?: never }
  /** `trouble`: why the last poll failed; polling goes on. */
  | { phase: 'working'; sentAt: number; task: TaskRef; trouble?: Failure }
  /** Finished at the service, not saved here. `finishedAt` counts the links' lifetime. `trouble`: why saving failed. */
  | {
      phase: 'ready'
      sentAt: number
      finishedAt: number
      task: TaskRef
      imageUrls: NonEmpty<string>
      /** Second sources of the first image, alive for minutes only. */
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
      /** It is settled that this run, of another service, takes its place. */
      yieldsTo?: RunId
      trouble?: never
    }

export type Phase = RunState['phase']
export type StateIn<P extends Phase> = Extract<RunState, { phase: P }>

/** What belongs to a run in every state. A step of the machine keeps all of it. Times: epoch ms. */
export interface Marks {
  createdAt: number
  priceCredits: number
  /** "flux-kontext-pro", "flux-2/flex 2K": runs of one pace take alike long. */
  pace: string
  standsIn?: StandIn
  /** The user's own second try of what was refused. */
  again?: true
  /** No real service was behind it. */
  simulated?: true
  /** The gateway that it was sent to, by its id. */
  gateway?: string
  /** Address of the proxy that it was sent through. Everything about its task is asked there. */
  proxy?: string
  batch?: BatchPlace
  /** The user stopped waiting. The task goes on and may be billed; "look again" takes it up. */
  stopped?: true
  /** Taken off the gallery by the user; stays in the ledger. */
  dismissed?: true
}

/** One paid attempt, from the button to the gallery. Stored before every step that follows from it. */
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

/** The service's own job for a run, where it is known. */
export function taskOf({ state }: Run): TaskRef | undefined {
  return 'task' in state ? state.task : undefined
}

/** The pace of runs that stand for a task sent elsewhere: they cost nothing, and cannot be tried again. */
export const adoptedPace = 'adopted'

export function isAdopted(run: Run): boolean {
  return run.marks.pace === adoptedPace
}

/** The id of the run that would stand in for this one: always the same. */
export function standInId(id: RunId): RunId {
  const [, root = id, times = '0'] = /^(.*)-g(\d+)$/.exec(id) ?? []
  return `${root}-g${Number(times) + 1}` as RunId
}

/**
 * The ids under which a run may be tried again, first to last: `times` counts from 1. Always the same, in every window. They
 * do not grow with each try: a proxy takes no key of more than 64 characters.
 */
export function againId(id: RunId, times: number): RunId {
  const [, root = id, before = '0'] = /^(.*?)(?:-r(\d+))?(?:-g\d+)?$/.exec(id) ?? []
  return `${root}-r${Number(before) + times}` as RunId
}

/** "about $0.03". */
export function describeDollars(dollars: number): string {
  return `about $${dollars.toFixed(2)}`
}

function describePrice({ priceCredits, standsIn }: Marks): string {
  if (!standsIn) return `${priceCredits} credits`
  return standsIn.priceDollars === undefined ? 'a price not known here' : describeDollars(standsIn.priceDollars)
}

/** What a run costs or may have cost, in words. */
export function describeCharge(run: Run): string {
  if (isAdopted(run)) return 'no new charge'
  const { marks, state } = run
  const price = `${describePrice(marks)}${marks.simulated ? ', simulated' : ''}`
  if (state.phase === 'queued') return `${price}, not sent yet`
  if (state.phase !== 'failed') return price
  return state.chargePossible ? `may have cost ${price}` : 'not charged'
}

export function isOver(run: Run): run is RunIn<'saved'> | RunIn<'failed'> {
  return run.state.phase === 'saved' || run.state.phase === 'failed'
}

/** Whether a run waits for the user: it failed, was stopped, or its result could not be saved. Others are tiles. */
export function needsCard({ marks, state }: Run): boolean {
  return (
    (state.phase === 'failed' && !state.yieldsTo) ||
    marks.stopped === true ||
    (state.phase === 'ready' && state.trouble !== undefined)
  )
}
