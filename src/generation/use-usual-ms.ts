import type { Run } from '#domain/run.ts'
import { useLedger } from '#store/queries.ts'
import { learnPace } from './pace.ts'

const learnFrom = 200

/**
 * How long runs like this one, of the same model and size, usually take: the median of the own last ones, or `undefined`
 * until there are three. Ms.
 */
export function useUsualMs({ pace, simulated }: Run): number | undefined {
  const ledger = useLedger(learnFrom)
  const durations = ledger.flatMap((run) =>
    run.phase === 'saved' && run.pace === pace && run.simulated === simulated ? [run.finishedAt - run.sentAt] : [],
  )
  return durations.length < 3 ? undefined : learnPace(durations, 0).medianMs
}
