import { Trash2 } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Picture } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import { useOpenRuns, usePictures } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { lazyPart } from '#ui/lazy-part.tsx'
import { useLoaded } from '#ui/use-loaded.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { GalleryHead } from './gallery-head.tsx'
import { advanceLead, arrange, type Lead } from './lead.ts'
import type { RunScreens } from './run-screens.ts'
import { FillingProgress, FirstRun, useFillSamples } from './samples.tsx'
import { useSamplesParam } from './use-samples-param.ts'

// An empty gallery, which is how the first visit begins, needs neither.
const loadGrid = () => import('./gallery-body.tsx')
const Bin = lazyPart(() => import('./bin.tsx').then((module) => module.Bin))

interface GalleryProps {
  runScreens: RunScreens
  /** Whether no real service is behind; `undefined` until the proxy has said so. */
  simulated?: boolean | undefined
  onSettings: () => void
}

/** The right column: runs in work and the pictures they became, or the bin. */
export function Gallery({ runScreens, simulated, onSettings }: GalleryProps) {
  const [inBin, setInBin] = useState(false)
  const runs = useOpenRuns()
  const { pictures, complete, isPending } = usePictures('gallery')
  const { filling, fill } = useFillSamples()
  const contents = useContents(runs, pictures)
  const isEmpty = runs.length === 0 && pictures.length === 0
  // Loaded while the first words are written, so that the first run finds its place at once.
  const isComposing = useWorkspace(({ drafts }) => Object.values(drafts).some(({ prompt }) => prompt !== ''))
  const { part: grid, failed: isGridMissing } = useLoaded(loadGrid, !isEmpty || isComposing)
  const { part: runView, failed: isViewMissing } = useLoaded(runScreens.load, !isEmpty || isComposing)
  useSamplesParam({ simulated, isEmpty: isPending ? undefined : isEmpty }, fill)

  const binButton = (
    <Button
      variant="quiet"
      icon={Trash2}
      aria-pressed={inBin}
      onClick={() => setInBin(!inBin)}
      className="aria-pressed:text-ink aria-pressed:bg-hover"
    >
      Bin
    </Button>
  )
  if (inBin) return <Bin toggle={binButton} onSettings={onSettings} />
  return (
    <div className="absolute inset-0 flex flex-col">
      <GalleryHead title="Gallery" count={complete && !isEmpty ? pictures.length : undefined}>
        {binButton}
      </GalleryHead>
      {filling && <FillingProgress filling={filling} />}
      {!filling && !isPending && isEmpty && <FirstRun onDemo={() => void fill()} />}
      {!filling && !isEmpty && (isGridMissing || isViewMissing) && <runScreens.Plain runs={runs} />}
      {!filling && !isEmpty && grid && runView && (
        <grid.GalleryBody
          hasSamples={pictures.some(({ origin }) => origin.kind === 'sample')}
          contents={contents}
          runView={runView}
          onSettings={onSettings}
        />
      )}
    </div>
  )
}

/** What stands in the grid. The places of the runs are remembered from one drawing to the next. */
function useContents(runs: readonly Run[], pictures: readonly Picture[]) {
  const [lead, setLead] = useState<Lead>([])
  const next = advanceLead(lead, runs, pictures)
  if (next !== lead) setLead(next)
  return useMemo(() => arrange(next, runs, pictures), [next, runs, pictures])
}
