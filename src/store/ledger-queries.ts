import { useQuery } from '@tanstack/react-query'
import type { Run } from '#domain/run.ts'
import { keys, storedList, useStore } from './queries.ts'

const noRuns: readonly Run[] = []

/** The last runs, newest first, created at or after `since`. */
export function useLedger(limit: number, since?: number): readonly Run[] {
  const store = useStore()
  const { data } = useQuery({
    ...storedList,
    queryKey: keys.recent(limit, since),
    queryFn: () => store.recentRuns(limit, since),
  })
  return data ?? noRuns
}
