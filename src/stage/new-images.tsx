import { X } from 'lucide-react'
import type { PictureId } from '#domain/ids.ts'
import { useThumbnail } from '#store/queries.ts'
import { Button, IconButton } from '#ui/button.tsx'

interface NewImagesProps {
  /** Newest first. */
  ids: readonly PictureId[]
  onShow: (id: PictureId) => void
  onClose: () => void
}

/** Says that images came in while another one was looked at. A press shows the newest; the others stay counted. */
export function NewImages({ ids, onShow, onClose }: NewImagesProps) {
  const [newest] = ids
  const thumbnail = useThumbnail(newest)
  if (newest === undefined) return null
  return (
    <span className="flex shrink-0 items-center rounded-full border border-line bg-raised">
      <Button
        variant="quiet"
        className="h-6! rounded-full pl-1! text-ink! max-middle:h-9!"
        onClick={() => onShow(newest)}
      >
        {thumbnail && <img src={thumbnail} alt="" className="size-4 rounded-full object-cover" />}
        <span role="status">{`${ids.length} new`}</span>
      </Button>
      <IconButton
        label="Close new images"
        icon={X}
        className="size-6! rounded-full max-middle:size-9!"
        onClick={onClose}
      />
    </span>
  )
}
