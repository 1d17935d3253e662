import { needsCard, type Run } from '#domain/run.ts'
import { RunCard } from './run-card.tsx'
import { RunTile } from './run-tile.tsx'
import { describeRun } from './run-words.ts'

function Cell({ run, onSettings }: { run: Run; onSettings: () => void }) {
  return needsCard(run) ? <RunCard run={run} onSettings={onSettings} /> : <RunTile run={run} />
}

/** How a run is shown inside the gallery's grid. */
export const runView = { describe: describeRun, Cell }
