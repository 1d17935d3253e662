// biome-ignore-all lint/a11y/useSemanticElements: as in gallery-grid.tsx
import { type DragEvent, type MouseEvent, memo, type PointerEvent, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { imageDragType } from '#acts/drag.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { needsCard, type Run } from '#domain/run.ts'
import { describePicture } from '#library/picture-words.ts'
import { classes } from '#ui/classes.ts'
import type { CellActs } from './cell-acts.ts'
import { type Item, isRun, keyOf } from './items.ts'
import { PictureTile } from './picture-tile.tsx'
import type { RunView } from './run-screens.ts'
import type { Tile } from './shelf-window.ts'
import { countStack } from './stack-badge.tsx'

interface GridCellProps {
  item: Item
  /** Its position in the grid. */
  place: number
  /** For a closed stack: all of its images. */
  stack: readonly PictureId[] | undefined
  /** Number of images of the open stack that it belongs to. */
  opened: number | undefined
  /** The number of columns it spans. */
  span: number
  /** The one cell in the tab order. */
  isActive: boolean
  isSelected: boolean
  /** Selected explicitly, not just shown on the stage. */
  isPicked: boolean
  /** Shown in its own ratio. */
  isNatural: boolean
  /** On the stage. */
  isStaged: boolean
  /** Among the positions of runs that were seen running. */
  isLead: boolean
  runView: RunView | undefined
  acts: CellActs
}

/**
 * One cell for a run and for its image, so that the element, and with it the focus, stays when one becomes the other.
 */
export const GridCell = memo(function GridCell({
  item,
  place,
  stack,
  opened,
  span,
  isActive,
  isSelected,
  isPicked,
  isNatural,
  isStaged,
  isLead,
  runView,
  acts,
}: GridCellProps) {
  const [near, setNear] = useState({ pointed: false, focused: false })
  // One press moves the pointer, the focus and a neighbour's focus between two renders, so each change builds on the
  // last.
  const mark = (change: Partial<typeof near>) => setNear((before) => ({ ...before, ...change }))
  const key = keyOf(item)
  const isCard = isRun(item) && needsCard(item)

  const presses = usePresses({ item, stack, place, acts, onPointed: () => mark({ pointed: true }) })
  const drops = useDrops(item, acts)
  const onDragStart = (event: DragEvent) => {
    if (isRun(item)) return
    event.dataTransfer.setData(imageDragType, item.id)
    acts.commands.dragFile(event.dataTransfer, item)
    event.dataTransfer.effectAllowed = acts.collected ? 'copyMove' : 'copy'
  }

  return (
    <div
      {...(isRun(item)
        ? { ...runAttributes(item), 'aria-label': runView?.describe(item) }
        : {
            'aria-label': [describePicture(item, Date.now()), ...describeStack(item, stack)].join(', '),
            'aria-expanded': opened ? true : stack ? false : undefined,
            'aria-selected': isSelected,
            'aria-current': isStaged || undefined,
          })}
      ref={(element) => {
        acts.register(place, element)
        return () => acts.register(place, null)
      }}
      role="gridcell"
      tabIndex={isActive ? 0 : -1}
      aria-colspan={span > 1 ? span : undefined}
      data-key={key}
      data-place-number={place}
      draggable={!isRun(item)}
      onDragStart={onDragStart}
      {...drops.handlers}
      {...presses}
      onPointerEnter={(event) => mark({ pointed: event.pointerType === 'mouse' })}
      onPointerLeave={() => mark({ pointed: false })}
      onFocus={() => mark({ focused: true })}
      onBlur={(event) => mark({ focused: event.currentTarget.contains(event.relatedTarget) })}
      className={classes(
        'relative min-w-0 rounded-sm',
        drops.side === 'before' && 'shadow-[-4px_0_0_-1px_var(--ink)]',
        drops.side === 'after' && 'shadow-[4px_0_0_-1px_var(--ink)]',
        !isCard && 'bg-hover',
        !isCard && !isNatural && 'aspect-square',
      )}
    >
      {isRun(item) ? (
        runView && <runView.Cell run={item} onSettings={acts.openSettings} />
      ) : (
        <PictureTile
          picture={item}
          stack={stack?.length}
          opened={opened}
          isSelected={isSelected}
          isPicked={isPicked}
          isStaged={isStaged}
          arrives={isLead}
          isNear={near.pointed || near.focused}
          acts={acts}
        />
      )}
    </div>
  )
})

/** Duration of a long press, which selects a tile. */
const holdMs = 450

/** "stack of 12 images", "stack of 5 of 12 images". */
function describeStack({ batch }: Picture, stack: readonly PictureId[] | undefined): string[] {
  if (!stack) return []
  return [`stack of ${countStack(stack.length, batch?.of)} images`]
}

interface Pressed {
  item: Item
  stack: readonly PictureId[] | undefined
  place: number
  acts: CellActs
  onPointed: () => void
}

/** The meaning of presses on a tile: open, select, extend, or its menu. */
function usePresses({ item, stack, place, acts, onPointed }: Pressed) {
  const hold = useRef<{ timer?: ReturnType<typeof setTimeout>; isDone: boolean }>({ isDone: false })
  const release = () => clearTimeout(hold.current.timer)
  if (isRun(item)) return {}
  const tile: Tile = { picture: item, ...(stack ? { stack } : {}) }
  return {
    onPointerDown({ pointerType, target }: PointerEvent) {
      hold.current.isDone = false
      if (isInMenu(target)) return
      if (pointerType !== 'touch') return acts.commands.prepareDrag(item)
      hold.current.timer = setTimeout(() => {
        hold.current.isDone = true
        acts.press(tile, place, { adds: true, extends: false })
      }, holdMs)
    },
    onPointerUp: release,
    onPointerCancel: release,
    onPointerMove: release,
    onClick(event: MouseEvent) {
      if (isInMenu(event.target) || hold.current.isDone) return
      const adds = event.ctrlKey || event.metaKey
      const isTouch = (event.nativeEvent as globalThis.PointerEvent).pointerType === 'touch'
      if (event.shiftKey) acts.press(tile, place, { adds, extends: true })
      else if (adds || (isTouch && acts.isSelecting())) acts.press(tile, place, { adds: true, extends: false })
      else acts.open(item)
    },
    onContextMenu(event: MouseEvent<HTMLElement>) {
      event.preventDefault()
      if (hold.current.isDone || isInMenu(event.target)) return
      // The menu is rendered when the pointer is near; a touch or a key renders it as well.
      flushSync(onPointed)
      event.currentTarget.querySelector<HTMLElement>('[aria-haspopup="menu"]')?.click()
    },
  }
}

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

/** In a manual order, a dragged tile is dropped before or after this one. */
function useDrops(item: Item, { collected }: CellActs) {
  const [side, setSide] = useState<'before' | 'after'>()
  if (isRun(item) || !collected) return { side: undefined, handlers: {} }
  const sideOf = ({ clientX, currentTarget }: DragEvent<HTMLElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect()
    return clientX < left + width / 2 ? 'before' : 'after'
  }
  return {
    side,
    handlers: {
      onDragOver(event: DragEvent<HTMLElement>) {
        if (!event.dataTransfer.types.includes(imageDragType)) return
        event.preventDefault()
        setSide(sideOf(event))
      },
      onDragLeave: () => setSide(undefined),
      onDrop(event: DragEvent<HTMLElement>) {
        const dragged = event.dataTransfer.getData(imageDragType) as PictureId
        setSide(undefined)
        if (dragged && dragged !== item.id) collected.drop(dragged, item.id, sideOf(event))
      },
    },
  }
}
