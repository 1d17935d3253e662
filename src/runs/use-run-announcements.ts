import { useEffect, useRef } from 'react'
import { describeFailure } from '#domain/failure.ts'
import type { RunId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { Phase, Run } from '#domain/run.ts'
import { announce } from '#ui/announce.tsx'
import { describeRun, promptOf } from './run-words.ts'

const lookAt = 20

/**
 * Announces runs to screen readers: their steps politely, failures at once. Silent about what existed at `openedAt`, in
 * ms since 1970.
 */
export function useRunAnnouncements(runs: readonly Run[], pictures: readonly Picture[], openedAt: number): void {
  const phases = useRef(new Map<RunId, Phase>())

  useEffect(() => {
    for (const run of runs) {
      const before = phases.current.get(run.id)
      phases.current.set(run.id, run.state.phase)
      const isNews = before === undefined ? run.marks.createdAt >= openedAt : before !== run.state.phase
      if (!isNews) continue
      if (run.state.phase === 'failed' && !run.state.yieldsTo)
        announce(`${promptOf(run)}: ${describeFailure(run.state.failure)}`, 'assertive')
      else if (run.state.phase !== 'ready') announce(describeRun(run))
    }
    for (const { origin, prompt } of pictures.slice(0, lookAt)) {
      if (origin.kind === 'made' && phases.current.delete(origin.run)) announce(`${prompt}: saved`)
    }
  }, [runs, pictures, openedAt])
}
