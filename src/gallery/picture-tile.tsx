import { Ellipsis, ImageOff, Layers } from 'lucide-react'
import { useState } from 'react'
import { stackAct } from '#acts/gallery-acts.ts'
import { menuItemsFor } from '#acts/image-keys.ts'
import type { Picture } from '#domain/picture.ts'
import { useThumbnail } from '#store/thumbnail-queries.ts'
import { classes } from '#ui/classes.ts'
import { Menu, type MenuGroup, type MenuItem } from '#ui/menu.tsx'
import type { CellActs } from './cell-acts.ts'
import { StackBadge } from './stack-badge.tsx'
import { TileMarks } from './tile-marks.tsx'

interface PictureTileProps {
  picture: Picture
  /** Number of images of a closed stack. */
  stack: number | undefined
  /** Number of images of the open stack that it belongs to. */
  opened: number | undefined
  isSelected: boolean
  isPicked: boolean
  isStaged: boolean
  /** It is replacing its run right now. */
  arrives: boolean
  /** Hovered or focused: the menu button is shown. */
  isNear: boolean
  acts: CellActs
}

/** The thumbnail, cropped to a square, and its menu when hovered or focused. */
export function PictureTile({
  picture,
  stack,
  opened,
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
      <TileMarks picture={picture} isPicked={isPicked} />
      {stack !== undefined && <StackEdge />}
      <StackBadge
        stack={stack}
        opened={opened}
        of={picture.batch?.of}
        onTurn={(isOpen) => acts.turnStack?.(picture, isOpen)}
      />
      {isStaged && !isSelected && (
        <span className="pointer-events-none absolute inset-0 rounded-sm border border-ink" />
      )}
      {isSelected && (
        <span className="pointer-events-none absolute inset-0 rounded-sm border-2 border-ink ring-2 ring-panel ring-inset" />
      )}
      {isNear && (
        <span className="absolute top-1 right-1 rounded-sm bg-panel">
          <Menu label="Image menu" icon={Ellipsis} items={itemsFor(picture, { stack, opened }, acts)} />
        </span>
      )}
    </>
  )
}

/** Draws the upper edges of further images, as a sign of a stack. */
function StackEdge() {
  return (
    <span
      aria-hidden
      className="-top-1 pointer-events-none absolute inset-x-1 h-1 rounded-t-sm border border-line-strong border-b-0 bg-hover"
    />
  )
}

function itemsFor(
  picture: Picture,
  { stack, opened }: { stack: number | undefined; opened: number | undefined },
  acts: CellActs,
): (MenuItem | MenuGroup)[] {
  // On a selected tile the menu is for all that are selected.
  const onSelection = acts.isMeant(picture.id) ? acts.performOnSelection : undefined
  const items = [
    ...(acts.collected?.itemsFor(picture) ?? []),
    ...menuItemsFor([picture], acts.commands, { perform: onSelection }),
  ]
  const { turnStack } = acts
  if (!turnStack || (stack === undefined && opened === undefined)) return items
  const isOpen = stack !== undefined
  const turn: MenuItem = {
    label: isOpen ? 'Open stack' : 'Close stack',
    icon: Layers,
    keys: stackAct.keys,
    onSelect: () => turnStack(picture, isOpen),
  }
  return [turn, ...items]
}
