import type { Run } from '#domain/run.ts'
import { useLedger } from '#store/ledger-queries.ts'
import { learnPace } from './pace.ts'

const learnFrom = 200

/**
 * How long runs of the same model and size usually take: the median of the user's last ones in ms, `undefined` until
 * there are three.
 */
export function useUsualMs({ marks: { pace, simulated } }: Run): number | undefined {
  const ledger = useLedger(learnFrom)
  const durations = ledger.flatMap((run) =>
    run.state.phase === 'saved' && run.marks.pace === pace && run.marks.simulated === simulated
      ? [run.state.finishedAt - run.state.sentAt]
      : [],
  )
  return durations.length < 3 ? undefined : learnPace(durations, 0).medianMs
}
