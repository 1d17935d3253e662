import type { Failure } from './failure.ts'
import type { NonEmpty, PictureId, RunId, TaskId } from './ids.ts'

/** What the form holds, by field name. Flat on purpose: it is stored, compared and recalled as it is. */
export type Draft = Readonly<Record<string, string | number | boolean>>

/** A submitted draft. Never changes. `sources` are in the order they were shown in. */
export interface Recipe {
  /** Id of a family in the catalogue; stored records outlive the catalogue. */
  family: string
  draft: Draft
  sources: readonly PictureId[]
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
  /** "Gemini Nano Banana 2.1": who is asked, and, once there is a picture, who really made it. */
  model: string
  /** About, in US dollars: it is not paid in credits. Absent where it is not known. */
  priceDollars?: number
}

export type RunState =
  /** Ours alone: nothing but free uploads has left this machine. `sendsAt`: the service asked for a pause until then. */
  | { phase: 'queued'; sendsAt?: number }
  /** The submission is on its way. Found after a reload, nobody knows whether it arrived. */
  | { phase: 'sending'; sentAt: number }
  | { phase: 'working'; sentAt: number; task: TaskRef }
  /** Finished at the service, not saved here. `finishedAt` counts the links' lifetime. */
  | {
      phase: 'ready'
      sentAt: number
      finishedAt: number
      task: TaskRef
      imageUrls: NonEmpty<string>
      /** Second sources of the first picture, alive for minutes only. */
      spareUrls: readonly string[]
    }
  | { phase: 'saved'; sentAt: number; finishedAt: number; task: TaskRef; pictures: NonEmpty<PictureId> }
  | {
      phase: 'failed'
      failure: Failure
      chargePossible: boolean
      task?: TaskRef
      sentAt?: number
      failedAt?: number
      /** It is settled that this run, of another service, takes its place. */
      yieldsTo?: RunId
    }

export type Phase = RunState['phase']

/** One paid attempt, from the button to the gallery. Stored before every step that follows from it. Times: epoch ms. */
export type Run = RunState & {
  id: RunId
  recipe: Recipe
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
  /** The user stopped waiting. The task goes on and may be billed; "look again" takes it up. */
  stopped?: true
  /** The last trouble while the run keeps its place (polling or saving goes on). */
  trouble?: Failure
  /** Taken off the gallery by the user; stays in the ledger. */
  dismissed?: true
}

export type RunIn<P extends Phase> = Extract<Run, { phase: P }>

/** The pace of runs that stand for a task sent elsewhere: they cost nothing, and cannot be tried again. */
export const adoptedPace = 'adopted'

export function isAdopted(run: Run): boolean {
  return run.pace === adoptedPace
}

/** The id of the run that would stand in for this one: always the same. */
export function standInId(id: RunId): RunId {
  const [, root = id, times = '0'] = /^(.*)-g(\d+)$/.exec(id) ?? []
  return `${root}-g${Number(times) + 1}` as RunId
}

/** "about $0.03". */
export function describeDollars(dollars: number): string {
  return `about $${dollars.toFixed(2)}`
}

function describePrice({ priceCredits, standsIn }: Run): string {
  if (!standsIn) return `${priceCredits} credits`
  return standsIn.priceDollars === undefined ? 'a price not known here' : describeDollars(standsIn.priceDollars)
}

/** What a run costs or may have cost, in words. */
export function describeCharge(run: Run): string {
  if (isAdopted(run)) return 'no new charge'
  const price = `${describePrice(run)}${run.simulated ? ', simulated' : ''}`
  if (run.phase === 'queued') return `${price}, not sent yet`
  if (run.phase !== 'failed') return price
  return run.chargePossible ? `may have cost ${price}` : 'not charged'
}

export function isOver(run: Run): run is RunIn<'saved'> | RunIn<'failed'> {
  return run.phase === 'saved' || run.phase === 'failed'
}

const rank: Record<Phase, number> = { queued: 0, sending: 1, working: 2, ready: 3, failed: 4, saved: 5 }

/** Whether `next` may take the place of `stored`: a run never goes back, and what is saved stays saved. */
export function mayFollow(stored: Run, next: Run): boolean {
  if (stored.phase === 'failed' && next.phase !== 'failed') {
    // An unconfirmed run is taken up again when its task turns up; nothing else rises from "failed".
    return next.phase !== 'queued' && (stored.failure.kind === 'unconfirmed' || stored.task !== undefined)
  }
  // A submission that was refused for its rate has made nothing: the run waits for its turn again.
  if (stored.phase === 'sending' && next.phase === 'queued') return next.sendsAt !== undefined
  return rank[next.phase] >= rank[stored.phase]
}

/** Whether a run waits for the user: it failed, was stopped, or its result could not be saved. Others are tiles. */
export function needsCard(run: Run): boolean {
  return (
    (run.phase === 'failed' && !run.yieldsTo) ||
    run.stopped === true ||
    (run.phase === 'ready' && run.trouble !== undefined)
  )
}
