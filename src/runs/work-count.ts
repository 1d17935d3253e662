import { isOver } from '#domain/run.ts'
import { useOpenRuns } from '#store/queries.ts'

/** How many runs are under way and waited for. */
export function useWorkCount(): number {
  return useOpenRuns().filter((run) => !isOver(run) && !run.marks.stopped).length
}
