import { Trash2 } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Picture } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import { useOpenRuns, usePictures } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { useShortcut } from '#ui/shortcut.ts'
import { Bin } from './bin.tsx'
import { GalleryGrid } from './gallery-grid.tsx'
import { GalleryHead } from './gallery-head.tsx'
import { advanceLead, arrange, type Lead } from './lead.ts'
import { FillingProgress, FirstRun, SamplesLine, useFillSamples } from './samples.tsx'
import { usePictureActions } from './use-picture-actions.ts'
import { useRunAnnouncements } from './use-run-announcements.ts'
import { useSamplesParam } from './use-samples-param.ts'
import './gallery.css'

interface GalleryProps {
  /** Whether no real service is behind; `undefined` until the proxy has said so. */
  simulated?: boolean | undefined
  onSettings: () => void
}

/** The right column: runs in work and the pictures they became, or the bin. */
export function Gallery({ simulated, onSettings }: GalleryProps) {
  const [inBin, setInBin] = useState(false)
  const runs = useOpenRuns()
  const { pictures, complete, isPending } = usePictures('gallery')
  const actions = usePictureActions()
  const { filling, fill } = useFillSamples()
  const contents = useContents(runs, pictures)
  const isEmpty = runs.length === 0 && pictures.length === 0
  useRunAnnouncements(runs, pictures)
  useSamplesParam({ simulated, isEmpty: isPending ? undefined : isEmpty }, fill)
  useShortcut('mod+z', () => void actions.undo())

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
  if (inBin) return <Bin actions={actions} toggle={binButton} onSettings={onSettings} />
  return (
    <div className="absolute inset-0 flex flex-col">
      <GalleryHead title="Gallery" count={complete && !isEmpty ? pictures.length : undefined}>
        {binButton}
      </GalleryHead>
      {filling && <FillingProgress filling={filling} />}
      {!filling && pictures.some((picture) => picture.origin.kind === 'sample') && <SamplesLine />}
      {!filling && !isPending && isEmpty && <FirstRun onDemo={() => void fill()} />}
      {!filling && !isEmpty && <GalleryGrid contents={contents} actions={actions} onSettings={onSettings} />}
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
