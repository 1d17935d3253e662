import type { Recipe, Run } from '#domain/run.ts'

/** What a driver may be told while it drives. */
export interface DriveOptions {
  /** Ends our waiting, never the task. */
  signal: AbortSignal
  /** Called after each stored step. */
  onStep?: (run: Run) => void
}

/** The machine of one generation: queued, sending, working, ready, saved. Starting, resuming and looking again are the same call. */
export interface Runner {
  /** Checks the recipe and stores a run in "queued". Rejects with `invalid` when the form cannot be sent; sends nothing. */
  create(recipe: Recipe): Promise<Run>
  /** Takes a run as far as it will go and gives its last stored step. Only one window drives a run; others return at once. */
  drive(run: Run, options: DriveOptions): Promise<Run>
}
