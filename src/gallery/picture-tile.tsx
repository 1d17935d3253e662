import { Ellipsis, ImageOff } from 'lucide-react'
import { useState } from 'react'
import { menuItemsFor } from '#acts/image-keys.ts'
import type { Picture } from '#domain/picture.ts'
import { useThumbnail } from '#store/queries.ts'
import { classes } from '#ui/classes.ts'
import { Menu } from '#ui/menu.tsx'
import type { CellActs } from './cell-acts.ts'
import { TileMarks } from './tile-marks.tsx'

interface PictureTileProps {
  picture: Picture
  /** Images of one batch behind the tile. */
  stack: number
  isSelected: boolean
  isPicked: boolean
  isStaged: boolean
  /** It takes the place of its run just now. */
  arrives: boolean
  /** Pointed at, or focused: the menu shows. */
  isNear: boolean
  acts: CellActs
}

/** The small picture, cut square, and its menu while somebody is near. */
export function PictureTile({
  picture,
  stack,
  isSelected,
  isPicked,
  isStaged,
  arrives,
  isNear,
  acts,
}: PictureTileProps) {
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
      <TileMarks picture={picture} stack={stack} isPicked={isPicked} />
      {isStaged && !isSelected && (
        <span className="pointer-events-none absolute inset-0 rounded-sm border border-ink" />
      )}
      {isSelected && (
        <span className="pointer-events-none absolute inset-0 rounded-sm border-2 border-ink ring-2 ring-panel ring-inset" />
      )}
      {isNear && (
        <span className="absolute top-1 right-1 rounded-sm bg-panel">
          <Menu label="Image menu" icon={Ellipsis} items={menuItemsFor([picture], acts.commands)} />
        </span>
      )}
    </>
  )
}
