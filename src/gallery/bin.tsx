import { type ReactNode, useMemo, useState } from 'react'
import type { ImageCommands } from '#acts/image-commands.ts'
import { useImageCommands } from '#acts/use-image-commands.ts'
import type { Picture } from '#domain/picture.ts'
import { usePictures } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { Dialog } from '#ui/dialog.tsx'
import { Empty } from '#ui/empty.tsx'
import { GalleryGrid } from './gallery-grid.tsx'
import { GalleryHead } from './gallery-head.tsx'

interface BinProps {
  /** The button that leads back. */
  toggle: ReactNode
  onSettings: () => void
}

/** What was moved to the bin, to be restored or deleted permanently. Deleting asks, since nothing brings it back. */
export function Bin({ toggle, onSettings }: BinProps) {
  const commands = useImageCommands()
  const { pictures, complete, isPending } = usePictures('bin')
  const [doomed, setDoomed] = useState<readonly Picture[]>()
  const contents = useMemo(() => ({ cards: [], lead: [], pictures }), [pictures])
  const onDelete = useMemo(() => (images: readonly Picture[]) => setDoomed(images), [])
  return (
    <div className="absolute inset-0 flex flex-col">
      <GalleryHead title="Bin" count={complete ? pictures.length : undefined}>
        {complete && pictures.length > 0 && (
          <Button variant="quiet" className="text-danger hover:text-danger" onClick={() => setDoomed(pictures)}>
            Empty bin
          </Button>
        )}
        {toggle}
      </GalleryHead>
      {!isPending && pictures.length === 0 ? (
        <div className="flex flex-1 flex-col justify-center">
          <Empty title="The bin is empty">Images you move here can be restored.</Empty>
        </div>
      ) : (
        <GalleryGrid label="Bin" contents={contents} onDelete={onDelete} onSettings={onSettings} />
      )}
      {doomed && <DeleteDialog doomed={doomed} commands={commands} onClose={() => setDoomed(undefined)} />}
    </div>
  )
}

interface DeleteDialogProps {
  doomed: readonly Picture[]
  commands: ImageCommands
  onClose: () => void
}

function DeleteDialog({ doomed, commands, onClose }: DeleteDialogProps) {
  const what = doomed.length === 1 ? 'This image' : `${doomed.length.toLocaleString('en')} images`
  const onDelete = () => {
    onClose()
    void commands.deletePermanently(doomed.map((picture) => picture.id))
  }
  return (
    <Dialog open title="Delete permanently?" onClose={onClose}>
      <div className="flex flex-col gap-4 p-4">
        <p>
          {what} will be permanently deleted. Edits made from {doomed.length === 1 ? 'it' : 'them'} are kept.
        </p>
        <div className="flex justify-end gap-2">
          <Button variant="quiet" onClick={onClose}>
            Keep
          </Button>
          <Button variant="danger" onClick={onDelete}>
            Delete permanently
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
