import { useEffect, useRef, useState } from 'react'
import type { PictureId, RunId } from '#domain/ids.ts'
import { useOpenRuns, usePicture, usePictures, useThumbnail } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

/** New pictures are at the head of the list. */
const lookAt = 50

/** A picture that was made while this page was open: it takes an empty stage, and only offers itself where somebody looks. */
export function NewPicture() {
  const arrived = useArrival()
  const selected = useWorkspace((state) => state.selected)
  const picture = usePicture(arrived)
  const thumbnail = useThumbnail(arrived)
  if (picture?.shelf !== 'gallery' || picture.id === selected) return null
  return (
    <div className="gallery-arrive pointer-events-none absolute inset-x-0 top-14 z-20 flex justify-center">
      <Button
        className="pointer-events-auto rounded-full pl-1.5"
        onClick={() => useWorkspace.getState().select(picture.id)}
      >
        {thumbnail && <img src={thumbnail} alt="" className="size-6 rounded-full object-cover" />}
        New image
      </Button>
    </div>
  )
}

/** The last picture that a run seen here became, unless it took the stage at once. */
function useArrival(): PictureId | undefined {
  const runs = useOpenRuns()
  const { pictures } = usePictures('gallery')
  const seen = useRef(new Set<RunId>())
  const [arrived, setArrived] = useState<PictureId>()
  useEffect(() => {
    const open = new Set(runs.map((run) => run.id))
    for (const id of open) seen.current.add(id)
    const made = pictures.slice(0, lookAt).find(({ origin }) => {
      return origin.kind === 'made' && !open.has(origin.run) && seen.current.has(origin.run)
    })
    if (made?.origin.kind !== 'made') return
    seen.current.delete(made.origin.run)
    const { selected, select } = useWorkspace.getState()
    if (selected === undefined) select(made.id)
    else setArrived(made.id)
  }, [runs, pictures])
  return arrived
}
