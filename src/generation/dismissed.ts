import { isIn, type Run } from '#domain/run.ts'

/** Only what waits for the user is taken off: one that was taken up again meanwhile would be driven no more after a reload. */
export function dismissed(run: Run): Run {
  const { marks, state } = run
  const waits = isIn(run, 'failed') || marks.stopped || (state.phase === 'ready' && state.trouble)
  return waits ? { ...run, marks: { ...marks, dismissed: true } } : run
}
