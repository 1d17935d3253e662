import {
  Copy,
  Download,
  Ellipsis,
  ImageOff,
  RotateCcw,
  SlidersHorizontal,
  SquareArrowOutUpRight,
  Trash2,
} from 'lucide-react'
import { useState } from 'react'
import { type PictureActions, recipeOf } from '#acts/picture-actions.ts'
import type { Picture } from '#domain/picture.ts'
import { useThumbnail } from '#store/queries.ts'
import { classes } from '#ui/classes.ts'
import { Menu } from '#ui/menu.tsx'

export interface TileActs extends Pick<PictureActions, 'takeAsInput' | 'recallSettings' | 'download' | 'copy'> {
  moveToBin(picture: Picture): void
  restore(picture: Picture): void
  deleteForEver(picture: Picture): void
}

interface PictureTileProps {
  picture: Picture
  isSelected: boolean
  /** It takes the place of its run just now. */
  arrives: boolean
  /** Pointed at, or focused: the menu shows. */
  isNear: boolean
  acts: TileActs
}

/** The small picture, cut square, and its menu while somebody is near. */
export function PictureTile({ picture, isSelected, arrives, isNear, acts }: PictureTileProps) {
  const thumbnail = useThumbnail(picture.id)
  const [broken, setBroken] = useState(false)
  return (
    <>
      {thumbnail && !broken ? (
        <img
          src={thumbnail}
          alt=""
          decoding="async"
          draggable={false}
          onError={() => setBroken(true)}
          className={classes('chequer size-full rounded-sm object-cover', arrives && 'gallery-arrive')}
        />
      ) : (
        broken && (
          <span className="flex size-full flex-col items-center justify-center gap-1 text-faint text-xs">
            <ImageOff size={16} strokeWidth={1.75} aria-hidden />
            data missing
          </span>
        )
      )}
      {isSelected && (
        <span className="pointer-events-none absolute inset-0 rounded-sm border-2 border-ink ring-2 ring-panel ring-inset" />
      )}
      {isNear && (
        <span className="absolute top-1 right-1 rounded-sm bg-panel">
          <Menu label="Image menu" icon={Ellipsis} items={itemsOf(picture, acts)} />
        </span>
      )}
    </>
  )
}

function itemsOf(picture: Picture, acts: TileActs) {
  if (picture.shelf === 'bin') {
    return [
      { label: 'Restore', icon: RotateCcw, onSelect: () => acts.restore(picture) },
      { label: 'Delete permanently', icon: Trash2, danger: true, onSelect: () => acts.deleteForEver(picture) },
    ]
  }
  return [
    { label: 'Use as input', icon: SquareArrowOutUpRight, shortcut: 'u', onSelect: () => acts.takeAsInput(picture) },
    ...(recipeOf(picture)
      ? [
          {
            label: 'Reuse prompt and settings',
            icon: SlidersHorizontal,
            shortcut: 'r',
            onSelect: () => acts.recallSettings(picture),
          },
        ]
      : []),
    { label: 'Download', icon: Download, shortcut: 'd', onSelect: () => void acts.download(picture) },
    { label: 'Copy', icon: Copy, shortcut: 'mod+c', onSelect: () => void acts.copy(picture) },
    { label: 'Move to bin', icon: Trash2, shortcut: 'x', onSelect: () => acts.moveToBin(picture) },
  ]
}
