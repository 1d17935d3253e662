import { usePicture } from '#store/queries.ts'
import { Empty } from '#ui/empty.tsx'
import { lazyPart } from '#ui/lazy-part.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { StageStart } from './stage-start.tsx'
import { useArrivals } from './use-arrivals.ts'

const StageView = lazyPart(() => import('./stage-view.tsx').then((module) => module.StageView))

/** The middle column: the staged image, or how to come to one. */
export function Stage() {
  const selected = useWorkspace((state) => state.selected)
  const picture = usePicture(selected)
  const arrivals = useArrivals()
  return (
    <div className="absolute inset-0">
      {picture && <StageView picture={picture} arrivals={arrivals} />}
      {selected === undefined && <StageStart />}
      {selected !== undefined && !picture && (
        <div className="gallery-late flex h-full flex-col justify-center">
          <Empty title="This image is gone">It was deleted, here or in another window.</Empty>
        </div>
      )}
    </div>
  )
}
