import { createContext, useContext } from 'react'
import type { Run } from '#domain/run.ts'
import { useLedger } from '#store/queries.ts'
import type { Generator } from './generator.ts'
import { learnPace } from './pace.ts'

export const GeneratorContext = createContext<Generator | undefined>(undefined)

/** The one way for a screen to start, stop and take up runs. */
export function useGenerator(): Generator {
  const generator = useContext(GeneratorContext)
  if (!generator) throw new Error('useGenerator needs a GeneratorContext')
  return generator
}

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
