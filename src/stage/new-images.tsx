import { X } from 'lucide-react'
import { usePictures } from '#store/queries.ts'
import { useThumbnail } from '#store/thumbnail-queries.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

/** Tells that images came in while another one was on the stage. A press shows the newest; the others stay counted. */
export function NewImages() {
  const arrived = useWorkspace((state) => state.arrived)
  const { pictures } = usePictures('gallery')
  // Images moved to the bin meanwhile do not count.
  const kept = new Set(arrived.length > 0 ? pictures.map(({ id }) => id) : [])
  const ids = arrived.filter((id) => kept.has(id))
  const [newest] = ids
  const thumbnail = useThumbnail(newest)
  const { select, dismissArrived } = useWorkspace.getState()
  if (newest === undefined) return null
  return (
    <span className="flex shrink-0 items-center rounded-full border border-line bg-raised">
      <Button
        variant="quiet"
        className="h-6! rounded-full pl-1! text-ink! max-middle:h-9!"
        onClick={() => select(newest)}
      >
        {thumbnail && <img src={thumbnail} alt="" className="size-4 rounded-full object-cover" />}
        <span role="status">{`${ids.length} new`}</span>
      </Button>
      <IconButton
        label="Close new images"
        icon={X}
        className="size-6! rounded-full max-middle:size-9!"
        onClick={dismissArrived}
      />
    </span>
  )
}
