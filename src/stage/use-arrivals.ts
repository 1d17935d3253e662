import { useEffect, useRef, useState } from 'react'
import type { PictureId, RunId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { useOpenRuns, usePictures } from '#store/queries.ts'
import { useWorkspace } from '#workspace/workspace.ts'

/** A result has the place of its submission in the list, which is near the head. */
const lookAt = 200

interface Arrivals {
  /** Images that wait to be looked at, newest first. */
  waiting: readonly PictureId[]
  dismiss(): void
}

/**
 * Images that runs of this session became. One takes the stage if nothing is there, or if its source is there and the user
 * has not zoomed, compared or opened a tool since it was submitted. All others wait until they are looked at.
 */
export function useArrivals(): Arrivals {
  const runs = useOpenRuns()
  const { pictures } = usePictures('gallery')
  const selected = useWorkspace((state) => state.selected)
  /** When the runs seen in work were submitted. */
  const submitted = useRef(new Map<RunId, number>())
  const [arrived, setArrived] = useState<readonly PictureId[]>([])

  useEffect(() => {
    const open = new Set(runs.map((run) => run.id))
    for (const run of runs) submitted.current.set(run.id, run.marks.createdAt)
    const made = pictures.slice(0, lookAt).filter(({ origin }) => {
      return origin.kind === 'made' && !open.has(origin.run) && submitted.current.has(origin.run)
    })
    // Oldest first: the first result takes the place of its source, the others wait.
    for (const picture of made.toReversed()) {
      if (picture.origin.kind !== 'made') continue
      const submittedAt = submitted.current.get(picture.origin.run) ?? 0
      if (takesStage(picture, submittedAt)) useWorkspace.getState().select(picture.id)
      else setArrived((before) => [picture.id, ...before.filter((id) => id !== picture.id)])
    }
    for (const { origin } of made) if (origin.kind === 'made') submitted.current.delete(origin.run)
  }, [runs, pictures])

  useEffect(() => {
    setArrived((before) => (before.some((id) => id === selected) ? before.filter((id) => id !== selected) : before))
  }, [selected])

  const kept = new Set(arrived.length > 0 ? pictures.map(({ id }) => id) : [])
  return { waiting: arrived.filter((id) => kept.has(id)), dismiss: () => setArrived([]) }
}

function takesStage(picture: Picture, submittedAt: number): boolean {
  const { selected, comparing, touchedAt } = useWorkspace.getState()
  if (selected === undefined) return true
  return !comparing && touchedAt <= submittedAt && picture.parents.includes(selected)
}
