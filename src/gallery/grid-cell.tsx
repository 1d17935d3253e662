// biome-ignore-all lint/a11y/useSemanticElements: as in gallery-grid.tsx
import { type DragEvent, memo, useState } from 'react'
import { imageDragType } from '#acts/drag.ts'
import type { ImageCommands } from '#acts/image-commands.ts'
import type { Picture } from '#domain/picture.ts'
import { needsCard, type Run } from '#domain/run.ts'
import { describePicture } from '#library/picture-words.ts'
import { classes } from '#ui/classes.ts'
import { type Item, isRun, keyOf } from './gallery-rows.ts'
import { PictureTile } from './picture-tile.tsx'
import type { RunView } from './run-screens.ts'

/** What the grid does for its cells; the same object as long as the grid lives. */
export interface CellActs {
  commands: ImageCommands
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
  runView: RunView | undefined
  acts: CellActs
}

/** One cell for a run and for the picture that follows it: the element, and with it the focus, stays when one becomes the other. */
export const GridCell = memo(function GridCell({
  item,
  span,
  isActive,
  isSelected,
  isLead,
  runView,
  acts,
}: GridCellProps) {
  const [near, setNear] = useState({ pointed: false, focused: false })
  // One press moves the pointer, the focus and a neighbour's focus between two renders: each change builds on the last.
  const mark = (change: Partial<typeof near>) => setNear((before) => ({ ...before, ...change }))
  const key = keyOf(item)
  const isCard = isRun(item) && needsCard(item)

  const onDragStart = (event: DragEvent) => {
    if (isRun(item)) return
    event.dataTransfer.setData(imageDragType, item.id)
    event.dataTransfer.effectAllowed = 'copy'
  }

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys for all its cells
    <div
      {...(isRun(item)
        ? { ...runAttributes(item), 'aria-label': runView?.describe(item) }
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
      onPointerEnter={(event) => mark({ pointed: event.pointerType === 'mouse' })}
      onPointerLeave={() => mark({ pointed: false })}
      onFocus={() => mark({ focused: true })}
      onBlur={(event) => mark({ focused: event.currentTarget.contains(event.relatedTarget) })}
      className={classes('relative min-w-0 rounded-sm', !isCard && 'aspect-square bg-hover')}
    >
      {isRun(item) ? (
        runView && <runView.Cell run={item} onSettings={acts.openSettings} />
      ) : (
        <PictureTile
          picture={item}
          isSelected={isSelected}
          arrives={isLead}
          isNear={near.pointed || near.focused}
          commands={acts.commands}
        />
      )}
    </div>
  )
})

function runAttributes(run: Run) {
  return {
    'data-run-id': run.id,
    'data-phase': run.state.phase,
    'data-failure': run.state.phase === 'failed' ? run.state.failure.kind : undefined,
  }
}

function isInMenu(target: EventTarget): boolean {
  return target instanceof Element && target.closest('button, [role="menu"]') !== null
}
