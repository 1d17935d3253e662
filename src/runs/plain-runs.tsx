// biome-ignore-all lint/a11y/useSemanticElements: the same roles as the grid it stands in for

import { againLabel, tryAgain } from '#acts/try-again.ts'
import { describeCharge } from '#domain/charge.ts'
import { describeFailure } from '#domain/failure.ts'
import { isAdopted, type Run } from '#domain/run.ts'
import { useGenerator } from '#generation/use-generate.ts'
import { Button } from '#ui/button.tsx'
import { describeRun } from './run-words.ts'

/** Runs as plain text if the grid could not be loaded, because the page's server is gone. */
export function PlainRuns({ runs }: { runs: readonly Run[] }) {
  const generator = useGenerator()
  return (
    <div role="grid" aria-label="Gallery" className="flex flex-col gap-2 overflow-y-auto p-3">
      {runs.map((run) => {
        const failure = run.state.phase === 'failed' ? run.state.failure : undefined
        return (
          <div key={run.id} role="row" tabIndex={-1}>
            <div
              role="gridcell"
              tabIndex={0}
              aria-label={describeRun(run)}
              data-run-id={run.id}
              data-phase={run.state.phase}
              data-failure={failure?.kind}
              className="flex flex-col items-start gap-2 rounded border border-line bg-raised p-3 text-xs"
            >
              <p className="text-ink">{describeRun(run)}</p>
              {failure && (
                <>
                  <p className="text-soft">
                    {describeFailure(failure)} {describeCharge(run)}
                  </p>
                  {!isAdopted(run) && <Button onClick={() => tryAgain(generator, run)}>{againLabel(run)}</Button>}
                </>
              )}
            </div>
          </div>
        )
      })}
    </div>
  )
}
