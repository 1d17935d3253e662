import { Trash2 } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Picture } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import { useOpenRuns, usePictures, useStore } from '#store/queries.ts'
import type { GalleryStore } from '#store/store.ts'
import { Button } from '#ui/button.tsx'
import { lazyPart } from '#ui/lazy-part.tsx'
import { useShortcut } from '#ui/shortcut.ts'
import { useLoaded } from '#ui/use-loaded.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { Attention } from './attention.tsx'
import { GalleryHead } from './gallery-head.tsx'
import type { Contents } from './gallery-rows.ts'
import { advanceLead, arrange, type Lead } from './lead.ts'
import type { RunScreens } from './run-screens.ts'
import { FillingProgress, FirstRun, SamplesLine, useFillSamples } from './samples.tsx'

import { useSamplesParam } from './use-samples-param.ts'

// An empty gallery, which is how the first visit begins, needs neither.
const loadGrid = () => import('./gallery-grid.tsx')
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
  const store = useStore()
  const { filling, fill } = useFillSamples()
  const contents = useContents(runs, pictures)
  const [attentionOpen, setAttentionOpen] = useState(false)
  const isFolding = contents.cards.length >= foldFrom
  const isEmpty = runs.length === 0 && pictures.length === 0
  // Loaded while the first words are written, so that the first run finds its place at once.
  const isComposing = useWorkspace(({ drafts }) => Object.values(drafts).some(({ prompt }) => prompt !== ''))
  const { part: grid, failed: isGridMissing } = useLoaded(loadGrid, !isEmpty || isComposing)
  const { part: runView, failed: isViewMissing } = useLoaded(runScreens.load, !isEmpty || isComposing)
  useSamplesParam({ simulated, isEmpty: isPending ? undefined : isEmpty }, fill)
  useShortcut('mod+z', () => void undo(store))

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
      {!filling && pictures.some((picture) => picture.origin.kind === 'sample') && <SamplesLine />}
      {!filling && !isPending && isEmpty && <FirstRun onDemo={() => void fill()} />}
      {!filling && !isEmpty && (isGridMissing || isViewMissing) && <runScreens.Plain runs={runs} />}
      {!filling && !isEmpty && grid && runView && (
        <>
          {isFolding && (
            <Attention runs={contents.cards} open={attentionOpen} onToggle={() => setAttentionOpen(!attentionOpen)} />
          )}
          <grid.GalleryGrid
            contents={isFolding && !attentionOpen ? withoutCards(contents) : contents}
            runView={runView}
            onSettings={onSettings}
          />
        </>
      )}
    </div>
  )
}

/** So many cards would push what is running out of sight. */
const foldFrom = 3

const withoutCards = (contents: Contents): Contents => ({ ...contents, cards: [] })

/** What stands in the grid. The places of the runs are remembered from one drawing to the next. */
function useContents(runs: readonly Run[], pictures: readonly Picture[]) {
  const [lead, setLead] = useState<Lead>([])
  const next = advanceLead(lead, runs, pictures)
  if (next !== lead) setLead(next)
  return useMemo(() => arrange(next, runs, pictures), [next, runs, pictures])
}

async function undo(store: GalleryStore): Promise<void> {
  const { actionsOf } = await import('#acts/picture-actions.ts')
  await actionsOf(store).undo()
}
