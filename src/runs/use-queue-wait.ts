import { isIn, isOver, type Run } from '#domain/run.ts'
import { learnPace } from '#generation/pace.ts'
import { estimateWaitMs } from '#generation/queue-wait.ts'
import { findFamily } from '#models/catalogue.ts'
import { useLedger } from '#store/ledger-queries.ts'
import { useOpenRuns } from '#store/queries.ts'
import { useNow } from '#ui/elapsed.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

const learnFrom = 200

/**
 * About how long a queued run still waits here before it is sent, in ms; `undefined` if it is not waiting for its turn.
 */
export function useQueueWait(run: Run): number | undefined {
  const open = useOpenRuns().filter((other) => !isOver(other) && !other.marks.stopped)
  const ledger = useLedger(learnFrom)
  const runsAtOnce = useWorkspace((state) => state.runsAtOnce)
  const now = useNow()
  if (!isIn(run, 'queued') || run.state.waitsFor) return undefined
  return estimateWaitMs(run, { open, runsAtOnce, usualMs: (other) => usualMsOf(other, ledger), now })
}

/** From the user's last runs of this kind; until there are three, the model's usual time. */
function usualMsOf({ recipe, marks }: Run, ledger: readonly Run[]): number {
  const durations = ledger.flatMap((past) =>
    isIn(past, 'saved') && past.marks.pace === marks.pace ? [past.state.finishedAt - past.state.sentAt] : [],
  )
  const quote = findFamily(recipe.family)?.quote(recipe.draft, recipe.sources.length)
  return learnPace(durations, quote?.usualMs ?? 10_000).medianMs
}
