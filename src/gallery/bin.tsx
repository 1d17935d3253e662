import { useCallback, useMemo, useState } from 'react'
import { useDeletionWords } from '#acts/deletion-words.ts'
import { deleteAct } from '#acts/image-acts.ts'
import type { ImageCommands } from '#acts/image-commands.ts'
import { useImageCommands } from '#acts/use-image-commands.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { everything } from '#library/find/query.ts'
import { keys, usePictures, useUnread } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { Dialog } from '#ui/dialog.tsx'
import { Empty } from '#ui/empty.tsx'
import { NotRead } from '#ui/not-read.tsx'
import { nothingBefore } from './contents.ts'
import { GalleryGrid } from './gallery-grid.tsx'
import { type HeadPlace, useHead } from './gallery-head.tsx'
import { SelectionBar } from './selection-bar.tsx'
import type { Question } from './shelf-window.ts'
import { useImageList } from './use-image-list.ts'

interface BinProps {
  headPlace: HeadPlace
  onSettings: () => void
}

const question: Question = { query: { ...everything, shelf: 'bin' }, options: {} }

/** Images in the bin, to be restored or deleted permanently. Deleting asks first. */
export function Bin({ headPlace, onSettings }: BinProps) {
  const commands = useImageCommands()
  const { pictures, complete, isPending } = usePictures('bin')
  const unread = useUnread(keys.open, keys.shelf('bin'))
  const [doomed, setDoomed] = useState<readonly PictureId[]>()
  const list = useImageList(question, pictures, nothingBefore)
  const count = list.shelf.view.images ?? (complete ? pictures.length : undefined)
  const onDelete = useMemo(() => (images: readonly Picture[]) => setDoomed(images.map(({ id }) => id)), [])
  const { readAll } = list
  const emptyBin = useCallback(() => void readAll().then(setDoomed), [readAll])
  const isSelecting = list.select.selection.ids.size > 0
  useHead(headPlace, { count, isReplaced: isSelecting, onEmpty: count ? emptyBin : undefined })
  return (
    <>
      {isSelecting && <SelectionBar list={list} total={list.shelf.view.images} isBin />}
      {unread.failed && <NotRead onAgain={unread.readAgain} />}
      {!isPending && complete && pictures.length === 0 ? (
        <div className="flex flex-1 flex-col justify-center">
          <Empty title="The bin is empty">Images you move here can be restored.</Empty>
        </div>
      ) : (
        <GalleryGrid
          label="Bin"
          contents={list.contents}
          onSeen={list.onSeen}
          onDelete={onDelete}
          onSettings={onSettings}
          select={list.select}
          commandsRef={list.commandsRef}
        />
      )}
      {doomed && <DeleteDialog doomed={doomed} commands={commands} onClose={() => setDoomed(undefined)} />}
    </>
  )
}

interface DeleteDialogProps {
  doomed: readonly PictureId[]
  commands: ImageCommands
  onClose: () => void
}

function DeleteDialog({ doomed, commands, onClose }: DeleteDialogProps) {
  const words = useDeletionWords(doomed)
  const onDelete = () => {
    onClose()
    void commands.deletePermanently(doomed)
  }
  return (
    <Dialog open title={`${deleteAct.label}?`} onClose={onClose}>
      <div className="flex flex-col gap-4 p-4">
        <p>{words}</p>
        <div className="flex justify-end gap-2">
          <Button variant="quiet" onClick={onClose}>
            Keep
          </Button>
          <Button variant="danger" onClick={onDelete}>
            {deleteAct.label}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
