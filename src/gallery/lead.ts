import type { PictureId, RunId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { needsCard, type Run } from '#domain/run.ts'
import { byNewest } from '#store/shelf-list.ts'
import type { Before } from './contents.ts'
import type { Item } from './items.ts'

interface Slot {
  /** As last seen. */
  run: Run
  /** Its images have been in the list; images restored from the bin return to the same position. */
  settled: boolean
}

/**
 * The positions of the runs that were seen running, newest first. An image keeps the position of its run until the next
 * run starts.
 */
export type Lead = readonly Slot[]

/** The run is gone and has no image yet: it was saved, and the list of images is slightly behind. */
function isWaited({ run, settled }: Slot): boolean {
  return !settled && (run.state.phase === 'sending' || run.state.phase === 'working' || run.state.phase === 'ready')
}

const noAnswers: readonly Picture[] = []

/**
 * The next lead; the same object if nothing changed. `answers`: those that were laid into their source, whose positions
 * the laid-in images take.
 */
export function advanceLead(seen: Lead, runs: readonly Run[], pictures: readonly Picture[], answers = noAnswers): Lead {
  const standIns = new Map(runs.flatMap((run) => (run.marks.standsIn ? [[run.marks.standsIn.for, run]] : [])))
  const openRuns = standIns.size === 0 ? runs : runs.filter(({ id }) => !standIns.has(id))
  const open = new Map(openRuns.map((run) => [run.id, run]))
  const lead = standIns.size === 0 ? seen : withStandIns(seen, standIns)
  const known = new Set(lead.map(({ run }) => run.id))
  if (openRuns.some((run) => !known.has(run.id))) {
    const waited = lead.filter((slot) => !open.has(slot.run.id) && isWaited(slot))
    const slots = [...openRuns.map((run) => ({ run, settled: false })), ...waited]
    return slots.sort((a, b) => byNewest(dated(a.run), dated(b.run)))
  }
  const made = madeBy(pictures, answers, known)
  const answered = new Set(answers.flatMap(({ origin }) => (origin.kind === 'made' ? [origin.run] : [])))
  const next = lead.flatMap((slot) => {
    const run = open.get(slot.run.id) ?? slot.run
    const settled = slot.settled || made.has(run.id) || answered.has(run.id)
    if (!open.has(run.id) && !settled && !isWaited(slot)) return []
    return run === slot.run && settled === slot.settled ? [slot] : [{ run, settled }]
  })
  return next.length === seen.length && next.every((slot, index) => slot === seen[index]) ? seen : next
}

/** A run that replaces another one takes over its position. */
function withStandIns(lead: Lead, standIns: ReadonlyMap<RunId, Run>): Lead {
  const known = new Set(lead.map(({ run }) => run.id))
  return lead.map((slot) => {
    const run = standIns.get(slot.run.id)
    return run && !known.has(run.id) ? { run, settled: false } : slot
  })
}

/** What comes before the images of the shelf. */
export function arrange(
  lead: Lead,
  openRuns: readonly Run[],
  pictures: readonly Picture[],
  answers = noAnswers,
): Before {
  const open = new Set(openRuns.map((run) => run.id))
  const made = madeBy(pictures, answers, new Set(lead.map(({ run }) => run.id)))
  return {
    cards: lead.flatMap(({ run }) => (open.has(run.id) && needsCard(run) ? [run] : [])),
    lead: lead.flatMap(({ run, settled }): readonly Item[] => {
      const own = made.get(run.id)
      if (own) return own
      return settled || needsCard(run) ? [] : [run]
    }),
  }
}

function madeBy(
  pictures: readonly Picture[],
  answers: readonly Picture[],
  runs: ReadonlySet<RunId>,
): Map<RunId, Picture[]> {
  const made = new Map<RunId, Picture[]>()
  if (runs.size === 0) return made
  const laid = new Map(answers.flatMap(laidRun))
  for (const picture of pictures) {
    const run = picture.origin.kind === 'made' ? picture.origin.run : laid.get(picture.id)
    if (run !== undefined && runs.has(run)) made.set(run, [...(made.get(run) ?? []), picture])
  }
  return made
}

/** The image that an answer was laid into, with the run that made the answer. */
function laidRun({ laying, origin }: Picture): (readonly [PictureId, RunId])[] {
  return laying?.kind === 'laid' && origin.kind === 'made' ? [[laying.picture, origin.run]] : []
}

function dated({ id, marks: { createdAt } }: Run) {
  return { id, createdAt }
}
