import { ArrowLeft, ArrowRight, ImageOff, LoaderCircle, X } from 'lucide-react'
import { type DragEvent, type KeyboardEvent, type ReactNode, useState } from 'react'
import { sourceEarlierAct, sourceLaterAct } from '#acts/app-acts.ts'
import { sourceDragType } from '#acts/drag.ts'
import type { PictureId } from '#domain/ids.ts'
import { useThumbnail } from '#store/thumbnail-queries.ts'
import { IconButton } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'
import { findShortcut } from '#ui/shortcut.ts'
import { showHidden } from '#ui/show-hidden.ts'
import type { PendingFile } from './source-importer.ts'

interface SourceTileProps {
  id: PictureId
  /** Its position, from 0. */
  index: number
  total: number
  /** Its name, once that is read. */
  name: string | undefined
  isMissing: boolean
  onMove: (id: PictureId, to: number) => void
  onRemove: (id: PictureId) => void
  onShow: (id: PictureId) => void
  /** It is the image on the stage. */
  isShown: boolean
}

const moves = [
  ...sourceEarlierAct.keys.map((keys) => [keys, -1] as const),
  ...sourceLaterAct.keys.map((keys) => [keys, 1] as const),
]

/** As wide as the image needs at this height; only very long ones get bars. */
const tile =
  'group relative flex h-16 min-w-14 max-w-36 overflow-hidden rounded-sm border bg-raised transition-colors max-middle:h-24 max-middle:min-w-20 max-middle:max-w-48'
/** Shown while hovered or focused; always if there is no pointer. */
const acts =
  'absolute flex bg-panel opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100'

/**
 * A source image, uncropped, with its number and colour. A press shows it on the stage. It is moved by dragging, by its
 * buttons, or by Alt and arrow keys while one of them has the focus.
 */
export function SourceTile(props: SourceTileProps) {
  const { id, index, total, name, isMissing, isShown, onMove, onRemove, onShow } = props
  const [isOver, setIsOver] = useState(false)
  const number = index + 1
  const move = (by: number) => {
    const to = index + by
    if (to >= 0 && to < total) onMove(id, to)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const by = findShortcut(moves, event.nativeEvent)
    if (!by) return
    // Alt and an arrow key would leave the page.
    event.preventDefault()
    move(by)
  }
  const onDrop = (event: DragEvent) => {
    setIsOver(false)
    const dragged = event.dataTransfer.getData(sourceDragType)
    if (dragged === '') return
    event.preventDefault()
    if (dragged !== id) onMove(dragged as PictureId, index)
  }
  return (
    <li
      draggable
      onKeyDown={onKeyDown}
      onDragStart={({ dataTransfer }) => {
        dataTransfer.setData(sourceDragType, id)
        dataTransfer.effectAllowed = 'move'
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(sourceDragType)) return
        event.preventDefault()
        setIsOver(true)
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={onDrop}
      className={classes(
        tile,
        total > 1 && 'cursor-grab',
        isMissing ? 'border-danger' : isOver || isShown ? 'border-ink' : 'border-line',
      )}
    >
      <button
        type="button"
        aria-label={`Show image ${number}`}
        aria-current={isShown ? 'true' : undefined}
        data-tip={name ? showHidden(name) : undefined}
        disabled={isMissing}
        onClick={() => onShow(id)}
        className="min-w-0 flex-1 -outline-offset-2"
      >
        <Face id={id} isMissing={isMissing} title={name ? `Image ${number}: ${name}` : `Image ${number}`} />
      </button>
      <Place number={number} />
      <div className={classes(acts, 'top-0.5 right-0.5 rounded-sm')}>
        <TileButton label={`Remove image ${number}`} icon={X} onClick={() => onRemove(id)} />
      </div>
      {total > 1 && (
        <div className={classes(acts, 'right-0.5 bottom-0.5 rounded-sm')}>
          <TileButton
            label={`Move image ${number} earlier`}
            icon={ArrowLeft}
            shortcut={sourceEarlierAct.keys[0]}
            aria-disabled={index === 0}
            onClick={() => move(-1)}
          />
          <TileButton
            label={`Move image ${number} later`}
            icon={ArrowRight}
            shortcut={sourceLaterAct.keys[0]}
            aria-disabled={number === total}
            onClick={() => move(1)}
          />
        </div>
      )}
    </li>
  )
}

interface WaitingTileProps {
  item: PendingFile
  number: number
  onDiscard: (key: string) => void
}

/** A file being prepared, or one that cannot be a source. */
export function WaitingTile({ item, number, onDiscard }: WaitingTileProps) {
  const isRefused = item.reason !== undefined
  return (
    <li className={classes(tile, isRefused ? 'border-danger' : 'border-line')}>
      <Middle>
        {isRefused ? (
          <ImageOff size={20} strokeWidth={1.5} aria-hidden className="text-danger" />
        ) : (
          <LoaderCircle size={20} strokeWidth={1.5} aria-hidden className="animate-spin" />
        )}
        <span className="w-full truncate px-2 text-center">
          <span className="sr-only">{isRefused ? 'Cannot be used: ' : 'Preparing '}</span>
          <bdi>{showHidden(item.fileName)}</bdi>
        </span>
      </Middle>
      <div className="absolute top-0.5 right-0.5 rounded-sm bg-panel">
        <TileButton label={`Remove image ${number}`} icon={X} onClick={() => onDiscard(item.key)} />
      </div>
    </li>
  )
}

function Face({ id, isMissing, title }: { id: PictureId; isMissing: boolean; title: string }) {
  const thumbnail = useThumbnail(id)
  if (isMissing) {
    return (
      <Middle>
        <ImageOff size={20} strokeWidth={1.5} aria-hidden className="text-danger" />
        <span>missing</span>
      </Middle>
    )
  }
  // Not draggable itself, because the whole tile is. The height is that of the tile without its border, as a length: with a
  // percentage, WebKit takes the image's own width for the width of the tile.
  return thumbnail ? (
    <img
      src={thumbnail}
      alt={title}
      draggable={false}
      className="chequer mx-auto h-15.5 w-auto max-w-full object-contain max-middle:h-23.5"
    />
  ) : null
}

function Place({ number }: { number: number }) {
  return (
    <span aria-hidden data-reference={number} className="reference-mark absolute top-0.5 left-0.5">
      {number}
    </span>
  )
}

function Middle({ children }: { children: ReactNode }) {
  return <div className="flex size-full flex-col items-center justify-center gap-1 text-faint text-xs">{children}</div>
}

function TileButton(props: Parameters<typeof IconButton>[0]) {
  return <IconButton {...props} className="size-6! max-middle:size-9!" />
}
