// biome-ignore-all lint/a11y/useSemanticElements: as in gallery-grid.tsx
import { type DragEvent, memo, useState } from 'react'
import type { Picture } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import { classes } from '#ui/classes.ts'
import { type Item, isRun, keyOf, needsCard } from './gallery-rows.ts'
import { PictureTile, type TileActs } from './picture-tile.tsx'
import { describePicture } from '#library/picture-words.ts'
import { RunCard } from '#runs/run-card.tsx'
import { RunTile } from '#runs/run-tile.tsx'
import { describeRun } from '#runs/run-words.ts'

/** What the grid does for its cells; the same object as long as the grid lives. */
export interface CellActs extends TileActs {
  open(picture: Picture): void
  openSettings(): void
  /** Tells the grid which element draws an item, so that it can put the focus there. */
  register(key: string, element: HTMLElement | null): void
}

interface GridCellProps {
  item: Item
  /** Columns it reaches over. */
  span: number
  /** The one cell in the tab order. */
  isActive: boolean
  isSelected: boolean
  /** Among the places of the runs seen in work. */
  isLead: boolean
  acts: CellActs
}

/** The type under which a picture of the gallery is dragged; its data is the picture's id. */
const dragType = 'application/x-atelier-picture'

/** One cell for a run and for the picture that follows it: the element, and with it the focus, stays when one becomes the other. */
export const GridCell = memo(function GridCell({ item, span, isActive, isSelected, isLead, acts }: GridCellProps) {
  const [near, setNear] = useState({ pointed: false, focused: false })
  const key = keyOf(item)
  const isCard = isRun(item) && needsCard(item)

  const onDragStart = (event: DragEvent) => {
    if (isRun(item)) return
    event.dataTransfer.setData(dragType, item.id)
    event.dataTransfer.effectAllowed = 'copy'
  }

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys for all its cells
    <div
      {...(isRun(item)
        ? runAttributes(item)
        : { 'aria-label': describePicture(item, Date.now()), 'aria-selected': isSelected })}
      ref={(element) => {
        acts.register(key, element)
        return () => acts.register(key, null)
      }}
      role="gridcell"
      tabIndex={isActive ? 0 : -1}
      aria-colspan={span > 1 ? span : undefined}
      data-key={key}
      draggable={!isRun(item)}
      onDragStart={onDragStart}
      onClick={(event) => {
        if (!isRun(item) && !isInMenu(event.target)) acts.open(item)
      }}
      onPointerEnter={(event) => setNear({ ...near, pointed: event.pointerType === 'mouse' })}
      onPointerLeave={() => setNear({ ...near, pointed: false })}
      onFocus={() => setNear({ ...near, focused: true })}
      onBlur={(event) => setNear({ ...near, focused: event.currentTarget.contains(event.relatedTarget) })}
      className={classes('relative min-w-0 rounded-sm', !isCard && 'aspect-square bg-hover')}
    >
      {isRun(item) ? (
        <RunContent run={item} isCard={isCard} onSettings={acts.openSettings} />
      ) : (
        <PictureTile
          picture={item}
          isSelected={isSelected}
          arrives={isLead}
          isNear={near.pointed || near.focused}
          acts={acts}
        />
      )}
    </div>
  )
})

function RunContent({ run, isCard, onSettings }: { run: Run; isCard: boolean; onSettings: () => void }) {
  return isCard ? <RunCard run={run} onSettings={onSettings} /> : <RunTile run={run} />
}

function runAttributes(run: Run) {
  return {
    'aria-label': describeRun(run),
    'data-run-id': run.id,
    'data-phase': run.phase,
    'data-failure': run.phase === 'failed' ? run.failure.kind : undefined,
  }
}

function isInMenu(target: EventTarget): boolean {
  return target instanceof Element && target.closest('button, [role="menu"]') !== null
}
