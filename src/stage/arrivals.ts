import { useEffect } from 'react'
import type { RunId } from '#domain/ids.ts'
import { awaitsLaying, type Picture } from '#domain/picture.ts'
import { useOpenRuns, usePictures } from '#store/queries.ts'
import { byNewest } from '#store/shelf-list.ts'
import { useWorkspace } from '#workspace/workspace.ts'

/** A result is listed at the time of its submission, which is near the start. */
const lookAt = 200

/**
 * Puts the images of this session's runs on the stage. A result is shown if the stage is empty, or if it shows the
 * result's source and the user has not zoomed, compared or opened a tool since the submission. All others are counted
 * in the workspace until they are looked at. For an edit of an area, the laid-in image is shown. Renders nothing;
 * loaded when the first run starts. `submitted`: when this session's runs were submitted, in milliseconds; a run that
 * ended while this was loaded is in it, too. A run is removed from it when its result is shown or counted.
 */
export function Arrivals({ submitted }: { submitted: Map<RunId, number> }): null {
  const runs = useOpenRuns()
  const { pictures } = usePictures('gallery')
  const { pictures: answers } = usePictures('answers')

  useEffect(() => {
    const open = new Set(runs.map((run) => run.id))
    const newest = [...pictures.slice(0, lookAt), ...answers.slice(0, lookAt)].sort(byNewest)
    const made = newest.filter(({ origin }) => {
      return origin.kind === 'made' && !open.has(origin.run) && submitted.has(origin.run)
    })
    // An answer that is being laid into its source waits for the outcome.
    const settled = made.filter((picture) => !awaitsLaying(picture))
    // Oldest first: the first result replaces its source, the others wait.
    for (const picture of settled.toReversed()) {
      if (picture.origin.kind !== 'made') continue
      const submittedAt = submitted.get(picture.origin.run) ?? 0
      const { select, arrive, batch } = useWorkspace.getState()
      const shown = picture.laying?.kind === 'laid' ? picture.laying.picture : picture.id
      // The contact sheet shows it already.
      if (picture.batch && picture.batch.id === batch) continue
      if (takesStage(picture, submittedAt)) {
        select(shown)
        // The messages about a result are shown where a tool has its options.
        useWorkspace.setState({ tool: undefined })
      } else arrive(shown)
    }
    for (const { origin } of settled) if (origin.kind === 'made') submitted.delete(origin.run)
  }, [runs, pictures, answers, submitted])
  return null
}

function takesStage(picture: Picture, submittedAt: number): boolean {
  const { selected, comparing, touchedAt, batch } = useWorkspace.getState()
  if (batch !== undefined) return false
  if (selected === undefined) return true
  return !comparing && touchedAt <= submittedAt && picture.parents.includes(selected)
}
