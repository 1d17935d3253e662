import type { RunId } from '#domain/ids.ts'
import type { Marks, Run, RunState } from '#domain/run.ts'
import type { RunOfVersion1, StoredRun } from './schema.ts'
import type { GalleryStore } from './store.ts'

export type RunWrites = Pick<GalleryStore, 'saveRun' | 'startRuns' | 'amendRun' | 'removeRun'>

/**
 * Steps that did not fit on the disk, until a later step of the same run is written. Each maps the stored run to the
 * one to show.
 */
export type UnwrittenSteps = Map<RunId, (stored: Run) => Run>

export function shownRun(record: StoredRun | RunOfVersion1, unwritten: UnwrittenSteps): Run {
  const stored = toRun(record)
  return unwritten.get(record.id)?.(stored) ?? stored
}

export function isOpen({ marks, state }: Run): boolean {
  return state.phase !== 'saved' && marks.dismissed !== true
}

export function toStoredRun(run: Run): StoredRun {
  const { createdAt } = run.marks
  return { ...run, order: [-createdAt, run.id], ...(isOpen(run) ? { openSince: createdAt } : {}) }
}

/** Reads records of every version. Version 1 kept marks and state together in one flat record. */
export function toRun({ order: _order, openSince: _openSince, ...record }: StoredRun | RunOfVersion1): Run {
  return 'state' in record ? record : unflattened(record)
}

const markNames: Readonly<Record<keyof Marks, true>> = {
  createdAt: true,
  priceCredits: true,
  pace: true,
  standsIn: true,
  again: true,
  simulated: true,
  gateway: true,
  proxy: true,
  batch: true,
  stopped: true,
  dismissed: true,
}

function unflattened({ id, recipe, ...flat }: Omit<RunOfVersion1, 'order' | 'openSince'>): Run {
  const entries = Object.entries(flat)
  const isMark = ([name]: [string, unknown]) => Object.hasOwn(markNames, name)
  return {
    id,
    recipe,
    marks: Object.fromEntries(entries.filter(isMark)) as unknown as Marks,
    state: Object.fromEntries(entries.filter((entry) => !isMark(entry))) as unknown as RunState,
  }
}
