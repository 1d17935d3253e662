import { useEffect, useState } from 'react'
import type { RunId } from '#domain/ids.ts'
import { awaitsLaying } from '#domain/picture.ts'
import { useOpenRuns, usePicture, usePictures } from '#store/queries.ts'
import { Empty } from '#ui/empty.tsx'
import { lazyPart } from '#ui/lazy-part.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { StageStart } from './stage-start.tsx'

const StageView = lazyPart(() => import('./stage-view.tsx').then((module) => module.StageView))

const ContactSheet = lazyPart(() => import('./contact-sheet.tsx').then((module) => module.ContactSheet))

const Arrivals = lazyPart(() => import('./arrivals.ts').then((module) => module.Arrivals))

const LayingQueue = lazyPart(() => import('./laying-queue.ts').then((module) => module.LayingQueue))

/** The middle column: the staged image, or how to get one. */
export function Stage() {
  const selected = useWorkspace((state) => state.selected)
  const batch = useWorkspace((state) => state.batch)
  const picture = usePicture(selected)
  const runs = useOpenRuns()
  const isRunning = runs.length > 0
  // Once set it stays, because the last run leaves the list at the moment its image arrives.
  const [hasRun, setHasRun] = useState(false)
  if (isRunning && !hasRun) setHasRun(true)
  // `Arrivals` is loaded with the first run, which can end before that, so runs are noted here.
  const [submitted] = useState(() => new Map<RunId, number>())
  useEffect(() => {
    for (const { id, marks } of runs) submitted.set(id, marks.createdAt)
  }, [runs, submitted])
  const isLaying = usePictures('gallery').pictures.some(awaitsLaying)
  return (
    <div className="stage-room absolute inset-0">
      {batch && <ContactSheet batch={batch} />}
      {picture && !batch && <StageView picture={picture} />}
      {hasRun && <Arrivals submitted={submitted} />}
      {isLaying && <LayingQueue />}
      {selected === undefined && !batch && <StageStart />}
      {selected !== undefined && !picture && !batch && (
        <div className="gallery-late flex h-full flex-col justify-center">
          <Empty title="This image is gone">It was deleted, here or in another window.</Empty>
        </div>
      )}
    </div>
  )
}
