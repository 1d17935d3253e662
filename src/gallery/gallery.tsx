import { ImagePlus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { addToGallery } from '#acts/lazy-keeping.ts'
import { keys, useOpenRuns, usePictures, useStore, useUnread } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { lazyPart } from '#ui/lazy-part.tsx'
import { useLoaded } from '#ui/use-loaded.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { GalleryHead, useHeadPlace } from './gallery-head.tsx'
import type { RunScreens } from './run-screens.ts'
import { FillingProgress, FirstRun, useFillSamples } from './samples.tsx'

// Not needed for an empty gallery, with which the first visit starts.
const loadBody = () => import('./gallery-body.tsx')
const NotRead = lazyPart(() => import('#ui/not-read.tsx').then((module) => module.NotRead))
const SamplesParam = lazyPart(() => import('./samples-param.ts').then((module) => module.SamplesParam))
const Bin = lazyPart(() => import('./bin.tsx').then((module) => module.Bin))

interface GalleryProps {
  runScreens: RunScreens
  /** Whether no real service is used; `undefined` until the proxy has answered. */
  simulated?: boolean | undefined
  onSettings: () => void
}

/** The right column: running runs and images, or the bin. */
export function Gallery({ runScreens, simulated, onSettings }: GalleryProps) {
  const [inBin, setInBin] = useState(false)
  const headPlace = useHeadPlace()
  const store = useStore()
  const runs = useOpenRuns()
  const { pictures, complete, isPending } = usePictures('gallery')
  const unread = useUnread(keys.open, keys.shelf('gallery'))
  const { filling, fill } = useFillSamples()
  const isEmpty = runs.length === 0 && pictures.length === 0 && (complete || isPending)
  // Loaded while the first prompt is written, so that the first run is shown at once.
  const isComposing = useWorkspace(({ drafts }) => Object.values(drafts).some(({ prompt }) => prompt !== ''))
  const { part: body, failed: isBodyMissing } = useLoaded(loadBody, !isEmpty || isComposing)
  const { part: runView, failed: isViewMissing } = useLoaded(runScreens.load, !isEmpty || isComposing)
  const [asksForSamples] = useState(() => new URLSearchParams(location.search).has('samples'))

  const isUnknown = unread.failed && runs.length + pictures.length === 0
  const isFilled = !filling && !isEmpty && !isUnknown
  const shelf = (
    <>
      {asksForSamples && (
        <SamplesParam simulated={simulated} isEmpty={isPending || unread.failed ? undefined : isEmpty} fill={fill} />
      )}
      {!filling && unread.failed && <NotRead onAgain={unread.readAgain} />}
      {isFilled && body && runView ? (
        <body.GalleryBody runs={runs} headPlace={headPlace} runView={runView} onSettings={onSettings} />
      ) : (
        <>
          {filling && <FillingProgress filling={filling} />}
          {!filling && !isPending && isEmpty && !isUnknown && <FirstRun onDemo={() => void fill()} />}
          {isFilled && (isBodyMissing || isViewMissing) && <runScreens.Plain runs={runs} />}
        </>
      )}
    </>
  )
  return (
    <div className="@container/gallery absolute inset-0 flex flex-col">
      {/* One head in all states: a press on it, or the focus in it, is not lost when the gallery becomes empty. */}
      <GalleryHead title={inBin ? 'Bin' : 'Gallery'} place={headPlace}>
        {!inBin && (
          <Button variant="quiet" icon={ImagePlus} aria-label="Add to gallery" onClick={() => addToGallery(store)}>
            Add
          </Button>
        )}
        <Button
          variant="quiet"
          icon={Trash2}
          aria-pressed={inBin}
          onClick={() => setInBin(!inBin)}
          className="aria-pressed:text-ink aria-pressed:bg-hover"
        >
          Bin
        </Button>
      </GalleryHead>
      {inBin ? <Bin headPlace={headPlace} onSettings={onSettings} /> : shelf}
    </div>
  )
}
