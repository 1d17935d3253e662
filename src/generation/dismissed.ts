import { isIn, type Run } from '#domain/run.ts'

/**
 * Only runs that need the user are dismissed: a run that was resumed meanwhile would not be driven any more after a
 * reload.
 */
export function dismissed(run: Run): Run {
  const { marks, state } = run
  const waits = isIn(run, 'failed') || marks.stopped || (state.phase === 'ready' && state.trouble)
  return waits ? { ...run, marks: { ...marks, dismissed: true } } : run
}
